import { GrowingBatch } from '@jaegis/protocol';

// Batches kept for reuse; those beyond are left to the garbage collector.
const spareBatches = 32;
const largestSpare = 65_536;
/** Most batches of a flood hold a few samples of one agent; the others grow, and are kept. */
const firstCapacity = 256;

/** Batches that requests use one after the other, so that a request allocates none. */
export class SpareBatches {
  readonly #spare: GrowingBatch[] = [];

  take(): GrowingBatch {
    return this.#spare.pop() ?? new GrowingBatch(firstCapacity);
  }

  /** Gives a batch back, once nobody reads it any more. */
  give(batch: GrowingBatch): void {
    batch.length = 0;
    if (this.#spare.length < spareBatches && batch.refs.length <= largestSpare) this.#spare.push(batch);
  }
}
