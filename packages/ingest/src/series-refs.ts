import { type Labels, type RejectReason, type SeriesRef, staleMarker } from '@jaegis/model';
import { GrowingBatch } from '@jaegis/protocol';
import type { SampleSink } from './sinks.ts';

/**
 * Series of our own making (scraped or measured), each under a key of the caller's choice, and the batch that they are
 * written to. The labels are only made when the key is new.
 */
export class SeriesRefs {
  readonly #sink: SampleSink;
  readonly #refs = new Map<string, SeriesRef>();
  readonly #batch = new GrowingBatch(256);

  constructor(sink: SampleSink) {
    this.#sink = sink;
  }

  /** Adds a sample to the batch. Returns why not when its series is not taken. */
  add(
    key: string,
    sample: { readonly value: number; readonly at: number; readonly now: number },
    labels: () => Labels | RejectReason,
  ): RejectReason | undefined {
    let ref = this.#refs.get(key);
    if (ref === undefined) {
      const made = labels();
      if (typeof made === 'string') return made;
      const found = this.#sink.resolve(made, sample.now);
      if (typeof found !== 'number') return found.rejected;
      ref = found;
      this.#refs.set(key, ref);
    }
    this.#batch.push(ref, sample.at, sample.value);
    return undefined;
  }

  /** The ref of a series that was added before. */
  refOf(key: string): SeriesRef | undefined {
    return this.#refs.get(key);
  }

  /** Ends a series: a stale marker now, and its key is forgotten. */
  end(key: string, at: number): void {
    const ref = this.#refs.get(key);
    if (ref === undefined) return;
    this.#batch.push(ref, at, staleMarker);
    this.#refs.delete(key);
  }

  /** Forgets a series without ending it. */
  forget(key: string): void {
    this.#refs.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.#refs.keys();
  }

  /** Hands the batch over. Must not be called again, nor `add`, before it settles. */
  async flush(now: number): Promise<{ accepted: number; rejected: Partial<Record<RejectReason, number>> }> {
    if (this.#batch.length === 0) return { accepted: 0, rejected: {} };
    try {
      const result = await this.#sink.append(this.#batch, now);
      // The store has dropped some of these series meanwhile: all are asked for again at the next turn.
      if ((result.rejected.unknown_series ?? 0) > 0) this.#refs.clear();
      return result;
    } finally {
      this.#batch.length = 0;
    }
  }
}
