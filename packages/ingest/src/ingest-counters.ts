/** One line of `/metrics`. */
export interface CounterLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface IngestSnapshot {
  /** By protocol. */
  readonly samples: Readonly<Record<string, number>>;
  readonly spans: Readonly<Record<string, number>>;
  readonly logs: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
  readonly requests: Readonly<Record<string, number>>;
  readonly heartbeats: number;
  /** By protocol, then by reason. */
  readonly rejected: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

type Kind = 'samples' | 'spans' | 'logs' | 'bytes' | 'requests';
const kinds: readonly Kind[] = ['samples', 'spans', 'logs', 'bytes', 'requests'];

/** What was received and refused since the start. Protocols and reasons are our own words, so their number is bounded. */
export class IngestCounters {
  readonly #counts: Record<Kind, Map<string, number>> = {
    samples: new Map(),
    spans: new Map(),
    logs: new Map(),
    bytes: new Map(),
    requests: new Map(),
  };
  readonly #rejected = new Map<string, Map<string, number>>();
  #heartbeats = 0;

  samples(protocol: string, count: number): void {
    this.#add('samples', protocol, count);
  }

  spans(protocol: string, count: number): void {
    this.#add('spans', protocol, count);
  }

  logs(protocol: string, count: number): void {
    this.#add('logs', protocol, count);
  }

  /** Body bytes as they came, before decompression. */
  bytes(protocol: string, count: number): void {
    this.#add('bytes', protocol, count);
  }

  requests(protocol: string, count = 1): void {
    this.#add('requests', protocol, count);
  }

  heartbeats(count: number): void {
    this.#heartbeats += count;
  }

  rejected(protocol: string, reason: string, count: number): void {
    if (count === 0) return;
    let reasons = this.#rejected.get(protocol);
    if (reasons === undefined) {
      reasons = new Map();
      this.#rejected.set(protocol, reasons);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }

  snapshot(): IngestSnapshot {
    const { samples, spans, logs, bytes, requests } = this.#counts;
    return {
      samples: Object.fromEntries(samples),
      spans: Object.fromEntries(spans),
      logs: Object.fromEntries(logs),
      bytes: Object.fromEntries(bytes),
      requests: Object.fromEntries(requests),
      heartbeats: this.#heartbeats,
      rejected: Object.fromEntries([...this.#rejected].map(([name, reasons]) => [name, Object.fromEntries(reasons)])),
    };
  }

  /** The same as counters for `/metrics`: `jaegis_ingest_samples_total{protocol}`, `jaegis_ingest_rejected_total{protocol,reason}` ... */
  lines(): CounterLine[] {
    const lines: CounterLine[] = [];
    for (const kind of kinds) {
      for (const [protocol, value] of this.#counts[kind])
        lines.push({ name: `jaegis_ingest_${kind}_total`, labels: { protocol }, value });
    }
    lines.push({ name: 'jaegis_ingest_heartbeats_total', labels: {}, value: this.#heartbeats });
    for (const [protocol, reasons] of this.#rejected) {
      for (const [reason, value] of reasons)
        lines.push({ name: 'jaegis_ingest_rejected_total', labels: { protocol, reason }, value });
    }
    return lines;
  }

  #add(kind: Kind, protocol: string, count: number): void {
    if (count !== 0) this.#counts[kind].set(protocol, (this.#counts[kind].get(protocol) ?? 0) + count);
  }
}
