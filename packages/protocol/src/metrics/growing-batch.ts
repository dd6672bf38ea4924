import type { SampleBatch, SeriesRef } from '@jaegis/model';

/** A `SampleBatch` that is filled sample by sample, grows as needed and is reused. Its size is bounded by the request's. */
export class GrowingBatch implements SampleBatch {
  refs: Uint32Array;
  timestamps: Float64Array;
  values: Float64Array;
  length = 0;

  constructor(capacity = 4_096) {
    this.refs = new Uint32Array(capacity);
    this.timestamps = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }

  /** `at` is in epoch milliseconds. */
  push(ref: SeriesRef, at: number, value: number): void {
    const index = this.length;
    if (index === this.refs.length) this.#grow();
    this.refs[index] = ref;
    this.timestamps[index] = at;
    this.values[index] = value;
    this.length = index + 1;
  }

  #grow(): void {
    const capacity = this.refs.length * 2;
    const { refs, timestamps, values } = this;
    this.refs = new Uint32Array(capacity);
    this.timestamps = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.refs.set(refs);
    this.timestamps.set(timestamps);
    this.values.set(values);
  }
}
