import { type SeriesRef, staleMarker } from '@jaegis/model';
import type { Refusal } from '../otlp/refusal.ts';
import { type CompoundSeries, outOfOrderDelta, type PointContext } from './series-writer.ts';

/**
 * A sum that is sent as differences, added up to the cumulative counter that Prometheus wants. A point of the time that
 * was last added is taken as a repetition and not added again. When the series is forgotten (see SeriesBook) it begins
 * at zero again, which queries see as an ordinary counter reset.
 */
export class DeltaSeries implements CompoundSeries {
  readonly refs: readonly SeriesRef[];
  #total = 0;
  #at = Number.NEGATIVE_INFINITY;

  constructor(ref: SeriesRef) {
    this.refs = [ref];
  }

  write(point: { at: number; value: number; isMissing: boolean }, context: PointContext): Refusal | undefined {
    const { at, value, isMissing } = point;
    if (at < this.#at) return outOfOrderDelta;
    if (isMissing) {
      context.batch.push(this.refs[0]!, at, staleMarker);
      return undefined;
    }
    if (!Number.isFinite(value)) return { rejected: 'malformed', message: `a delta is ${value}, must be finite` };
    if (at > this.#at) {
      const total = this.#total;
      const before = this.#at;
      context.onUndo(() => {
        this.#total = total;
        this.#at = before;
      });
      this.#total += value;
      this.#at = at;
    }
    context.batch.push(this.refs[0]!, at, this.#total);
    return undefined;
  }
}
