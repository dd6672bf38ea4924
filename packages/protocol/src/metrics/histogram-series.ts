import { type SeriesRef, staleMarker } from '@jaegis/model';
import type { Refusal } from '../otlp/refusal.ts';
import { type CompoundSeries, outOfOrderDelta, type PointContext } from './series-writer.ts';

/** More buckets than any instrument has; beyond it a point is refused, because each one is a series. */
export const maxBuckets = 512;

/** One histogram point as read. The arrays are reused; only the first `boundCount` and `bucketCount` entries count. */
export interface HistogramPoint {
  at: number;
  isMissing: boolean;
  count: number;
  sum: number;
  hasSum: boolean;
  bounds: Float64Array;
  boundCount: number;
  buckets: Float64Array;
  bucketCount: number;
  /** Where its exemplars begin, behind the first one's tag; 0 without any. */
  exemplarsAt: number;
}

/** A classic histogram: `_count`, `_sum` and one cumulative `_bucket` per upper bound. */
export class HistogramSeries implements CompoundSeries {
  readonly refs: readonly SeriesRef[];
  readonly #bounds: Float64Array;
  /** Only for delta points: count, sum and buckets added up so far. */
  readonly #totals: Float64Array | undefined;
  #at = Number.NEGATIVE_INFINITY;

  private constructor(refs: readonly SeriesRef[], bounds: Float64Array, isDelta: boolean) {
    this.refs = refs;
    this.#bounds = bounds;
    this.#totals = isDelta ? new Float64Array(bounds.length + 3) : undefined;
  }

  /** All of its series, or the refusal of the first that the store does not take: half a histogram is none. */
  static create(
    point: HistogramPoint,
    context: PointContext,
    options: { name: string; isDelta: boolean },
  ): HistogramSeries | Refusal {
    const { name, isDelta } = options;
    const bounds = point.bounds.slice(0, finiteBounds(point));
    const wanted: [string, (readonly [string, string])?][] = [[`${name}_count`], [`${name}_sum`]];
    for (const bound of bounds) wanted.push([`${name}_bucket`, ['le', boundText(bound)]]);
    wanted.push([`${name}_bucket`, ['le', '+Inf']]);
    const refs: SeriesRef[] = [];
    for (const [metric, extra] of wanted) {
      const ref = context.resolve(metric, extra);
      if (typeof ref !== 'number') return ref;
      refs.push(ref);
    }
    return new HistogramSeries(refs, bounds, isDelta);
  }

  /** False when the point has other bounds than this series: then it is another set of series. */
  fits(point: HistogramPoint): boolean {
    if (point.isMissing) return true;
    const bounds = this.#bounds;
    if (finiteBounds(point) !== bounds.length) return false;
    for (let i = 0; i < bounds.length; i++) if (bounds[i] !== point.bounds[i]) return false;
    return true;
  }

  write(point: HistogramPoint, context: PointContext): Refusal | undefined {
    const { batch } = context;
    const { refs } = this;
    if (point.isMissing) {
      this.markStale(point.at, context);
      return undefined;
    }
    if (this.#totals !== undefined) return this.#writeDelta(point, context, this.#totals);
    const last = this.#bounds.length;
    let cumulative = 0;
    for (let i = 0; i < last; i++) {
      cumulative += point.bucketCount === 0 ? 0 : point.buckets[i]!;
      batch.push(refs[i + 2]!, point.at, cumulative);
    }
    batch.push(refs[last + 2]!, point.at, point.count);
    batch.push(refs[0]!, point.at, point.count);
    if (point.hasSum) batch.push(refs[1]!, point.at, point.sum);
    return undefined;
  }

  /** The `_bucket` series that an observation falls into. */
  bucketOf(value: number): SeriesRef {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > bounds[index]!) index++;
    return this.refs[index + 2]!;
  }

  /** Says that all of its series end here. */
  markStale(at: number, context: PointContext): void {
    for (const ref of this.refs) context.batch.push(ref, at, staleMarker);
  }

  #writeDelta(point: HistogramPoint, context: PointContext, totals: Float64Array): Refusal | undefined {
    if (point.at < this.#at) return outOfOrderDelta;
    if (point.hasSum && !Number.isFinite(point.sum))
      return { rejected: 'malformed', message: `the sum of a delta histogram is ${point.sum}, must be finite` };
    const last = this.#bounds.length;
    if (point.at > this.#at) {
      const before = totals.slice();
      const at = this.#at;
      context.onUndo(() => {
        totals.set(before);
        this.#at = at;
      });
      totals[0] = totals[0]! + point.count;
      if (point.hasSum) totals[1] = totals[1]! + point.sum;
      for (let i = 0; i < last && point.bucketCount > 0; i++) totals[i + 2] = totals[i + 2]! + point.buckets[i]!;
      this.#at = point.at;
    }
    const { batch } = context;
    const { refs } = this;
    let cumulative = 0;
    for (let i = 0; i < last; i++) {
      cumulative += totals[i + 2]!;
      batch.push(refs[i + 2]!, point.at, cumulative);
    }
    batch.push(refs[last + 2]!, point.at, totals[0]!);
    batch.push(refs[0]!, point.at, totals[0]!);
    if (point.hasSum) batch.push(refs[1]!, point.at, totals[1]!);
    return undefined;
  }
}

/** Why a point is no histogram, or `undefined`. */
export function histogramFault(point: HistogramPoint): Refusal | undefined {
  const { bounds, boundCount, bucketCount } = point;
  if (boundCount > maxBuckets || bucketCount > maxBuckets + 1)
    return {
      rejected: 'too_large',
      message: `a histogram has ${Math.max(boundCount, bucketCount)} buckets, must have at most ${maxBuckets}`,
    };
  if (bucketCount !== 0 && bucketCount !== boundCount + 1)
    return {
      rejected: 'malformed',
      message: `a histogram has ${bucketCount} buckets and ${boundCount} bounds, must have one bucket more than bounds`,
    };
  for (let i = 0; i < boundCount; i++) {
    if (Number.isNaN(bounds[i]!) || (i > 0 && bounds[i]! <= bounds[i - 1]!))
      return { rejected: 'malformed', message: 'the bounds of a histogram must be numbers in rising order' };
  }
  return undefined;
}

/** A last bound of +Inf is the bucket that is always there. */
function finiteBounds(point: HistogramPoint): number {
  const { bounds, boundCount } = point;
  return boundCount > 0 && bounds[boundCount - 1] === Number.POSITIVE_INFINITY ? boundCount - 1 : boundCount;
}

/** A bound as Prometheus writes it in `le`. */
export function boundText(bound: number): string {
  return bound === Number.NEGATIVE_INFINITY ? '-Inf' : String(bound);
}
