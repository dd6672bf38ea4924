import { type SeriesRef, staleMarker } from '@jaegis/model';
import type { Refusal } from '../otlp/refusal.ts';
import type { CompoundSeries, PointContext } from './series-writer.ts';

export const maxQuantiles = 64;

export interface SummaryPoint {
  at: number;
  isMissing: boolean;
  count: number;
  sum: number;
  /** Quantiles in 0..1 and their values, side by side. */
  quantiles: number[];
  values: number[];
}

/** A summary: `_count`, `_sum` and one series per quantile. */
export class SummarySeries implements CompoundSeries {
  readonly refs: readonly SeriesRef[];
  readonly #quantiles: readonly number[];

  private constructor(refs: readonly SeriesRef[], quantiles: readonly number[]) {
    this.refs = refs;
    this.#quantiles = quantiles;
  }

  static create(point: SummaryPoint, context: PointContext, name: string): SummarySeries | Refusal {
    const wanted: [string, (readonly [string, string])?][] = [[`${name}_count`], [`${name}_sum`]];
    for (const quantile of point.quantiles) wanted.push([name, ['quantile', String(quantile)]]);
    const refs: SeriesRef[] = [];
    for (const [metric, extra] of wanted) {
      const ref = context.resolve(metric, extra);
      if (typeof ref !== 'number') return ref;
      refs.push(ref);
    }
    return new SummarySeries(refs, [...point.quantiles]);
  }

  fits(point: SummaryPoint): boolean {
    const quantiles = this.#quantiles;
    return (
      point.isMissing ||
      (point.quantiles.length === quantiles.length && quantiles.every((q, i) => q === point.quantiles[i]))
    );
  }

  write(point: SummaryPoint, context: PointContext): void {
    const { batch } = context;
    if (point.isMissing) {
      for (const ref of this.refs) batch.push(ref, point.at, staleMarker);
      return;
    }
    batch.push(this.refs[0]!, point.at, point.count);
    batch.push(this.refs[1]!, point.at, point.sum);
    for (let i = 0; i < point.values.length; i++) batch.push(this.refs[i + 2]!, point.at, point.values[i]!);
  }
}

/** Why a point is no summary, or `undefined`. */
export function summaryFault(point: SummaryPoint): Refusal | undefined {
  if (point.quantiles.length > maxQuantiles)
    return {
      rejected: 'too_large',
      message: `a summary has ${point.quantiles.length} quantiles, must have at most ${maxQuantiles}`,
    };
  const isBad =
    point.quantiles.some((q) => !(q >= 0 && q <= 1)) || new Set(point.quantiles).size !== point.quantiles.length;
  return isBad
    ? { rejected: 'malformed', message: 'the quantiles of a summary must differ and lie in 0..1' }
    : undefined;
}
