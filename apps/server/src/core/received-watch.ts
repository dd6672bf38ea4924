import { type AnomalySubject, SeriesWatch, type WatchedSeries } from '@jaegis/analytics';
import { type Anomaly, type Labels, type SampleBatch, type SeriesRef, signalMetric } from '@jaegis/model';
import type { MetadataStore } from '@jaegis/store';
import { rowOf } from '@jaegis/tsdb';
import type { Fleet } from './fleet.ts';
import type { LearnedSeries } from './learned-series.ts';
import type { Log } from './log.ts';

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
  readonly #learned: LearnedSeries | undefined;
  #isLooking = false;
  /** Until what was learned before is back, samples are not looked at: their series would begin anew. */
  #isReady: boolean;
  #damaged = 0;

  constructor(
    fleet: Pick<Fleet, 'store' | 'registry' | 'metricMetadata' | 'breathe'>,
    o: {
      seriesLimit: number;
      falseAlarmsPerAgentWeek: number;
      tell: (changed: readonly Anomaly[]) => void;
      /** Where what was learned is kept; nowhere when left out. */
      learned?: LearnedSeries | undefined;
    },
  ) {
    this.#fleet = fleet;
    this.#tell = o.tell;
    this.#learned = o.learned;
    this.#isReady = o.learned === undefined;
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
    if (!this.#isReady) return;
    this.#watch.take(batch, now);
    if (this.#isLooking || this.#watch.waiting === 0) return;
    this.#isLooking = true;
    void this.#lookAtAll();
  }

  /** Takes back what was learned before the restart, in turns with others; without it all is learned anew. */
  async begin(metadata: MetadataStore, log: Log, now: number): Promise<void> {
    try {
      const { series, damages } = (await this.#learned?.takeBack(this.#watch, now)) ?? { series: 0, damages: [] };
      this.#damaged = damages.length;
      if (series > 0) log.info({ series }, `what was learned of ${series} received series is back`);
      const [first] = damages;
      if (first !== undefined)
        log.warn(
          { damages: damages.length },
          `Cannot take back all that was learned of received series: ${first}; ${damages.length} damages in all, what they held is learned anew`,
        );
    } catch (error) {
      this.#damaged = 1;
      log.warn({ err: error }, `Cannot take back what was learned of received series: ${String(error)}`);
    }
    this.#isReady = true;
    const open = metadata.anomalies({ limit: 1_000 }).items.filter(isOpenStranger);
    this.#tell(this.#watch.resume(open, now));
  }

  /** Keeps what was learned when it is time. Rejects when the disk fails. */
  async keep(now: number): Promise<void> {
    if (this.#isReady) await this.#learned?.keep(this.#watch, now);
  }

  /** Keeps it now, for a clean end. */
  async save(now: number): Promise<void> {
    if (this.#isReady) await this.#learned?.save(this.#watch, now);
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

  /** `damaged`: parts of what was kept that could not be read at the start. */
  stats(): ReturnType<SeriesWatch['stats']> & { damaged: number } {
    return { ...this.#watch.stats(), damaged: this.#damaged };
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

/** An open anomaly of a series that came in; those of our own signals and of behaviour are watched elsewhere. */
function isOpenStranger({ endedAt, series, signal }: Anomaly): boolean {
  const ours: readonly (string | undefined)[] = Object.values(signalMetric);
  return endedAt === null && signal !== 'behavior' && !ours.includes(series['__name__']);
}
