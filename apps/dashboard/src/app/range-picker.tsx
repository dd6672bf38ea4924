import { useConnection } from '../live/connection-store.ts';
import { useIsHeld } from '../time/clock-store.ts';
import { presets } from '../time/time-range.ts';
import { useRangeActions, useTimeRange } from '../time/use-window.ts';
import { clock, dayOf } from '../time/words.ts';

/** The one time range: live or fixed, and how far back. */
export function RangePicker() {
  const range = useTimeRange();
  const { choose, toggleLive } = useRangeActions();
  const isHeld = useIsHeld();
  const { state } = useConnection();
  const mode = range.kind === 'fixed' ? 'fixed' : state === 'lost' ? 'lost' : isHeld ? 'held' : 'live';
  return (
    <fieldset className="range-picker" aria-label="Time range">
      <button
        type="button"
        className="live-button"
        data-mode={mode}
        onClick={toggleLive}
        aria-keyshortcuts="l"
        title={titles[mode]}
      >
        <span className="live-glyph" aria-hidden="true" />
        <span className="live-word">
          {mode === 'fixed' && range.kind === 'fixed' ? fixedText(range.from, range.to) : words[mode]}
        </span>
      </button>
      {presets.map((preset) => (
        <button
          key={preset.key}
          type="button"
          className="preset"
          aria-pressed={range.kind === 'live' && range.preset === preset.key}
          aria-label={`Last ${preset.name}`}
          onClick={() => choose(preset.key)}
        >
          {preset.key}
        </button>
      ))}
    </fieldset>
  );
}

const words = { live: 'Live', held: 'Held', lost: 'Lost', fixed: '' } as const;
const titles = {
  live: 'Live. Press L to hold the time where it is',
  held: 'Held while you point at a chart. Press L to run on',
  lost: 'The connection is lost',
  fixed: 'A fixed stretch of time. Press L to go back to live',
} as const;

function fixedText(from: number, to: number): string {
  const isToday = new Date(from).toDateString() === new Date().toDateString();
  return `${isToday ? '' : `${dayOf(from)} `}${clock(from)}–${clock(to)}`;
}
