import { type SignalName, type Signals, signalMetric, signalNames } from '@jaegis/model';
import type { SeriesHandle, SignalWriter } from './signal-writer.ts';

/** The signals that are written and watched for agents and pools, in one fixed order. */
const order = signalNames;

/** One agent, pool or link: its newest signals, its series, and the detector's rows that watch them. */
export interface SignalRow {
  readonly id: string;
  readonly pool: string;
  signals: Signals;
  readonly handles: (SeriesHandle | undefined)[];
  /** Detector row of each signal; -1 = not watched yet. */
  readonly rows: Int32Array;
  /** Newest verdict of each signal; NaN while silent. */
  readonly score: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly anomalous: Uint8Array;
}

/** What the server knows of signals right now. Bounded by the registry's and the pool book's own limits. */
export class SignalBook {
  readonly #agents = new Map<string, SignalRow>();
  readonly #pools = new Map<string, SignalRow>();
  readonly #writer: SignalWriter;

  constructor(writer: SignalWriter) {
    this.#writer = writer;
  }

  agent(id: string): SignalRow | undefined {
    return this.#agents.get(id);
  }

  pool(name: string): SignalRow | undefined {
    return this.#pools.get(name);
  }

  ensureAgent(id: string, pool: string): SignalRow {
    const known = this.#agents.get(id);
    if (known !== undefined && known.pool === pool) return known;
    const row = createRow(id, pool);
    this.#agents.set(id, row);
    return row;
  }

  ensurePool(name: string): SignalRow {
    let row = this.#pools.get(name);
    if (row === undefined) {
      row = createRow(name, name);
      this.#pools.set(name, row);
    }
    return row;
  }

  /** Forgets an agent. Returns its row, so that the detector can let go of it too. */
  removeAgent(id: string): SignalRow | undefined {
    const row = this.#agents.get(id);
    this.#agents.delete(id);
    return row;
  }

  agents(): Iterable<SignalRow> {
    return this.#agents.values();
  }

  pools(): Iterable<SignalRow> {
    return this.#pools.values();
  }

  /** Gathers the row's known signals into the tick's batch. */
  write(row: SignalRow, kind: 'agent' | 'pool', at: number): void {
    for (let i = 0; i < order.length; i++) {
      const signal = order[i]!;
      const value = row.signals[signal]?.value;
      if (value === undefined || value === null) continue;
      const handle = (row.handles[i] ??= this.#writer.handle(labelsOf(kind, row, signal)));
      this.#writer.add(handle, value, at);
    }
  }
}

function labelsOf(kind: 'agent' | 'pool', row: SignalRow, signal: SignalName): Record<string, string> {
  const labels = { __name__: signalMetric[kind], pool: row.pool, signal };
  return kind === 'agent' ? { ...labels, instance_id: row.id } : labels;
}

function createRow(id: string, pool: string): SignalRow {
  const size = order.length;
  const nan = () => new Float64Array(size).fill(Number.NaN);
  return {
    id,
    pool,
    signals: {},
    handles: new Array(size).fill(undefined),
    rows: new Int32Array(size).fill(-1),
    score: nan(),
    expected: nan(),
    lower: nan(),
    upper: nan(),
    anomalous: new Uint8Array(size),
  };
}
