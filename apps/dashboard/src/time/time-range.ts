/** The one time range of the dashboard: live and following the clock, or fixed between two moments. */
export type TimeRange =
  | { readonly kind: 'live'; readonly preset: Preset }
  | { readonly kind: 'fixed'; readonly preset: Preset; readonly from: number; readonly to: number };

export type Preset = '15m' | '1h' | '6h' | '24h' | '7d';

export const presets: readonly { readonly key: Preset; readonly ms: number; readonly name: string }[] = [
  { key: '15m', ms: 900_000, name: '15 minutes' },
  { key: '1h', ms: 3_600_000, name: '1 hour' },
  { key: '6h', ms: 21_600_000, name: '6 hours' },
  { key: '24h', ms: 86_400_000, name: '24 hours' },
  { key: '7d', ms: 604_800_000, name: '7 days' },
];

/** Finer than this there is nothing to see: signals come every 5 s. */
const narrowestMs = 30_000;

export interface RangeSearch {
  readonly range?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function presetMs(preset: Preset): number {
  return presets.find((each) => each.key === preset)?.ms ?? 3_600_000;
}

/** Reads the range from the URL; anything that makes no sense becomes the default, live. */
export function parseRange(search: RangeSearch, fallback: Preset): TimeRange {
  const preset = presets.find((each) => each.key === search.range)?.key ?? fallback;
  const from = Number(search.from);
  const to = Number(search.to);
  const isFixed = search.from !== undefined && search.to !== undefined && Number.isFinite(from) && Number.isFinite(to);
  if (isFixed && from >= 0 && to - from >= 1_000) return { kind: 'fixed', preset, from, to };
  return { kind: 'live', preset };
}

/** What the URL says for a live range. The default is not written. */
export function liveSearch(preset: Preset, fallback: Preset): RangeSearch {
  return { range: preset === fallback ? undefined : preset, from: undefined, to: undefined };
}

/** What the URL says for a stretch that was dragged over; never narrower than half a minute. */
export function fixedSearch(from: number, to: number): RangeSearch {
  const [start, end] = from <= to ? [from, to] : [to, from];
  const missing = Math.max(0, narrowestMs - (end - start));
  return { from: String(Math.round(start - missing / 2)), to: String(Math.round(end + missing / 2)) };
}

/** Distance between points, so that a chart has 150 to 400 of them: 5 s at the finest, a round number always. */
export function stepFor(spanMs: number): number {
  const steps = [5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];
  return steps.find((step) => spanMs / step <= 360) ?? 3_600_000;
}
