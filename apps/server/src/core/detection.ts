import { type AnomalyTracker, createAnomalyTracker, createDetector, createVerdicts, type Detector, signalRow, type Verdicts } from '@jaegis/analytics';
import { type Anomaly, type SignalName, signalMetric, signalNames } from '@jaegis/model';
import type { MetadataStore } from '@jaegis/store';
import type { SignalRow } from './signal-book.ts';

// What is watched. Neutral signals of one agent (its share of the load) change whenever the pool is sized; they are
// drawn, not watched. Of a pool, the demand itself is worth a word.
const watchedOfAgent: readonly SignalName[] = ['latency_p95', 'error_rate', 'queue_length', 'cpu_utilization', 'memory_bytes', 'tokens_rate'];
const watchedOfPool: readonly SignalName[] = ['request_rate', 'latency_p95', 'error_rate', 'queue_length', 'tokens_rate'];

/** Everything that the detector watches, and the anomalies that are open. */
export class Detection {
  readonly #detector: Detector = createDetector();
  readonly #tracker: AnomalyTracker;
  readonly #intervalMs: number;
  readonly #columns = { agent: columnsOf(watchedOfAgent), pool: columnsOf(watchedOfPool) };
  #rows = new Uint32Array(1_024);
  #values = new Float64Array(1_024);
  #out: Verdicts = createVerdicts(1_024);
  #watched = 0;
  #points = 0;
  #spentMs = 0;

  constructor(options: { intervalMs: number; nextId: (prefix: string, now: number) => string }) {
    this.#intervalMs = options.intervalMs;
    this.#tracker = createAnomalyTracker({ intervalMs: options.intervalMs, nextId: (now) => options.nextId('a', now) });
  }
}

function columnsOf(names: readonly SignalName[]): readonly number[] {
  return names.map((name) => signalNames.indexOf(name));
}
