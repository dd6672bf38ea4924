import type { MetricMetadata } from '@jaegis/model';

/** What different senders say of one metric; more than these few only repeat themselves in other words. */
const maxPerMetric = 4;

/** What is known of metrics: type, help and unit by name, in the words of their senders. Bounded, in memory. */
export class MetadataBook {
  readonly #entries = new Map<string, MetricMetadata[]>();
  readonly #maxMetrics: number;
  #refused = 0;

  constructor(maxMetrics: number) {
    this.#maxMetrics = maxMetrics;
  }

  add(metadata: readonly MetricMetadata[]): void {
    for (const each of metadata) this.#addOne(each);
  }

  #addOne(given: MetricMetadata): void {
    if (given.name === '') return;
    const known = this.#entries.get(given.name);
    if (known === undefined) {
      if (this.#entries.size >= this.#maxMetrics) this.#refused++;
      else this.#entries.set(given.name, [given]);
      return;
    }
    if (known.some(({ type, help, unit }) => type === given.type && help === given.help && unit === given.unit)) return;
    // The newest word stands first; the oldest goes.
    known.unshift(given);
    if (known.length > maxPerMetric) known.pop();
  }

  /** By metric name, in order of the names; at most `limit` metrics, `limitPerMetric` entries each. */
  list(
    asked: { metric?: string; limit?: number; limitPerMetric?: number } = {},
  ): Map<string, readonly MetricMetadata[]> {
    const { metric, limit = Number.POSITIVE_INFINITY, limitPerMetric = maxPerMetric } = asked;
    const names = metric === undefined ? [...this.#entries.keys()].sort() : this.#entries.has(metric) ? [metric] : [];
    return new Map(names.slice(0, limit).map((name) => [name, this.#entries.get(name)!.slice(0, limitPerMetric)]));
  }

  /** The newest word on a metric. */
  newest(metric: string): MetricMetadata | undefined {
    return this.#entries.get(metric)?.[0];
  }

  stats(): { metrics: number; refused: number } {
    return { metrics: this.#entries.size, refused: this.#refused };
  }
}
