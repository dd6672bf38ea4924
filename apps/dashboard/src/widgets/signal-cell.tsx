import type { SignalName, SignalValue } from '@jaegis/model';
import { signalText } from '../data/signal-words.ts';
import { useNow } from '../time/clock-store.ts';
import { span } from '../time/words.ts';

/** Older than this a value is not the present any more, and is shown as such. */
const staleMs = 60_000;

/** A signal in a table: its value, grey with its age when it is old, a dash when it is not known. */
export function SignalCell({
  signal,
  value,
  label,
  isBad,
}: {
  signal: SignalName;
  value: SignalValue | undefined;
  label: string;
  isBad?: (value: number) => boolean;
}) {
  const now = useNow(10_000);
  const isKnown = value !== undefined && value.value !== null;
  const ageMs = isKnown ? now - value.at : 0;
  const isStale = ageMs > staleMs;
  const tone = !isKnown || isStale ? 'faint' : isBad?.(value.value ?? 0) ? 'bad-text' : '';
  return (
    <td className={`num ${tone}`} data-label={label} title={isStale ? `Last known ${span(ageMs)} ago` : undefined}>
      {signalText(signal, value?.value)}
      {isStale && <span className="small"> {span(ageMs)} old</span>}
    </td>
  );
}
