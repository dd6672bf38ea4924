/** What a metrics store is given and what it tells. */
import type { Labels, Rejections, RejectReason, SampleBatch, SeriesRef } from '@jaegis/model';
import type { Compression } from './block/block-file.ts';
import type { RollupTier } from './block/block-keeper.ts';
import type { BlockThread } from './block/block-work.ts';
import type { MetricsReader } from './select/metrics-reader.ts';
import type { StorageDirectory } from './storage-directory.ts';
import type { ReplayThreads } from './wal/replay-part.ts';

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
  /** How long raw samples are kept, in the head and in blocks. */
  readonly retentionMs: number;
  /** Rollups to keep beside them, rising in width. Default none. */
  readonly rollups?: readonly RollupTier[];
  /** All blocks together may take this much of the disk; the oldest of the greatest tier go first. Default no limit. */
  readonly maxBlockBytes?: number;
  /** The head gives up its samples in blocks of this length, once they are settled. Default 2 h. */
  readonly blockRangeMs?: number;
  /** Compressed bytes in the head past which it is cut earlier, every quarter of a block. Default 96 MiB. */
  readonly headBytesLimit?: number;
  /** What was read of blocks is kept up to this much. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** Packs the indexes of blocks; left out, they stay as they are. */
  readonly compression?: Compression;
  /** True: a batch is acknowledged when it survives loss of power. Default: the log is synced each second. */
  readonly syncEachBatch?: boolean;
  /** Threads that read a long log side by side at the start. Default none: it is read in this one. */
  readonly replayThreads?: ReplayThreads | undefined;
  /** What writes blocks (cuts, merges, rollups) beside this thread. Default none: it is done in this one, in slices. */
  readonly blockThread?: BlockThread | undefined;
  /** Gives others their turn in the middle of long work. */
  readonly pause?: () => Promise<void>;
  /** Given what can be asked already (blocks), before the log is read. */
  readonly onHistory?: (history: MetricsReader) => void;
  /** Told of damage in blocks, in words, whenever some is met. */
  readonly onDamage?: (message: string) => void;
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
  /** In words what is too much: which limit, how many there are. */
  readonly detail?: string;
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
  /** Closed chunks in the head. */
  readonly chunks: number;
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
  readonly blocks: {
    readonly count: number;
    readonly bytes: number;
    /** Raw samples in blocks. */
    readonly samples: number;
    /** Damages met since the start. */
    readonly damaged: number;
    readonly cuts: number;
    readonly merges: number;
    readonly dropped: number;
    /** Threads that ended in the middle of writing blocks; their work was done again. */
    readonly lostThreads: number;
    readonly tombstones: number;
    readonly tiers: readonly {
      readonly widthMs: number;
      readonly bytes: number;
      readonly oldestAt: number | null;
      /** Of the newest sample in a block. */
      readonly newestAt: number | null;
    }[];
  };
  /** The last failure of the disk, empty while it works. */
  readonly storageError: string;
}
