import {
  type Exemplar,
  formatLabels,
  isStaleMarker,
  type Labels,
  type MetricMetadata,
  type ResourceIdentity,
} from '@jaegis/model';
import type { Cancel, Clock } from '@jaegis/std';
import type { TelemetrySinks } from '../src/index.ts';

/** Sinks that remember the samples of each series, in order: a number, or `stale`. */
export class RecordingSinks implements TelemetrySinks {
  readonly values = new Map<string, (number | 'stale')[]>();
  readonly times = new Map<string, number[]>();
  readonly described: MetricMetadata[] = [];
  readonly kept: Exemplar[] = [];
  readonly contacts: ResourceIdentity[] = [];
  readonly #series: string[] = [];
  failure: Error | undefined;

  readonly samples: TelemetrySinks['samples'] = {
    resolve: (labels: Labels) => {
      const key = formatLabels(labels);
      const known = this.#series.indexOf(key);
      return known >= 0 ? known + 1 : this.#series.push(key);
    },
    append: async (batch) => {
      if (this.failure !== undefined) throw this.failure;
      for (let i = 0; i < batch.length; i++) {
        const key = this.#series[batch.refs[i]! - 1]!;
        const value = batch.values[i]!;
        this.values.set(key, [...(this.values.get(key) ?? []), isStaleMarker(value) ? 'stale' : value]);
        this.times.set(key, [...(this.times.get(key) ?? []), batch.timestamps[i]!]);
      }
      return { accepted: batch.length, rejected: {} };
    },
  };

  spans(): void {}
  logs(): void {}
  metadata(metadata: readonly MetricMetadata[]): void {
    this.described.push(...metadata);
  }
  exemplars(exemplars: readonly Exemplar[]): number {
    return this.kept.push(...exemplars);
  }
  contact(identity: ResourceIdentity): boolean {
    this.contacts.push(identity);
    return true;
  }
}

/** A clock that stands still until it is told the time; timers run when they are due. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ at: number; everyMs: number | undefined; run: () => unknown }>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  every(intervalMs: number, run: () => unknown): Cancel {
    return this.#add({ at: this.#now + intervalMs, everyMs: intervalMs, run });
  }

  after(delayMs: number, run: () => unknown): Cancel {
    return this.#add({ at: this.#now + delayMs, everyMs: undefined, run });
  }

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      if (timer.everyMs === undefined) this.#timers.delete(timer);
      else timer.at += timer.everyMs;
      await timer.run();
    }
  }

  #add(timer: { at: number; everyMs: number | undefined; run: () => unknown }): Cancel {
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
}
