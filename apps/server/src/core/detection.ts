import {
  type AlarmTuning,
  type AnomalySubject,
  AnomalyTracker,
  createDetector,
  createVerdicts,
  type Detector,
  signalRow,
  type Verdicts,
  watchedValue,
} from '@jaegis/analytics';
import { type Anomaly, type SignalName, signalMetric, signalNames } from '@jaegis/model';
import type { MetadataStore } from '@jaegis/store';
import { loadLearned, saveLearned } from './learned-blobs.ts';
import type { SignalRow } from './signal-book.ts';

// What is watched. Neutral signals of one agent (its share of the load) change whenever the pool is sized; they are
// drawn, not watched. Of a pool, the demand itself is worth a word.
const watchedOfAgent: readonly SignalName[] = [
  'latency_p95',
  'latency_own',
  'error_rate',
  'queue_length',
  'cpu_utilization',
  'memory_bytes',
  'tokens_rate',
];
const watchedOfPool: readonly SignalName[] = [
  'request_rate',
  'latency_p95',
  'error_rate',
  'queue_length',
  'tokens_rate',
];
const learnedKey = 'detector/learned';

/** No feedback makes a point alarm that is hardly out of its band. */
const leastListened = 0.7;

interface Watched {
  readonly kind: 'agent' | 'pool';
  readonly id: string;
  readonly pool: string;
  readonly signal: SignalName;
}

/** Everything that the detector watches, and the anomalies that are open. */
export class Detection {
  readonly #detector: Detector;
  readonly #tracker = new AnomalyTracker();
  readonly #intervalMs: number;
  readonly #tuning: AlarmTuning;
  readonly #watched = new Map<number, Watched>();
  /** Rows that a snapshot brought back, by what they watch, until that is seen again. */
  readonly #restored: Map<string, number>;
  #rows = new Uint32Array(1_024);
  #values = new Float64Array(1_024);
  #out: Verdicts = createVerdicts(1_024);
  #places: [row: SignalRow, column: number][] = [];
  #points = 0;
  #spentMs = 0;

  /** Takes back what the detector learned before a restart, where it was kept and fits. */
  constructor(options: {
    intervalMs: number;
    metadata: MetadataStore;
    falseAlarmsPerAgentWeek?: number;
    tuning: AlarmTuning;
  }) {
    this.#intervalMs = options.intervalMs;
    this.#tuning = options.tuning;
    const { falseAlarmsPerAgentWeek: falseAlarms } = options;
    this.#detector = createDetector(
      undefined,
      falseAlarms === undefined ? {} : { falseAlarmsPerAgentWeek: falseAlarms },
    );
    const learned = loadLearned(options.metadata, learnedKey);
    const isRestored = learned !== undefined && this.#detector.restore(learned.bytes);
    this.#restored = new Map(isRestored ? Object.entries(learned.rows) : []);
    const open = options.metadata.anomalies({ limit: 1_000 }).items.filter((anomaly) => anomaly.endedAt === null);
    this.#tracker.restore(
      open.flatMap((anomaly) => {
        const row = this.#restored.get(keyOf(watchedBy(anomaly)));
        return row === undefined ? [] : [[row, anomaly] as const];
      }),
    );
  }

  /** Lays one agent's or pool's watched signals into the tick. Signals that are not known are shown as missing. */
  lay(row: SignalRow, kind: 'agent' | 'pool', now: number): void {
    for (const signal of kind === 'agent' ? watchedOfAgent : watchedOfPool) {
      const column = signalNames.indexOf(signal);
      const value = watchedValue(row.signals, signal);
      if (row.rows[column] === -1) {
        if (Number.isNaN(value)) continue;
        row.rows[column] = this.#watch({ kind, id: row.id, pool: row.pool, signal }, now);
      }
      this.#push(row, column, value);
    }
  }

  /** Shows the tick to the detector, hands the verdicts to their rows, and gives the anomalies that opened, worsened or ended. */
  observe(at: number, stopwatch: () => number): Anomaly[] {
    const startedAt = stopwatch();
    const count = this.#places.length;
    const out = this.#out;
    this.#detector.observe(this.#rows, this.#values, { at, count, out });
    if (this.#tuning.hasLowered) this.#listenCloser(at, count);
    for (let i = 0; i < count; i++) {
      const [row, column] = this.#places[i]!;
      row.score[column] = out.score[i]!;
      row.expected[column] = out.expected[i]!;
      row.lower[column] = out.lower[i]!;
      row.upper[column] = out.upper[i]!;
      row.anomalous[column] = out.anomalous[i]!;
    }
    const changed = this.#tracker.observeBatch(this.#rows, this.#values, {
      at,
      count,
      verdicts: out,
      subject: (row) => this.#subject(row),
    });
    this.#places = [];
    this.#points += count;
    this.#spentMs += stopwatch() - startedAt;
    return changed;
  }

  /** An agent that is no longer known: its rows are given back, its anomalies end. */
  forget(row: SignalRow, now: number): Anomaly[] {
    const ended: Anomaly[] = [];
    for (const detectorRow of row.rows) {
      if (detectorRow === -1) continue;
      const anomaly = this.#tracker.drop(detectorRow, now);
      if (anomaly !== undefined) ended.push(anomaly);
      this.#detector.removeRow(detectorRow);
      this.#watched.delete(detectorRow);
    }
    row.rows.fill(-1);
    return ended;
  }

  open(): Anomaly[] {
    return this.#tracker.open();
  }

  get refused(): number {
    return this.#tracker.refused;
  }

  /** Rows watched, and microseconds a point since the start; `null` before the first point. */
  stats(): { rows: number; microsecondsPerPoint: number | null; anomaliesOpen: number } {
    const microsecondsPerPoint = this.#points === 0 ? null : (this.#spentMs * 1_000) / this.#points;
    return { rows: this.#watched.size, microsecondsPerPoint, anomaliesOpen: this.#tracker.openCount };
  }

  /** Keeps what was learned for the next start; `breathe` gives others their turn meanwhile. */
  save(metadata: MetadataStore, breathe?: () => Promise<void>): Promise<void> {
    const rows = Object.fromEntries([...this.#watched].map(([row, watched]) => [keyOf(watched), row]));
    return saveLearned(metadata, learnedKey, { bytes: this.#detector.snapshot(), rows }, breathe);
  }

  #watch(watched: Watched, now: number): number {
    const kept = this.#restored.get(keyOf(watched));
    this.#restored.delete(keyOf(watched));
    const row = kept ?? this.#detector.addRow(signalRow(watched.signal, { intervalMs: this.#intervalMs, now }));
    this.#watched.set(row, watched);
    return row;
  }

  #push(row: SignalRow, column: number, value: number): void {
    const i = this.#places.length;
    if (i === this.#rows.length) this.#grow(2 * i);
    this.#rows[i] = row.rows[column]!;
    this.#values[i] = value;
    this.#places.push([row, column]);
  }

  #grow(capacity: number): void {
    const rows = new Uint32Array(capacity);
    rows.set(this.#rows);
    const values = new Float64Array(capacity);
    values.set(this.#values);
    this.#rows = rows;
    this.#values = values;
    this.#out = createVerdicts(capacity);
  }

  /** Where people said that something was missed, less will do. */
  #listenCloser(at: number, count: number): void {
    const { score, anomalous } = this.#out;
    for (let i = 0; i < count; i++) {
      if (anomalous[i] === 1 || !(score[i]! >= leastListened)) continue;
      const watched = this.#watched.get(this.#rows[i]!);
      if (watched !== undefined && score[i]! >= this.#tuning.leastScore(watched, at)) anomalous[i] = 1;
    }
  }

  #subject(row: number): AnomalySubject {
    const { kind, id, pool, signal } = this.#watched.get(row)!;
    const series = { __name__: signalMetric[kind], pool, signal, ...(kind === 'agent' ? { instance_id: id } : {}) };
    return { agent: kind === 'agent' ? id : null, pool, series, signal };
  }
}

function watchedBy(anomaly: Anomaly): Watched {
  const { agent, pool, signal } = anomaly;
  return { kind: agent === null ? 'pool' : 'agent', id: agent ?? pool, pool, signal: signal as SignalName };
}

function keyOf({ kind, id, signal }: Watched): string {
  return `${kind}/${signal}/${id}`;
}
