/**
 * Makes a history safe to calculate with: leading gaps cut, inner gaps filled by a straight line, single wild values
 * replaced by their neighbours' median, everything divided by one scale so that sums of squares of 1e300 cannot overflow.
 * Bad at: a real one-step spike in the middle of the history, which it takes for a mistake.
 */
export interface PreparedHistory {
  /** Without gaps, divided by `scale`. Empty when nothing was known. */
  readonly values: Float64Array;
  /** Place of the first of them in what was given. */
  readonly offset: number;
  /** 1 where the value was really observed. */
  readonly observed: Uint8Array;
  readonly scale: number;
  /** Steps after the last observation. */
  readonly missingAtEnd: number;
  /** How many values were observed. */
  readonly known: number;
  readonly isConstant: boolean;
  /** Smallest and largest observed value, divided by `scale`, wild ones left out. */
  readonly low: number;
  readonly high: number;
}

/** A value this many spreads away from its four neighbours, with ordinary values right after it, is a mistake. */
const wildSpreads = 15;

export function prepareHistory(raw: Float64Array, maxPoints: number): PreparedHistory {
  const recent = raw.length > maxPoints ? raw.subarray(raw.length - maxPoints) : raw;
  let first = 0;
  while (first < recent.length && !Number.isFinite(recent[first]!)) first++;
  let end = recent.length;
  while (end > first && !Number.isFinite(recent[end - 1]!)) end--;
  const length = end - first;
  const values = new Float64Array(length);
  const observed = new Uint8Array(length);
  let scale = 0;
  let known = 0;
  for (let i = 0; i < length; i++) {
    const value = recent[first + i]!;
    if (!Number.isFinite(value)) {
      values[i] = Number.NaN;
      continue;
    }
    values[i] = value;
    observed[i] = 1;
    known++;
    if (Math.abs(value) > scale) scale = Math.abs(value);
  }
  replaceWild(values, observed);
  scale = 0;
  for (let i = 0; i < length; i++) if (observed[i] === 1) scale = Math.max(scale, Math.abs(values[i]!));
  if (scale === 0) scale = 1;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    values[i] = values[i]! / scale;
    if (observed[i] === 0) continue;
    if (values[i]! < low) low = values[i]!;
    if (values[i]! > high) high = values[i]!;
  }
  fillGaps(values, observed);
  return {
    values,
    offset: raw.length - recent.length + first,
    observed,
    scale,
    missingAtEnd: length === 0 ? 0 : recent.length - end,
    known,
    isConstant: high - low <= 1e-12,
    low: length === 0 ? 0 : low,
    high: length === 0 ? 0 : high,
  };
}

function fillGaps(values: Float64Array, observed: Uint8Array): void {
  let left = 0;
  for (let i = 1; i < values.length; i++) {
    if (observed[i] === 0) continue;
    for (let k = left + 1; k < i; k++) {
      values[k] = values[left]! + ((values[i]! - values[left]!) * (k - left)) / (i - left);
    }
    left = i;
  }
}

/**
 * The last two values are left alone: nobody knows yet whether they are a mistake or a surge. Wild values that are not
 * rare are the series' nature.
 */
function replaceWild(values: Float64Array, observed: Uint8Array): void {
  const sorted = values.filter((_, i) => observed[i] === 1).sort();
  if (sorted.length < 8) return;
  const spread = quantileOf(sorted, 0.9) - quantileOf(sorted, 0.1);
  const size = spread > 0 ? spread : Math.abs(quantileOf(sorted, 0.5));
  const wild: [place: number, middle: number][] = [];
  const around = new Float64Array(4);
  for (let i = 2; i < values.length - 2; i++) {
    if (observed[i] === 0) continue;
    if (observed[i - 2] === 0 || observed[i - 1] === 0 || observed[i + 1] === 0 || observed[i + 2] === 0) continue;
    if (farthestAround(values, i) <= wildSpreads * size) continue;
    around[0] = values[i - 2]!;
    around[1] = values[i - 1]!;
    around[2] = values[i + 1]!;
    around[3] = values[i + 2]!;
    around.sort();
    const middle = around[1]! / 2 + around[2]! / 2;
    if (Math.abs(values[i]! - middle) > wildSpreads * size) wild.push([i, middle]);
  }
  if (wild.length > 1 + sorted.length / 200) return;
  for (const [i, middle] of wild) values[i] = middle;
}

/** From the value to the one of its four neighbours that is farthest: their middle is nearer. */
function farthestAround(values: Float64Array, i: number): number {
  const value = values[i]!;
  return Math.max(
    Math.abs(value - values[i - 2]!),
    Math.abs(value - values[i - 1]!),
    Math.abs(value - values[i + 1]!),
    Math.abs(value - values[i + 2]!),
  );
}

/** Quantile `q` of a sorted list, linear between its neighbours; NaN of an empty one. */
export function quantileOf(sorted: Float64Array | readonly number[], q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = Math.min(Math.max(q, 0), 1) * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! * (1 - (place - below)) + sorted[above]! * (place - below);
}
