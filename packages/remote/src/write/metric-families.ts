/**
 * What metrics are, for one destination. A series belongs to the metric of its name, or, where nothing is known of that, to
 * the family that it is a part of (`_bucket`, `_sum`, `_count`, `_total`). What is told later is found at the next `refresh`.
 */
import type { MetricMetadata } from '@jaegis/model';
import { metadataNumber } from '@jaegis/protocol';
import type { OutgoingFamily, OutgoingMetadata, SharedText, SymbolBook } from './outgoing.ts';

/** The newest word on a metric. */
export type MetadataOf = (metric: string) => MetricMetadata | undefined;

const part = /_(?:bucket|sum|count|total)$/;

export class MetricFamilies {
  readonly #metadataOf: MetadataOf;
  readonly #symbols: SymbolBook;
  readonly #limit: number;
  readonly #families = new Map<string, OutgoingFamily>();

  /** Series of metrics beyond `limit` go without. */
  constructor(metadataOf: MetadataOf, symbols: SymbolBook, limit = 20_000) {
    this.#metadataOf = metadataOf;
    this.#symbols = symbols;
    this.#limit = limit;
  }

  of(metric: string): OutgoingFamily {
    const known = this.#families.get(metric);
    if (known !== undefined) return known;
    const family: OutgoingFamily = { metadata: undefined };
    if (this.#families.size >= this.#limit) return family;
    family.metadata = this.#ask(metric);
    this.#families.set(metric, family);
    return family;
  }

  /** Asks again for all, and gives what is known: each family once. */
  refresh(): OutgoingMetadata[] {
    const known = new Map<SharedText, OutgoingMetadata>();
    for (const [metric, family] of this.#families) {
      family.metadata = this.#ask(metric);
      if (family.metadata !== undefined) known.set(family.metadata.name, family.metadata);
    }
    return [...known.values()];
  }

  #ask(metric: string): OutgoingMetadata | undefined {
    const found = this.#metadataOf(metric) ?? this.#metadataOf(metric.replace(part, ''));
    if (found === undefined) return undefined;
    const text = (each: string) => this.#symbols.text(each);
    return { name: text(found.name), type: metadataNumber(found.type), help: text(found.help), unit: text(found.unit) };
  }
}
