/**
 * The metrics store of one process: a head in memory behind a log on disk. See ARCHITECTURE.md, life of a sample;
 * byte formats are described in chunk/ and wal/ beside the code that writes them.
 */
import type { Labels, Matcher, Rejections, RejectReason, SampleBatch, SeriesRef } from '@jaegis/model';
import { assert } from '@jaegis/std';
import { BlockKeeper } from './block/block-keeper.ts';
import { BlockSet } from './block/block-set.ts';
import { LruCache } from './block/lru-cache.ts';
import type { Tombstone } from './delete/deletion.ts';
import { Tombstones, tombstonesFile } from './delete/tombstones.ts';
import { Head } from './head/head.ts';
import { maxRows, rowOf, SeriesTable } from './head/series-table.ts';
import { emptyTally, type Tally, type TimeLimits } from './head/tally.ts';
import { LabelCheck } from './label-limits.ts';
import { type Cardinality, cardinalityOf } from './select/cardinality.ts';
import { Handover } from './select/handover.ts';
import { matchSeries } from './select/match-series.ts';
import { MetricsReader } from './select/metrics-reader.ts';
import type { SelectLimits, SeriesData, SeriesReader } from './select/select-merged.ts';
import { SeriesGroups } from './series-groups.ts';
import type { StorageDirectory } from './storage-directory.ts';
import type { AppendResult, MetricsStoreOptions, ResolveRefusal, StoreStats } from './store-options.ts';
import { writeCheckpoint } from './wal/checkpoint.ts';
import { GroupCommit } from './wal/group-commit.ts';
import { LogKeeper } from './wal/log-keeper.ts';
import { type Replayed, replay } from './wal/replay.ts';
import { SegmentWriter } from './wal/segment-writer.ts';

/** A batch may wait this long for a slow disk before its series would be thought unused. */
const forgetAfterMs = 10 * 60_000;
/** Rows that a call may look at without being felt. */
const rowsAtOnce = 20_000;

export class MetricsStore {
  readonly #options: MetricsStoreOptions;
  readonly #pause: () => Promise<void>;
  readonly #head: Head;
  readonly #blocks: BlockSet;
  readonly #tombstones: Tombstones;
  readonly #keeper: BlockKeeper;
  readonly #reader: MetricsReader;
  /** For questions that another thread answers. */
  readonly handover: Handover;
  readonly #retentionMs: number;
  readonly #widths: readonly number[];
  readonly #groups: SeriesGroups;
  readonly #labelCheck = new LabelCheck();
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

  /** Opens the folder's blocks and replays its log. Damage is counted and told in `stats()`; only an unreadable folder rejects. */
  static async open(options: MetricsStoreOptions): Promise<MetricsStore> {
    assert(
      options.seriesLimit > 0 && options.seriesLimit < maxRows,
      () => `seriesLimit is ${options.seriesLimit}, must be 1..${maxRows - 1}`,
    );
    const started = options.monotonicMs?.() ?? 0;
    const head = new Head(new SeriesTable());
    const limits: TimeLimits = {
      oldest: options.now - longestRetention(options),
      newest: Number.POSITIVE_INFINITY,
      outOfOrderWindowMs: Number.POSITIVE_INFINITY,
    };
    const history = await openHistory(options);
    options.onHistory?.(history.reader);
    const pause = options.pause ?? (() => Promise.resolve());
    const replayed = await replay(head, {
      directory: options.directory,
      limits,
      pause,
      threads: options.replayThreads,
    });
    const tookMs = (options.monotonicMs?.() ?? 0) - started;
    return new MetricsStore(options, { head, ...history, replayed, tookMs });
  }

  private constructor(options: MetricsStoreOptions, start: Start) {
    const { head, blocks, tombstones } = start;
    const { samples, damaged, orphans, damages, lastSegment, sizes } = start.replayed;
    this.#options = options;
    this.#pause = options.pause ?? (() => Promise.resolve());
    this.#head = head;
    this.#blocks = blocks;
    this.#tombstones = tombstones;
    this.#outOfOrderWindowMs = options.outOfOrderWindowMs ?? 30 * 60_000;
    this.#futureToleranceMs = options.futureToleranceMs ?? 10 * 60_000;
    this.#waitingBytesLimit = options.waitingBytesLimit ?? 64 * 2 ** 20;
    this.#retentionMs = longestRetention(options);
    this.#widths = widthsOf(options);
    const oldestInHead = (): number => this.#oldestInHead();
    const sources = { head, blocks, tombstones, widths: this.#widths, oldestInHead };
    this.#reader = new MetricsReader(sources);
    this.handover = new Handover(sources);
    this.#replay = { samples, tookMs: start.tookMs, damaged, orphans, damages };
    this.#groups = new SeriesGroups(options.groupOf ?? ((labels) => labels['job'] ?? ''), options.seriesLimitPerGroup);
    for (let row = 0; row < head.series.end; row++)
      if (head.series.refs[row] !== 0) this.#groups.add(head.series.labels(row));
    const segments = new SegmentWriter(options.directory, {
      nextId: lastSegment + 1,
      segmentBytes: options.segmentBytes ?? 32 * 2 ** 20,
      syncEachWrite: options.syncEachBatch ?? false,
    });
    this.#commits = new GroupCommit({ segments, labelsOf: (ref) => this.labelsOf(ref), turn: this.#pause });
    const log = new LogKeeper({
      directory: options.directory,
      head,
      segments,
      commits: this.#commits,
      sizes,
      checkpointBytes: options.checkpointBytes ?? 64 * 2 ** 20,
      pause: this.#pause,
    });
    this.#log = log;
    this.#keeper = new BlockKeeper({
      directory: options.directory,
      head,
      blocks,
      tombstones,
      rawRetentionMs: options.retentionMs,
      rollups: options.rollups ?? [],
      blockRangeMs: options.blockRangeMs ?? 2 * 3_600_000,
      maxBytes: options.maxBlockBytes ?? Number.POSITIVE_INFINITY,
      outOfOrderWindowMs: this.#outOfOrderWindowMs,
      headBytesLimit: options.headBytesLimit ?? 96 * 2 ** 20,
      pause: this.#pause,
      oldestInHead,
      checkpoint: () => log.freshCheckpoint(),
      thread: options.blockThread,
      onLost: (message) => options.onDamage?.(message),
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
    const wrong = this.#labelCheck.faultOf(labels);
    if (wrong !== undefined) return this.#refuse(wrong);
    const { seriesLimit } = this.#options;
    const full =
      this.#groups.fullness(labels) ??
      (series.size >= seriesLimit ? `there are ${series.size} series, must be fewer than ${seriesLimit}` : undefined);
    const ref = full === undefined ? series.add(labels) : undefined;
    if (ref === undefined) return this.#refuse('series_limit', full);
    this.#groups.add(labels);
    this.#head.reserve();
    this.#commits.addSeries(ref);
    return ref;
  }

  #refuse(reason: RejectReason, detail?: string): ResolveRefusal {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    return detail === undefined ? { rejected: reason } : { rejected: reason, detail };
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
      oldest: now - this.#retentionMs,
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

  /** See `MetricsReader.select`. */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number, limits: SelectLimits = {}): SeriesData[] {
    return this.#reader.select(matchers, fromMs, toMs, limits);
  }

  /** See `MetricsReader.find`. */
  find(matchers: readonly Matcher[], fromMs: number, toMs: number, limits: SelectLimits = {}): SeriesReader[] {
    return this.#reader.find(matchers, fromMs, toMs, limits);
  }

  /** Counts and tells a damage that another thread met in blocks. */
  tellDamage(message: string): void {
    this.#blocks.damage(message);
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
    return this.#reader.series(matchers, fromMs, toMs);
  }

  /** Label names in use, sorted. */
  labelNames(matchers: readonly Matcher[] = []): string[] {
    return this.#reader.labelNames(matchers);
  }

  /** Values of a label, sorted. */
  labelValues(name: string, matchers: readonly Matcher[] = []): string[] {
    return this.#reader.labelValues(name, matchers);
  }

  /**
   * Deletes the samples of all series that fit every matcher in [fromMs, toMs], as far as they are there now. From then on
   * they are not seen; `cleanTombstones` frees their space. Rejects with `InvalidMatcherError`, or when it cannot be kept.
   */
  async deleteSeries(tombstone: Tombstone): Promise<void> {
    if (this.#tombstones.isFull)
      throw new Error(
        `Cannot delete series: ${this.#tombstones.size} deletions wait, must be cleaned (clean_tombstones) first`,
      );
    await this.#tombstones.add({ ...tombstone, to: Math.min(tombstone.to, this.#newestOf(tombstone.matchers)) });
  }

  /** Time of the newest sample that the series may have. What comes after a deletion must not be hidden by it. */
  #newestOf(matchers: readonly Matcher[]): number {
    let newest = Number.NEGATIVE_INFINITY;
    for (const { meta } of this.#blocks.all) newest = Math.max(newest, meta.newest);
    for (const row of matchSeries(this.#head.series, matchers)) newest = Math.max(newest, this.#head.lastAt(row));
    return newest;
  }

  /** Rewrites what deletions reach into, so that their samples are gone from the disk. Rejects when that fails. */
  cleanTombstones(): Promise<void> {
    return this.#keeper.cleanTombstones();
  }

  /**
   * Puts all that was acknowledged before the call into another folder, which can then be opened as a store: the head as a
   * checkpoint, each block by `link` (a hard link or a copy of the file of that name). Rejects when that fails.
   */
  async snapshot(target: StorageDirectory, link: (name: string) => Promise<void>): Promise<void> {
    await this.#keeper.still(async () => {
      for (const { name } of this.#blocks.all) await link(name);
      if (this.#tombstones.size > 0) await link(tombstonesFile);
      await writeCheckpoint({ directory: target, head: this.#head, after: 1, pause: this.#pause });
    });
  }

  /** Does now what blocks need (cut, merge, roll up, retention), and waits for it. */
  async tidy(now: number): Promise<void> {
    await this.#keeper.run(now);
  }

  /**
   * To be called each second: makes the log survive loss of power, drops samples past retention and series without any,
   * and begins a checkpoint when the log has grown enough. Never rejects: a failing disk shows in `stats().storageError`.
   */
  async maintain(now: number): Promise<void> {
    if (this.#isClosed) return;
    this.#sweep(now);
    await this.#log.maintain();
    this.#keeper.maintain(now);
  }

  /** Rewrites the log as a checkpoint now, and waits for it. */
  async checkpoint(): Promise<void> {
    await this.#log.checkpoint();
  }

  /** Looks at a share of the rows, so that a call stays short however many there are: 30 calls see all. */
  #sweep(now: number): void {
    const { series } = this.#head;
    const oldest = now - this.#retentionMs;
    const silentSince = now - this.#outOfOrderWindowMs;
    const gone: number[] = [];
    const share = Math.max(rowsAtOnce, Math.ceil(series.end / 30));
    const to = Math.min(this.#sweepRow + share, series.end);
    for (let row = this.#sweepRow; row < to; row++) {
      if (series.refs[row] === 0) continue;
      const last = this.#head.lastAt(row);
      if (this.#head.hasBuffer(row) && (last < silentSince || last < oldest)) this.#head.closeBuffer(row);
      this.#droppedSamples += this.#head.dropBefore(row, oldest);
      const first = this.#head.firstAt(row);
      // What a silent series had is in blocks, or past retention.
      const isOver = first === Number.POSITIVE_INFINITY && last < silentSince;
      if (last === Number.NEGATIVE_INFINITY ? this.#isForgotten(row, now) : isOver) gone.push(row);
      else this.#sweepOldest = Math.min(this.#sweepOldest, first);
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

  /** What makes the head large; the `top` largest of each kind. */
  cardinality(top: number): Cardinality {
    return cardinalityOf(this.#head.series, top);
  }

  stats(): StoreStats {
    const error = [this.#writeError, this.#log.error, this.#keeper.error].find((each) => each !== '');
    const inBlocks = this.#blocks.of(0).reduce((sum, { meta }) => sum + meta.samples, 0);
    return {
      series: this.#head.series.size,
      seriesLimit: this.#options.seriesLimit,
      samples: this.#head.samples + inBlocks,
      bytesInMemory: this.#head.bytes + this.#blocks.cacheBytes,
      chunks: this.#head.chunks,
      chunkBytes: this.#head.chunkBytes,
      bytesOnDisk: this.#log.bytesOnDisk + this.#blocks.bytes,
      oldestAt: finiteOrNull(Math.min(this.#oldestInHead(), ...this.#blocks.all.map(({ meta }) => meta.oldest))),
      replay: this.#replay,
      refused: { ...this.#refused },
      accepted: this.#accepted,
      droppedSeries: this.#droppedSeries,
      droppedSamples: this.#droppedSamples,
      checkpoints: this.#log.checkpoints,
      blocks: {
        count: this.#blocks.all.length,
        bytes: this.#blocks.bytes,
        samples: inBlocks,
        damaged: this.#blocks.damages,
        cuts: this.#keeper.cuts,
        merges: this.#keeper.merges,
        dropped: this.#keeper.droppedBlocks,
        lostThreads: this.#keeper.lostThreads,
        tombstones: this.#tombstones.size,
        tiers: [0, ...this.#widths].map((widthMs) => ({
          widthMs,
          bytes: this.#blocks.of(widthMs).reduce((sum, { bytes }) => sum + bytes, 0),
          oldestAt: finiteOrNull(this.#reader.oldestOf(widthMs)),
          newestAt: finiteOrNull(Math.max(...this.#blocks.of(widthMs).map(({ meta }) => meta.newest))),
        })),
      },
      storageError: error ?? '',
    };
  }

  /** Exact for a small store; for a great one as of the last sweep, for walking all of it would take too long. */
  #oldestInHead(): number {
    if (this.#head.series.end > rowsAtOnce) return this.#oldest;
    let oldest = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.#head.series.end; row++) {
      if (this.#head.series.refs[row] !== 0) oldest = Math.min(oldest, this.#head.firstAt(row));
    }
    return oldest;
  }

  /** Writes what waits, syncs, and lets go of the files. Further appends are refused with `storage`. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commits.idle();
    await this.#keeper.close();
    await this.#log.close();
    this.#blocks.close();
  }
}

/** What a store begins with. */
interface Start {
  readonly head: Head;
  readonly blocks: BlockSet;
  readonly tombstones: Tombstones;
  readonly reader: MetricsReader;
  readonly replayed: Replayed;
  readonly tookMs: number;
}

function longestRetention(options: MetricsStoreOptions): number {
  return Math.max(options.retentionMs, ...(options.rollups ?? []).map(({ retentionMs }) => retentionMs));
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function widthsOf(options: MetricsStoreOptions): number[] {
  return (options.rollups ?? []).map(({ widthMs }) => widthMs);
}

async function openHistory(options: MetricsStoreOptions): Promise<Pick<Start, 'blocks' | 'tombstones' | 'reader'>> {
  const { directory, compression } = options;
  const onDamage = options.onDamage ?? (() => {});
  const cache: LruCache<string, unknown> = new LruCache(options.cacheBytes ?? 64 * 2 ** 20);
  const blocks = await BlockSet.open({ directory, cache, compression, onDamage });
  const tombstones = await Tombstones.open(directory, (message) => blocks.damage(message));
  const oldestInHead = (): number => Number.POSITIVE_INFINITY;
  const reader = new MetricsReader({
    head: new Head(new SeriesTable()),
    blocks,
    tombstones,
    widths: widthsOf(options),
    oldestInHead,
  });
  return { blocks, tombstones, reader };
}
