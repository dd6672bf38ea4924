/**
 * Volume under the precision-recall surface (Paparrizos et al. 2022; the variant of TSB-AD 2024). Labels are widened on both
 * sides by sqrt(1 - distance / w), for every buffer w from 0 to the series' window; for each the area under the curve of
 * precision against recall (times the share of events touched) over 250 thresholds placed at equal ranks; then the mean.
 * Each point is put in the bucket of the first threshold that it passes, so a buffer costs what its margins hold.
 * Bad at: scores with few distinct values, whose ranks lie together.
 */
const thresholds = 250;

/** Rows [first, end) are anomalous. */
export type RowRange = readonly [first: number, end: number];

/** 0..1. `window` in rows. NaN when there is no anomalous row. Only the order of the scores counts. */
export function vusPr(scores: ArrayLike<number>, ranges: readonly RowRange[], window: number): number {
  const n = scores.length;
  const events = ranges.map(([first, end]) => [first, end - 1] as const);
  if (n === 0 || events.length === 0) return Number.NaN;
  const sorted = Float64Array.from(scores).sort().reverse();
  const cuts = Float64Array.from(
    { length: thresholds },
    (_, k) => sorted[Math.floor((k * (n - 1)) / (thresholds - 1))]!,
  );
  const bucket = new Uint16Array(n);
  const predicted = new Float64Array(thresholds);
  for (let i = 0; i < n; i++) {
    const k = firstPassed(cuts, scores[i]!);
    bucket[i] = k;
    if (k < thresholds) predicted[k]!++;
  }
  cumulate(predicted);

  const isLabelled = new Uint8Array(n);
  let labelled = 0;
  const hits = new Float64Array(thresholds);
  for (const [first, last] of events) {
    for (let i = first; i <= last; i++) {
      isLabelled[i] = 1;
      labelled++;
      if (bucket[i]! < thresholds) hits[bucket[i]!]!++;
    }
  }
  cumulate(hits);

  const margin = new Float64Array(n);
  const touched: number[] = [];
  let sum = 0;
  for (let w = 0; w <= window; w++) {
    const half = Math.floor(w / 2);
    touched.length = 0;
    for (const [first, last] of events) {
      for (let i = last + 1; i < Math.min(last + half + 1, n); i++) widen(i, Math.sqrt(1 - (i - last) / w));
      for (let i = Math.max(first - half, 0); i < first; i++) widen(i, Math.sqrt(1 - (first - i) / w));
    }
    const extra = new Float64Array(thresholds);
    for (const i of touched) {
      if (bucket[i]! < thresholds) extra[bucket[i]!]! += Math.min(1, margin[i]!);
      margin[i] = 0;
    }
    cumulate(extra);
    sum += areaUnder({ hits, extra, predicted, labelled }, existence(events, half, bucket));
  }
  return sum / (window + 1);

  function widen(i: number, by: number): void {
    if (isLabelled[i] === 1) return;
    if (margin[i] === 0) touched.push(i);
    margin[i]! += by;
  }
}

function areaUnder(
  c: { hits: Float64Array; extra: Float64Array; predicted: Float64Array; labelled: number },
  shareTouched: Float64Array,
): number {
  let area = 0;
  let before = 0;
  for (let k = 0; k < thresholds; k++) {
    const truePositives = c.hits[k]! + c.extra[k]!;
    const positives = (c.labelled + c.labelled + c.extra[k]!) / 2;
    const recall = Math.min(truePositives / positives, 1) * shareTouched[k]!;
    area += (recall - before) * (truePositives / c.predicted[k]!);
    before = recall;
  }
  return area;
}

/** Share of the events, widened by `half` rows and merged where they meet, that hold a detection; per threshold. */
function existence(events: readonly (readonly [number, number])[], half: number, bucket: Uint16Array): Float64Array {
  const share = new Float64Array(thresholds);
  let segments = 0;
  let from = Math.max(events[0]![0] - half, 0);
  for (let e = 0; e < events.length; e++) {
    const end = events[e]![1] + half;
    const next = events[e + 1];
    if (next !== undefined && end >= next[0] - half) continue;
    let best = thresholds;
    for (let i = from; i <= Math.min(end, bucket.length - 1); i++) best = Math.min(best, bucket[i]!);
    if (best < thresholds) share[best]!++;
    segments++;
    if (next !== undefined) from = next[0] - half;
  }
  cumulate(share);
  for (let k = 0; k < thresholds; k++) share[k]! /= segments;
  return share;
}

/** The first threshold (they fall) that the score passes; `thresholds` when none. */
function firstPassed(cuts: Float64Array, score: number): number {
  let low = 0;
  let high = thresholds;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (score >= cuts[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

function cumulate(counts: Float64Array): void {
  for (let k = 1; k < counts.length; k++) counts[k]! += counts[k - 1]!;
}
