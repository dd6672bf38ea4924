/**
 * The metrics store of one process: a head in memory behind a log on disk. See ARCHITECTURE.md, life of a sample;
 * byte formats are described in chunk/ and wal/ beside the code that writes them.
 */
import type { Labels, Matcher, Rejections, RejectReason, SampleBatch, SeriesRef } from '@jaegis/model';
import { assert } from '@jaegis/std';
import { emptyTally, Head, type Tally, type TimeLimits } from './head/head.ts';
import { maxRows, rowOf } from './head/series-table.ts';
import { checkLabels } from './label-limits.ts';
import { readLabelNames, readLabelValues, readSeriesLabels } from './select/label-queries.ts';
import { matchSeries } from './select/match-series.ts';
import { type SelectLimits, type SeriesData, selectSamples } from './select/select-samples.ts';
import { SeriesGroups } from './series-groups.ts';
import type { StorageDirectory } from './storage-directory.ts';
import { GroupCommit } from './wal/group-commit.ts';
import { LogKeeper } from './wal/log-keeper.ts';
import { type Replayed, replay } from './wal/replay.ts';
import { SegmentWriter } from './wal/segment-writer.ts';

export interface MetricsStoreOptions {
  readonly directory: StorageDirectory;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Most series at once; at most 4,194,303. */
  readonly seriesLimit: number;
  /** Most series of one group, so that one careless sender cannot use up the rest. */
  readonly seriesLimitPerGroup: number;
  /** What the second limit counts by; the `job` label when left out. */
  readonly groupOf?: (labels: Labels) => string;
  readonly retentionMs: number;
  /** How far behind the newest of its series a sample may be. Default 30 min. */
  readonly outOfOrderWindowMs?: number;
  /** How far ahead of `now` a sample may be. Default 10 min. */
  readonly futureToleranceMs?: number;
  /** A new segment of the log is begun at this size. Default 32 MiB. */
  readonly segmentBytes?: number;
  /** The log is rewritten as a checkpoint when it has grown by this much (or by the last checkpoint's size, if more). Default 64 MiB. */
  readonly checkpointBytes?: number;
  /** Batches that wait for the disk may take this much; more are refused with `queue_full`. Default 64 MiB. */
  readonly waitingBytesLimit?: number;
  /** A clock that only goes forward, for `replay.tookMs`; 0 is reported without one. */
  readonly monotonicMs?: () => number;
  /**
   * Given each batch as it is taken (but for what `skip` names), to be sent elsewhere; the batch is acknowledged when it
   * settles too. Must not reject.
   */
  readonly forward?: (batch: SampleBatch, skip: (index: number) => boolean) => Promise<void>;
  /** Told of refs that fit nothing any more, when series are dropped. */
  readonly onDropped?: (refs: readonly SeriesRef[]) => void;
}

export interface ResolveRefusal {
  readonly rejected: RejectReason;
}

export interface AppendResult {
  readonly accepted: number;
  readonly rejected: Rejections;
}

export interface StoreStats {
  readonly series: number;
  readonly seriesLimit: number;
  /** Samples kept. */
  readonly samples: number;
  readonly bytesInMemory: number;
  /** Compressed bytes of the closed chunks, a part of `bytesInMemory`. */
  readonly chunkBytes: number;
  readonly bytesOnDisk: number;
  readonly oldestAt: number | null;
  readonly replay: {
    readonly samples: number;
    readonly tookMs: number;
    readonly damaged: number;
    /** Samples whose series' own record was lost. */
    readonly orphans: number;
    /** The first 20 damages, in words. */
    readonly damages: readonly string[];
  };
  /** Samples and series refused since the start, by reason. */
  readonly refused: Rejections;
  /** Samples accepted since the start. */
  readonly accepted: number;
  readonly droppedSeries: number;
  readonly droppedSamples: number;
  readonly checkpoints: number;
  /** The last failure of the disk, empty while it works. */
  readonly storageError: string;
}

/** A batch may wait this long for a slow disk before its series would be thought unused. */
const forgetAfterMs = 10 * 60_000;
/** Rows that a call may look at without being felt. */
const rowsAtOnce = 20_000;

export class MetricsStore {
  readonly #options: MetricsStoreOptions;
  readonly #head: Head;
  readonly #groups: SeriesGroups;
  readonly #commits: GroupCommit;
  readonly #log: LogKeeper;
  readonly #replay: StoreStats['replay'];
  readonly #refused: Rejections = {};
  readonly #outOfOrderWindowMs: number;
  readonly #futureToleranceMs: number;
  readonly #waitingBytesLimit: number;
  #accepted = 0;
  #droppedSeries = 0;
  #droppedSamples = 0;
  #writeError = '';
  #sweepRow = 0;
  /** Time of the oldest sample in the rows that this sweep has seen, and in all rows at the end of the last. */
  #sweepOldest = Number.POSITIVE_INFINITY;
  #oldest = Number.POSITIVE_INFINITY;
  /** Series without any sample, and since when; one that never gets any goes after a while. */
  readonly #empty = new Map<number, number>();
  #isClosed = false;

  /** Opens the folder's log and replays it. Damage is counted in `stats().replay`; only an unreadable folder rejects. */
  static async open(options: MetricsStoreOptions): Promise<MetricsStore> {
    assert(
      options.seriesLimit > 0 && options.seriesLimit < maxRows,
      () => `seriesLimit is ${options.seriesLimit}, must be 1..${maxRows - 1}`,
    );
    const started = options.monotonicMs?.() ?? 0;
    const head = new Head();
    const limits: TimeLimits = {
      oldest: options.now - options.retentionMs,
      newest: Number.POSITIVE_INFINITY,
      outOfOrderWindowMs: Number.POSITIVE_INFINITY,
    };
    const replayed = await replay(options.directory, head, limits);
    const tookMs = (options.monotonicMs?.() ?? 0) - started;
    return new MetricsStore(options, head, { replayed, tookMs });
  }

  private constructor(options: MetricsStoreOptions, head: Head, start: { replayed: Replayed; tookMs: number }) {
    const { samples, damaged, orphans, damages, lastSegment, sizes } = start.replayed;
    this.#options = options;
    this.#head = head;
    this.#outOfOrderWindowMs = options.outOfOrderWindowMs ?? 30 * 60_000;
    this.#futureToleranceMs = options.futureToleranceMs ?? 10 * 60_000;
    this.#waitingBytesLimit = options.waitingBytesLimit ?? 64 * 2 ** 20;
    this.#replay = { samples, tookMs: start.tookMs, damaged, orphans, damages };
    this.#groups = new SeriesGroups(options.groupOf ?? ((labels) => labels['job'] ?? ''), options.seriesLimitPerGroup);
    for (let row = 0; row < head.series.end; row++)
      if (head.series.refs[row] !== 0) this.#groups.add(head.series.labels(row));
    const segments = new SegmentWriter(options.directory, {
      nextId: lastSegment + 1,
      segmentBytes: options.segmentBytes ?? 32 * 2 ** 20,
    });
    this.#commits = new GroupCommit(segments, (ref) => this.labelsOf(ref));
    this.#log = new LogKeeper({
      directory: options.directory,
      head,
      segments,
      commits: this.#commits,
      sizes,
      checkpointBytes: options.checkpointBytes ?? 64 * 2 ** 20,
    });
  }

  /**
   * The ref of the series with exactly these labels; a new series is made for labels never seen. A label with an empty
   * value counts as missing. A refusal says why: `series_limit`, `label_limit`, `invalid_name`.
   */
  resolve(labels: Labels, _now: number): SeriesRef | ResolveRefusal {
    const { series } = this.#head;
    const known = series.find(labels);
    if (known !== -1) return series.refs[known]!;
    const wrong =
      checkLabels(labels) ??
      (series.size >= this.#options.seriesLimit || this.#groups.isFull(labels) ? 'series_limit' : undefined);
    const ref = wrong === undefined ? series.add(labels) : undefined;
    if (ref === undefined) return this.#refuse(wrong ?? 'series_limit');
    this.#groups.add(labels);
    this.#head.reserve();
    this.#commits.addSeries(ref);
    return ref;
  }

  #refuse(reason: RejectReason): ResolveRefusal {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    return { rejected: reason };
  }

  /**
   * Takes a batch. Settles when its log record has been handed to the operating system (it survives `kill -9`); from then
   * on its samples are visible. Never rejects: what was refused is counted by reason, and never harms the rest.
   * A sample given twice is accepted twice; with another value it is a `duplicate`. The caller may reuse the arrays
   * once the promise has settled.
   */
  append(batch: SampleBatch, now: number): Promise<AppendResult> {
    if (this.#isClosed) return Promise.resolve(this.#refuseBatch(batch, 'storage'));
    if (this.#commits.waitingBytes > this.#waitingBytesLimit)
      return Promise.resolve(this.#refuseBatch(batch, 'queue_full'));
    const limits: TimeLimits = {
      oldest: now - this.#options.retentionMs,
      newest: now + this.#futureToleranceMs,
      outOfOrderWindowMs: this.#outOfOrderWindowMs,
    };
    const { refs, timestamps } = batch;
    const head = this.#head;
    const isRefused = (i: number) => head.refuses(refs[i]!, timestamps[i]!, limits);
    const logged = this.#commits.encode(batch, isRefused);
    if (logged === 0) return Promise.resolve(this.#apply(batch, limits));
    const forwarded = this.#options.forward?.(batch, isRefused);
    return new Promise((resolve) => {
      this.#commits.commit((error) => {
        if (error === undefined) {
          this.#writeError = '';
          const result = this.#apply(batch, limits);
          if (forwarded === undefined) resolve(result);
          else void forwarded.then(() => resolve(result));
        } else {
          this.#writeError = error instanceof Error ? error.message : String(error);
          resolve(this.#refuseBatch(batch, 'storage'));
        }
      });
    });
  }

  #apply(batch: SampleBatch, limits: TimeLimits): AppendResult {
    const tally = emptyTally();
    this.#head.apply(batch, limits, tally);
    this.#accepted += tally.accepted;
    return { accepted: tally.accepted, rejected: this.#countRefused(tally) };
  }

  #countRefused(tally: Tally): Rejections {
    const rejected: Rejections = {};
    const count = (reason: RejectReason, samples: number): void => {
      if (samples === 0) return;
      rejected[reason] = samples;
      this.#refused[reason] = (this.#refused[reason] ?? 0) + samples;
    };
    count('unknown_series', tally.unknown);
    count('malformed', tally.malformed);
    count('too_old', tally.tooOld);
    count('too_new', tally.tooNew);
    count('out_of_order', tally.outOfOrder);
    count('duplicate', tally.duplicate);
    return rejected;
  }

  #refuseBatch(batch: SampleBatch, reason: RejectReason): AppendResult {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + batch.length;
    return { accepted: 0, rejected: batch.length === 0 ? {} : { [reason]: batch.length } };
  }

  /**
   * The samples of all series that fit every matcher, within [fromMs, toMs], in time order; series without a sample there
   * are left out. Sees exactly what was acknowledged. Throws `SelectLimitError` past a limit and `InvalidMatcherError`.
   */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number, limits: SelectLimits = {}): SeriesData[] {
    return selectSamples(this.#head, matchSeries(this.#head.series, matchers), { fromMs, toMs, limits });
  }

  /** The refs of the series that fit every matcher. */
  refsOf(matchers: readonly Matcher[]): SeriesRef[] {
    const { series } = this.#head;
    return matchSeries(series, matchers).map((row) => series.refs[row]!);
  }

  /** The labels of a series, or `undefined` when the ref fits none. */
  labelsOf(ref: SeriesRef): Labels | undefined {
    return this.#head.series.isLive(ref) ? this.#head.series.labels(rowOf(ref)) : undefined;
  }

  /** The newest sample of a series. */
  latest(ref: SeriesRef): { at: number; value: number } | undefined {
    return this.#head.series.isLive(ref) ? this.#head.latest(rowOf(ref)) : undefined;
  }

  /** The label sets that fit, of series with samples in the range when one is given. */
  series(matchers: readonly Matcher[], fromMs?: number, toMs?: number): Labels[] {
    return readSeriesLabels(this.#head, matchers, { fromMs, toMs });
  }

  /** Label names in use, sorted. */
  labelNames(matchers: readonly Matcher[] = []): string[] {
    return readLabelNames(this.#head.series, matchers);
  }

  /** Values of a label, sorted. */
  labelValues(name: string, matchers: readonly Matcher[] = []): string[] {
    return readLabelValues(this.#head.series, name, matchers);
  }

  /**
   * To be called each second: makes the log survive loss of power, drops samples past retention and series without any,
   * and begins a checkpoint when the log has grown enough. Never rejects: a failing disk shows in `stats().storageError`.
   */
  async maintain(now: number): Promise<void> {
    if (this.#isClosed) return;
    this.#sweep(now);
    await this.#log.maintain();
  }

  /** Rewrites the log as a checkpoint now, and waits for it. */
  async checkpoint(): Promise<void> {
    await this.#log.checkpoint();
  }

  /** Looks at a share of the rows, so that a call stays short however many there are: 30 calls see all. */
  #sweep(now: number): void {
    const { series } = this.#head;
    const oldest = now - this.#options.retentionMs;
    const silentSince = now - this.#outOfOrderWindowMs;
    const gone: number[] = [];
    const share = Math.max(rowsAtOnce, Math.ceil(series.end / 30));
    const to = Math.min(this.#sweepRow + share, series.end);
    for (let row = this.#sweepRow; row < to; row++) {
      if (series.refs[row] === 0) continue;
      const last = this.#head.lastAt(row);
      if (this.#head.hasBuffer(row) && (last < silentSince || last < oldest)) this.#head.closeBuffer(row);
      this.#droppedSamples += this.#head.dropBefore(row, oldest);
      if (last === Number.NEGATIVE_INFINITY ? this.#isForgotten(row, now) : last < oldest) gone.push(row);
      else this.#sweepOldest = Math.min(this.#sweepOldest, this.#head.firstAt(row));
    }
    this.#sweepRow = to >= series.end ? 0 : to;
    if (gone.length > 0) this.#drop(gone);
    if (this.#sweepRow > 0) return;
    this.#oldest = this.#sweepOldest;
    this.#sweepOldest = Number.POSITIVE_INFINITY;
    this.#head.compact();
    for (const ref of this.#empty.keys()) {
      if (!series.isLive(ref) || this.#head.lastAt(rowOf(ref)) > Number.NEGATIVE_INFINITY) this.#empty.delete(ref);
    }
  }

  /** True for a row that has had no sample for so long that none is on its way. */
  #isForgotten(row: number, now: number): boolean {
    const ref = this.#head.series.refs[row]!;
    const since = this.#empty.get(ref);
    if (since === undefined) this.#empty.set(ref, now);
    return since !== undefined && now - since > forgetAfterMs;
  }

  #drop(rows: readonly number[]): void {
    const { series } = this.#head;
    const refs = rows.map((row) => series.refs[row]!);
    for (const row of rows) {
      this.#groups.remove(series.labels(row));
      this.#head.clear(row);
    }
    series.remove(rows);
    this.#droppedSeries += rows.length;
    this.#options.onDropped?.(refs);
  }

  stats(): StoreStats {
    return {
      series: this.#head.series.size,
      seriesLimit: this.#options.seriesLimit,
      samples: this.#head.samples,
      bytesInMemory: this.#head.bytes,
      chunkBytes: this.#head.chunkBytes,
      bytesOnDisk: this.#log.bytesOnDisk,
      oldestAt: this.#oldestAt(),
      replay: this.#replay,
      refused: { ...this.#refused },
      accepted: this.#accepted,
      droppedSeries: this.#droppedSeries,
      droppedSamples: this.#droppedSamples,
      checkpoints: this.#log.checkpoints,
      storageError: this.#writeError !== '' ? this.#writeError : this.#log.error,
    };
  }

  /** Exact for a small store; for a great one as of the last sweep, for walking all of it would take too long. */
  #oldestAt(): number | null {
    let oldest = this.#oldest;
    if (this.#head.series.end <= rowsAtOnce) {
      oldest = Number.POSITIVE_INFINITY;
      for (let row = 0; row < this.#head.series.end; row++) {
        if (this.#head.series.refs[row] !== 0) oldest = Math.min(oldest, this.#head.firstAt(row));
      }
    }
    return oldest === Number.POSITIVE_INFINITY ? null : oldest;
  }

  /** Writes what waits, syncs, and lets go of the files. Further appends are refused with `storage`. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commits.idle();
    await this.#log.close();
  }
}
