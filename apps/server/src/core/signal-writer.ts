import type { Labels, SampleBatch, SeriesRef } from '@jaegis/model';
import type { MetricsStore } from '@jaegis/tsdb';

/** A series of ours that is written again and again; its ref is found at the first write. */
export interface SeriesHandle {
  readonly labels: Labels;
  ref: SeriesRef;
}

const firstCapacity = 1_024;
/** 20 signals of 50,000 agents: more in one tick is a bug. */
const maxBatch = 1_000_000;
/** Series recorded by their labels: pools, links, self metrics. Past this the memory of their refs starts anew. */
const maxRecorded = 100_000;

/** Gathers one tick's values of our own series (signals, replicas, self metrics) and writes them as one batch. */
export class SignalWriter {
  readonly #store: MetricsStore;
  #batch = emptyBatch(firstCapacity);
  /** The batch before, once the store has done with it. */
  #spare: SampleBatch | undefined;
  readonly #recorded = new Map<string, SeriesHandle>();
  #refused = 0;

  constructor(store: MetricsStore) {
    this.#store = store;
  }

  handle(labels: Labels): SeriesHandle {
    return { labels, ref: 0 };
  }

  /** Takes one value of the series with these labels, for writers that keep no handles of their own. */
  record(labels: Labels, value: number | null, at: number): void {
    const key = JSON.stringify(labels);
    let handle = this.#recorded.get(key);
    if (handle === undefined) {
      if (this.#recorded.size >= maxRecorded) this.#recorded.clear();
      handle = this.handle(labels);
      this.#recorded.set(key, handle);
    }
    this.add(handle, value, at);
  }

  /** Takes one value; not-known values (null, NaN) are left out: a gap stays a gap. */
  add(handle: SeriesHandle, value: number | null, at: number): void {
    if (value === null || Number.isNaN(value)) return;
    if (handle.ref === 0 || this.#store.labelsOf(handle.ref) === undefined) {
      const resolved = this.#store.resolve(handle.labels, at);
      if (typeof resolved !== 'number') {
        this.#refused++;
        return;
      }
      handle.ref = resolved;
    }
    const batch = this.#room();
    batch.refs[batch.length] = handle.ref;
    batch.timestamps[batch.length] = at;
    batch.values[batch.length] = value;
    batch.length++;
  }

  /** Writes what was gathered. Resolves when it survives a kill. */
  async flush(now: number): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = this.#spare ?? emptyBatch(batch.refs.length);
    this.#spare = undefined;
    const result = await this.#store.append(batch, now);
    batch.length = 0;
    if (batch.refs.length >= this.#batch.refs.length) this.#spare = batch;
    for (const count of Object.values(result.rejected)) this.#refused += count ?? 0;
  }

  get refused(): number {
    return this.#refused;
  }

  #room(): SampleBatch {
    const batch = this.#batch;
    if (batch.length < batch.refs.length) return batch;
    if (batch.length >= maxBatch) throw new RangeError(`signal batch has ${batch.length} samples, must be flushed`);
    const larger = emptyBatch(batch.refs.length * 2);
    larger.refs.set(batch.refs);
    larger.timestamps.set(batch.timestamps);
    larger.values.set(batch.values);
    larger.length = batch.length;
    this.#batch = larger;
    return larger;
  }
}

function emptyBatch(capacity: number): SampleBatch {
  return {
    refs: new Uint32Array(capacity),
    timestamps: new Float64Array(capacity),
    values: new Float64Array(capacity),
    length: 0,
  };
}
