import { formatLabels, isStaleMarker, type Labels, type ResourceIdentity, type SeriesRef } from '@jaegis/model';
import { GrowingBatch, type MetricsDecoded, MetricsDecoder } from '../src/index.ts';

/** A decoder with a store that remembers what it was asked: the samples of a request as `series` → `[time, value]`. */
export class RecordingStore {
  readonly labels: Labels[] = [];
  readonly contacts: ResourceIdentity[] = [];
  resolutions = 0;
  takesSeries: (labels: Labels) => boolean = () => true;
  takesAgents = true;
  readonly decoder: MetricsDecoder;
  readonly #refs = new Map<string, SeriesRef>();

  constructor(maxSeries?: number) {
    this.decoder = new MetricsDecoder({
      resolve: (labels) => {
        this.resolutions++;
        if (!this.takesSeries(labels)) return { rejected: 'series_limit' };
        const key = formatLabels(labels);
        const known = this.#refs.get(key);
        if (known !== undefined) return known;
        this.labels.push(labels);
        this.#refs.set(key, this.labels.length);
        return this.labels.length;
      },
      contact: (identity) => {
        this.contacts.push(identity);
        return this.takesAgents;
      },
      ...(maxSeries !== undefined && { maxSeries }),
    });
  }

  decode(
    bytes: Uint8Array,
    now: number,
  ): { result: MetricsDecoded; samples: Record<string, [number, number | 'stale'][]> } {
    const batch = new GrowingBatch(4);
    const result = this.decoder.decode(bytes, batch, now);
    const samples: Record<string, [number, number | 'stale'][]> = {};
    for (let i = 0; i < batch.length; i++) {
      const key = formatLabels(this.labels[batch.refs[i]! - 1]!);
      if (key.startsWith('target_info')) continue;
      const value = batch.values[i]!;
      samples[key] ??= [];
      samples[key].push([batch.timestamps[i]!, isStaleMarker(value) ? 'stale' : value]);
    }
    return { result, samples };
  }
}
