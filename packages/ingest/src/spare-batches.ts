import { GrowingBatch } from '@jaegis/protocol';

// Batches kept for reuse; those beyond are left to the garbage collector.
const spareBatches = 8;
const largestSpare = 262_144;

/** Batches that requests use one after the other, so that a request allocates none. */
export class SpareBatches {
  readonly #spare: GrowingBatch[] = [];

  take(): GrowingBatch {
    return this.#spare.pop() ?? new GrowingBatch();
  }

  /** Gives a batch back, once nobody reads it any more. */
  give(batch: GrowingBatch): void {
    batch.length = 0;
    if (this.#spare.length < spareBatches && batch.refs.length <= largestSpare) this.#spare.push(batch);
  }
}
