import {
  type AnomalySubject,
  SeriesWatch,
  type TogetherAlarm,
  TogetherWatch,
  type WatchedSeries,
} from '@jaegis/analytics';
import { type Anomaly, type Labels, type SampleBatch, type SeriesRef, signalMetric } from '@jaegis/model';
import { QuantileSketch } from '@jaegis/std';
import type { MetadataStore } from '@jaegis/store';
import { rowOf } from '@jaegis/tsdb';
import type { Fleet } from './fleet.ts';
import type { LearnedSeries } from './learned-series.ts';
import type { Log } from './log.ts';

type WatchedFleet = Pick<Fleet, 'clock' | 'store' | 'registry' | 'metricMetadata' | 'breathe'>;

interface ReceivedStats {
  readonly seriesLimit: number;
  readonly damaged: number;
  readonly toldLastHour: number;
  readonly delayMsP99: number | null;
}

/** What a core takes for 100,000 points a second is about a tenth of it. */
const pointsPerSecond = 120_000;
const togetherKey = 'detection/together';
const counterNames = /_(total|count)$/;
/** Buckets and sums say nothing without the others of their histogram; info and created never change by a fault. */
const silentNames = /_(bucket|sum|info|created)$/;
/** Where the senders of remote write, scrapes and OTLP say which agent a series is of. */
const agentLabels = ['instance_id', 'service_instance_id', 'instance'];

/**
 * The series that come in from outside, watched as they come (analytics: series-watch.ts). Our own signals are watched by
 * `Detection`, in their tick. Anomalies found here are told, kept and shown; one opens no alert by itself, for what a metric of
 * somebody's own means is not known: rules say that. Many at once do (`alarms`).
 */
export class ReceivedWatch {
  readonly #fleet: WatchedFleet;
  readonly #watch: SeriesWatch;
  readonly #tell: (changed: readonly Anomaly[]) => void;
  readonly #together: TogetherWatch;
  readonly #learned: LearnedSeries | undefined;
  readonly #seriesLimit: number;
  /** From a sample to the verdict about it. */
  readonly #delayMs = new QuantileSketch({ min: 0.01, max: 1e5 });
  /** How many anomalies had been told at each minute of the last hour. */
  #toldByMinute: number[] = [0];
  #isLooking = false;
  /** Until what was learned before is back, samples are not looked at: their series would begin anew. */
  #isReady: boolean;
  #damaged = 0;

  constructor(
    fleet: WatchedFleet,
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
    this.#seriesLimit = o.seriesLimit;
    this.#together = new TogetherWatch(o.falseAlarmsPerAgentWeek);
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
    this.#together.restore(metadata.getState(togetherKey));
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

  /** Each minute: anomalies of series that fell silent end. */
  sweep(now: number): void {
    this.#toldByMinute = [...this.#toldByMinute.slice(-60), this.#watch.stats().told];
    this.#tell(this.#watch.sweep(now));
  }

  open(): Anomaly[] {
    return this.#watch.open();
  }

  /** What is strange together, of the anomalies that may count. Call it every few seconds. */
  alarms(now: number, mayCount: (anomaly: Anomaly) => boolean): TogetherAlarm[] {
    return this.#together.look(this.#watch.strange().filter(mayCount), now);
  }

  /** Keeps what is known of the pools' false alarms for the next start. */
  saveTogether(metadata: MetadataStore): void {
    metadata.setState(togetherKey, this.#together.toJSON());
  }

  /** `damaged`: parts of what was kept that could not be read at the start. `delayMsP99`: from a sample to its verdict. */
  stats(): ReturnType<SeriesWatch['stats']> & ReceivedStats {
    const stats = this.#watch.stats();
    return {
      ...stats,
      seriesLimit: this.#seriesLimit,
      damaged: this.#damaged,
      toldLastHour: stats.told - this.#toldByMinute[0]!,
      delayMsP99: this.#delayMs.quantile(0.99),
    };
  }

  async #lookAtAll(): Promise<void> {
    const { breathe, clock } = this.#fleet;
    try {
      while (this.#watch.waiting > 0) {
        if (breathe !== undefined) await breathe();
        const since = this.#watch.waitingSince;
        this.#tell(this.#watch.look());
        this.#delayMs.add(Math.max(0, clock.now() - since));
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
