import type { Annotations, Place } from '../evaluate/annotations.ts';

/** What an aggregation is of, beside its series. */
export interface AggregationOptions {
  readonly op: string;
  /** The parameter at each step. */
  readonly param: Float64Array | undefined;
  readonly annotations: Annotations;
  readonly place: Place;
}
