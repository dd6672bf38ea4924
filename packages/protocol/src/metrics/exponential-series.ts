import { type SeriesRef, staleMarker } from '@jaegis/model';
import type { Refusal } from '../otlp/refusal.ts';
import { boundText } from './histogram-series.ts';
import { type CompoundSeries, outOfOrderDelta, type PointContext } from './series-writer.ts';

/**
 * An exponential histogram, written as a classic one until the store has native histograms.
 *
 * Bucket i of scale s holds (2^(i/2^s), 2^((i+1)/2^s)]. The series keeps a grid: a scale and the run of buckets seen so far
 * on each side of zero. A point outside the run widens it; a run over `maxRun` halves the resolution (s - 1), whose bounds
 * are every second bound of s, so the remaining `le` series go on unbroken and the others end with a stale marker.
 *
 * The zero bucket holds what is within its threshold of zero, so its upper bound is the threshold: `le="0"` would promise
 * that none of it is above zero. Buckets that lie within the threshold are counted in it, as Prometheus does on merging.
 *
 * Lost against the original: resolution beyond `maxScale` (bounds 19 % apart) and beyond `maxRun` buckets a side; min, max
 * and exemplars; on the negative side, which end of a bucket is closed.
 */
const maxScale = 2;
const maxRun = 48;
/** Most buckets a side that a point may carry on the wire (SDKs send 160). */
export const maxExponentialBuckets = 4_096;

export interface BucketRun {
  offset: number;
  counts: Float64Array;
  length: number;
}

/** One exponential histogram point as read. The arrays are reused. */
export interface ExponentialPoint {
  at: number;
  isMissing: boolean;
  count: number;
  sum: number;
  hasSum: boolean;
  scale: number;
  zeroCount: number;
  /** How far from zero the zero bucket reaches on both sides. */
  zeroThreshold: number;
  positive: BucketRun;
  negative: BucketRun;
  /** Where its exemplars begin, behind the first one's tag; 0 without any. */
  exemplarsAt: number;
}

/** Buckets `lo`, `lo + 1`, ... of a side; empty when there are no counts. */
interface Side {
  readonly lo: number;
  readonly counts: readonly number[];
}

interface Grid {
  readonly scale: number;
  readonly positive: Side;
  readonly negative: Side;
  readonly zero: number;
  readonly zeroThreshold: number;
  readonly hasZero: boolean;
  readonly count: number;
  readonly sum: number;
}

const none: Side = { lo: 0, counts: [] };

export class ExponentialSeries implements CompoundSeries {
  refs: readonly SeriesRef[] = [];
  readonly #name: string;
  readonly #isDelta: boolean;
  #grid: Grid | undefined;
  #les: readonly string[] = [];
  #at = Number.NEGATIVE_INFINITY;

  constructor(name: string, isDelta: boolean) {
    this.#name = name;
    this.#isDelta = isDelta;
  }

  /** The `_bucket` series that an observation falls into. */
  bucketOf(value: number): SeriesRef {
    // Bounds in rising order stand behind `_count`, `_sum` and the bucket without end.
    const index = this.#les.findIndex((le) => value <= Number(le));
    return this.refs[index < 0 ? 2 : index + 3]!;
  }

  write(point: ExponentialPoint, context: PointContext): Refusal | undefined {
    const { batch } = context;
    if (point.isMissing) {
      for (const ref of this.refs) batch.push(ref, point.at, staleMarker);
      return undefined;
    }
    if (this.#isDelta && point.at < this.#at) return outOfOrderDelta;
    if (this.#isDelta && point.hasSum && !Number.isFinite(point.sum))
      return { rejected: 'malformed', message: `the sum of a delta histogram is ${point.sum}, must be finite` };
    const before = { grid: this.#grid, at: this.#at, refs: this.refs, les: this.#les };
    const isRepeated = this.#isDelta && point.at === this.#at;
    const grid = isRepeated ? this.#grid! : merged(this.#grid, point, this.#isDelta);
    const refusal = this.#cover(grid, point.at, context);
    if (refusal !== undefined) return refusal;
    this.#grid = grid;
    this.#at = point.at;
    context.onUndo(() => {
      this.#grid = before.grid;
      this.#at = before.at;
      this.refs = before.refs;
      this.#les = before.les;
    });
    this.#emit(grid, point, context);
    return undefined;
  }

  /** Makes the refs fit the grid's bounds; bounds that are no more get a stale marker. */
  #cover(grid: Grid, at: number, context: PointContext): Refusal | undefined {
    const les = boundsOf(grid).map(boundText);
    if (this.refs.length > 0 && les.length === this.#les.length && les.every((le, i) => le === this.#les[i]))
      return undefined;
    const known = new Map(this.#les.map((le, i) => [le, this.refs[i + 3]!]));
    const wanted: [string, (readonly [string, string])?][] = [
      [`${this.#name}_count`],
      [`${this.#name}_sum`],
      [`${this.#name}_bucket`, ['le', '+Inf']],
    ];
    const refs: SeriesRef[] = [];
    for (const [index, [name, extra]] of wanted.entries()) {
      const ref = this.refs[index] ?? context.resolve(name, extra);
      if (typeof ref !== 'number') return ref;
      refs.push(ref);
    }
    for (const le of les) {
      const ref = known.get(le) ?? context.resolve(`${this.#name}_bucket`, ['le', le]);
      if (typeof ref !== 'number') return ref;
      refs.push(ref);
      known.delete(le);
    }
    for (const ref of known.values()) context.batch.push(ref, at, staleMarker);
    this.refs = refs;
    this.#les = les;
    return undefined;
  }

  #emit(grid: Grid, point: ExponentialPoint, context: PointContext): void {
    const { batch } = context;
    const { refs } = this;
    batch.push(refs[0]!, point.at, grid.count);
    if (point.hasSum) batch.push(refs[1]!, point.at, grid.sum);
    batch.push(refs[2]!, point.at, grid.count);
    let next = 3;
    let cumulative = 0;
    const { negative, positive } = grid;
    for (let i = negative.counts.length - 1; i >= 0; i--) {
      cumulative += negative.counts[i]!;
      batch.push(refs[next++]!, point.at, cumulative);
    }
    cumulative += grid.zero;
    if (grid.hasZero) batch.push(refs[next++]!, point.at, cumulative);
    for (let i = 0; i < positive.counts.length; i++) {
      cumulative += positive.counts[i]!;
      batch.push(refs[next++]!, point.at, cumulative);
    }
  }
}

/** Upper bounds in rising order, without +Inf. */
function boundsOf(grid: Grid): number[] {
  const { scale, positive, negative, zeroThreshold, hasZero } = grid;
  const bounds: number[] = [];
  for (let i = negative.counts.length - 1; i >= 0; i--) bounds.push(-edge(negative.lo + i, scale));
  if (hasZero) bounds.push(zeroThreshold);
  for (let i = 0; i < positive.counts.length; i++) bounds.push(edge(positive.lo + i + 1, scale));
  return bounds;
}

/** The edge between buckets `index - 1` and `index`. */
function edge(index: number, scale: number): number {
  return 2 ** (index * 2 ** -scale);
}

/** The grid after a point: for deltas the point is added to what was there, otherwise it replaces the counts. */
function merged(grid: Grid | undefined, point: ExponentialPoint, isDelta: boolean): Grid {
  let scale = Math.min(grid?.scale ?? maxScale, point.scale, maxScale);
  const sides = (at: number) => ({
    positive: span(grid?.positive ?? none, grid?.scale ?? at, { run: point.positive, from: point.scale, to: at }),
    negative: span(grid?.negative ?? none, grid?.scale ?? at, { run: point.negative, from: point.scale, to: at }),
  });
  let found = sides(scale);
  while (found.positive.length > maxRun || found.negative.length > maxRun) found = sides(--scale);
  const side = (name: 'positive' | 'negative'): Side => {
    const { lo, length } = found[name];
    if (length === 0) return none;
    const counts: number[] = new Array(length).fill(0);
    if (grid !== undefined && isDelta) {
      const shift = 2 ** (grid.scale - scale);
      grid[name].counts.forEach((count, i) => {
        counts[Math.floor((grid[name].lo + i) / shift) - lo]! += count;
      });
    }
    const run = point[name];
    for (let i = 0; i < run.length; i++) {
      if (run.counts[i] === 0) continue;
      const index = rescale(run.offset + i, point.scale, scale);
      if (index > maxIndex(scale) && name === 'positive') continue;
      counts[clampIndex(index, scale) - lo]! += run.counts[i]!;
    }
    return { lo, counts };
  };
  const base = isDelta ? grid : undefined;
  const zeroThreshold = Math.max(base?.zeroThreshold ?? 0, point.zeroThreshold);
  const positive = outside(side('positive'), scale, zeroThreshold);
  const negative = outside(side('negative'), scale, zeroThreshold);
  const zero = (base?.zero ?? 0) + point.zeroCount + positive.within + negative.within;
  return {
    scale,
    positive: positive.rest,
    negative: negative.rest,
    zero,
    zeroThreshold,
    hasZero: (grid?.hasZero ?? false) || zero > 0 || negative.rest.counts.length > 0,
    count: (base?.count ?? 0) + point.count,
    sum: (base?.sum ?? 0) + (point.hasSum ? point.sum : 0),
  };
}

/** A side without the buckets that lie within the threshold, and what these hold. */
function outside(side: Side, scale: number, threshold: number): { rest: Side; within: number } {
  const { lo, counts } = side;
  let first = 0;
  let within = 0;
  while (first < counts.length && edge(lo + first + 1, scale) <= threshold) within += counts[first++]!;
  const rest = first === counts.length ? none : { lo: lo + first, counts: counts.slice(first) };
  return { rest, within };
}

/** The run of buckets, in scale `to`, that holds both what the grid has and what the point brings. */
function span(
  side: Side,
  scale: number,
  given: { run: BucketRun; from: number; to: number },
): { lo: number; length: number } {
  const { run, from, to } = given;
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  if (side.counts.length > 0) {
    const shift = 2 ** (scale - to);
    lo = Math.floor(side.lo / shift);
    hi = Math.floor((side.lo + side.counts.length - 1) / shift);
  }
  for (let i = 0; i < run.length; i++) {
    if (run.counts[i] === 0) continue;
    const index = clampIndex(rescale(run.offset + i, from, to), to);
    if (index < lo) lo = index;
    if (index > hi) hi = index;
  }
  return lo > hi ? { lo: 0, length: 0 } : { lo, length: hi - lo + 1 };
}

function rescale(index: number, from: number, to: number): number {
  return Math.floor(index / 2 ** (from - to));
}

/** The last bucket whose upper edge is still a finite double; above it only `+Inf` counts. */
function maxIndex(scale: number): number {
  return Math.floor(1_023 * 2 ** scale) - 1;
}

/** Doubles end at 2^-1074: whatever claims to be smaller shares the lowest bucket. */
function clampIndex(index: number, scale: number): number {
  return Math.min(Math.max(index, Math.ceil(-1_074 * 2 ** scale)), maxIndex(scale));
}

/** Why a point is no exponential histogram, or `undefined`. */
export function exponentialFault(point: ExponentialPoint): Refusal | undefined {
  if (!(point.scale >= -10 && point.scale <= 20))
    return { rejected: 'malformed', message: `the scale of a histogram is ${point.scale}, must be in -10..20` };
  if (!(point.zeroThreshold >= 0 && Number.isFinite(point.zeroThreshold)))
    return {
      rejected: 'malformed',
      message: `the zero threshold of a histogram is ${point.zeroThreshold}, must be a number from 0 on`,
    };
  for (const run of [point.positive, point.negative]) {
    if (run.length > maxExponentialBuckets)
      return {
        rejected: 'too_large',
        message: `a histogram has ${run.length} buckets, must have at most ${maxExponentialBuckets}`,
      };
  }
  return undefined;
}
