import { type AnomalySubject, SeriesWatch, type WatchedSeries } from '@jaegis/analytics';
import type { Anomaly, Labels, SampleBatch, SeriesRef } from '@jaegis/model';
import { rowOf } from '@jaegis/tsdb';
import type { Fleet } from './fleet.ts';

/** What a core takes for 100,000 points a second is about a tenth of it. */
const pointsPerSecond = 120_000;
const counterNames = /_(total|count)$/;
/** Buckets and sums say nothing without the others of their histogram; info and created never change by a fault. */
const silentNames = /_(bucket|sum|info|created)$/;
/** Where the senders of remote write, scrapes and OTLP say which agent a series is of. */
const agentLabels = ['instance_id', 'service_instance_id', 'instance'];

/**
 * The series that come in from outside, watched as they come (analytics: series-watch.ts). Our own signals are watched by
 * `Detection`, in their tick. Anomalies found here are told, kept and shown; they open no alert by themselves, for what a
 * metric of somebody's own means is not known: rules say that.
 */
export class ReceivedWatch {
  readonly #fleet: Pick<Fleet, 'store' | 'registry' | 'metricMetadata' | 'breathe'>;
  readonly #watch: SeriesWatch;
  readonly #tell: (changed: readonly Anomaly[]) => void;
  #isLooking = false;

  constructor(
    fleet: Pick<Fleet, 'store' | 'registry' | 'metricMetadata' | 'breathe'>,
    o: { seriesLimit: number; falseAlarmsPerAgentWeek: number; tell: (changed: readonly Anomaly[]) => void },
  ) {
    this.#fleet = fleet;
    this.#tell = o.tell;
    this.#watch = new SeriesWatch({
      slotOf: rowOf,
      describe: (ref) => this.#describe(ref),
      seriesLimit: o.seriesLimit,
      pointsPerSecond,
      falseAlarmsPerAgentWeek: o.falseAlarmsPerAgentWeek,
    });
  }

  /** Samples that the store has taken. They are looked at when what waits has had its turn. */
  take(batch: SampleBatch, now: number): void {
    this.#watch.take(batch, now);
    if (this.#isLooking || this.#watch.waiting === 0) return;
    this.#isLooking = true;
    void this.#lookAtAll();
  }

  forget(refs: Iterable<SeriesRef>, now: number): void {
    this.#tell(this.#watch.forget(refs, now));
  }

  /** Anomalies of series that fell silent end. */
  sweep(now: number): void {
    this.#tell(this.#watch.sweep(now));
  }

  open(): Anomaly[] {
    return this.#watch.open();
  }

  stats(): ReturnType<SeriesWatch['stats']> {
    return this.#watch.stats();
  }

  async #lookAtAll(): Promise<void> {
    const { breathe } = this.#fleet;
    try {
      while (this.#watch.waiting > 0) {
        if (breathe !== undefined) await breathe();
        this.#tell(this.#watch.look());
      }
    } finally {
      this.#isLooking = false;
    }
  }

  #describe(ref: SeriesRef): WatchedSeries | undefined {
    const labels = this.#fleet.store.labelsOf(ref);
    const name = labels?.['__name__'] ?? '';
    if (labels === undefined || silentNames.test(name)) return undefined;
    return { subject: this.#subjectOf(labels, name), isCounter: this.#isCounter(name) };
  }

  #isCounter(name: string): boolean {
    const said = this.#fleet.metricMetadata.list({ metric: name, limitPerMetric: 1 }).get(name)?.[0]?.type;
    return said === undefined || said === 'unknown' ? counterNames.test(name) : said === 'counter';
  }

  #subjectOf(labels: Labels, name: string): AnomalySubject {
    const { registry } = this.#fleet;
    const agent = agentLabels.map((label) => labels[label]).find((id) => id !== undefined && registry.has(id));
    const pool = (agent === undefined ? undefined : registry.get(agent)?.pool) ?? labels['pool'] ?? labels['job'] ?? '';
    return { agent: agent ?? null, pool, series: labels, signal: name };
  }
}
