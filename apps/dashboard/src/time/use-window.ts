import { useMemo } from 'react';
import { type UrlState, useUrlState } from '../app/url-state.ts';
import { isHeld, resume, useSeenNow } from './clock-store.ts';
import { useDefaultPreset } from './default-preset.ts';
import { fixedSearch, liveSearch, type Preset, parseRange, presetMs, stepFor, type TimeRange } from './time-range.ts';

/** The stretch of time that every chart of the page shows. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly isLive: boolean;
}

export function useTimeRange(): TimeRange {
  const [state] = useUrlState();
  const fallback = useDefaultPreset();
  return useMemo(
    () => parseRange({ range: state.range, from: state.from, to: state.to }, fallback),
    [state.range, state.from, state.to, fallback],
  );
}

export function useWindow(): TimeWindow {
  const range = useTimeRange();
  const spanMs = range.kind === 'live' ? presetMs(range.preset) : range.to - range.from;
  const stepMs = stepFor(spanMs);
  const end = useSeenNow(stepMs);
  return useMemo(() => {
    if (range.kind === 'live') return { from: end - spanMs, to: end, stepMs, isLive: true };
    return {
      from: Math.floor(range.from / stepMs) * stepMs,
      to: Math.ceil(range.to / stepMs) * stepMs,
      stepMs,
      isLive: false,
    };
  }, [range, end, spanMs, stepMs]);
}

export interface RangeActions {
  readonly choose: (preset: Preset) => void;
  readonly zoom: (from: number, to: number) => void;
  /** Live and running becomes fixed where it is; anything else becomes live and running. */
  readonly toggleLive: () => void;
}

export function useRangeActions(): RangeActions {
  const range = useTimeRange();
  const fallback = useDefaultPreset();
  const [, change] = useUrlState();
  return useMemo(
    () => ({
      choose: (preset) => change(liveSearch(preset, fallback) as UrlState),
      zoom: (from, to) => change(fixedSearch(from, to) as UrlState),
      toggleLive: () => {
        if (range.kind === 'fixed') change(liveSearch(range.preset, fallback) as UrlState);
        else if (isHeld()) resume();
        else change(fixedSearch(Date.now() - presetMs(range.preset), Date.now()) as UrlState);
      },
    }),
    [range, change, fallback],
  );
}
