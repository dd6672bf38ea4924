import { join } from 'node:path';
import type { SeriesRef, ServerOptions } from '@jaegis/model';
import {
  blockThread,
  type MetadataStore,
  openDirectory,
  openMetadata,
  openTelemetryLog,
  replayThreads,
  type TelemetryLog,
  zlibCompression,
} from '@jaegis/store';
import { MetricsStore, type MetricsStoreOptions, type StorageDirectory } from '@jaegis/tsdb';
import { takeSnapshot } from './backup/take-snapshot.ts';
import type { Log } from './core/log.ts';

/** Logs and spans together may take this much of the disk. */
const telemetryMaxBytes = 512 * 1024 * 1024;
const telemetrySegmentBytes = 16 * 1024 * 1024;

/** Everything that survives a restart. */
export interface Storage {
  readonly store: MetricsStore;
  readonly metadata: MetadataStore;
  readonly telemetryLog: TelemetryLog;
  /** Where what detection has learned of received series is kept. */
  readonly learned: StorageDirectory;
  /** Keeps the whole data folder as it is now, below `snapshots`; gives the name. */
  snapshot(now: number): Promise<string>;
  /** Who must know when series are dropped, because it keeps their refs. */
  onDropped: (refs: readonly SeriesRef[]) => void;
  close(): Promise<void>;
}

/** Opens, or makes, the stores below the data folder. What is damaged is set aside and said, never in the way of the start. */
export async function openStorage(at: {
  dataDir: string;
  options: ServerOptions;
  log: Log;
  now: number;
  /** Takes each batch before it is acknowledged, to send it elsewhere. */
  forward?: MetricsStoreOptions['forward'];
  /** Given the blocks when they can be asked; the log is read after that. */
  onHistory?: MetricsStoreOptions['onHistory'];
}): Promise<Storage> {
  const { dataDir, options, log } = at;
  const metricsDir = join(dataDir, 'metrics');
  const store = await MetricsStore.open({
    directory: await openDirectory(metricsDir),
    replayThreads: replayThreads(new URL('./replay-worker.js', import.meta.url), metricsDir),
    blockThread: blockThread(new URL('./block-worker.js', import.meta.url), metricsDir),
    now: at.now,
    seriesLimit: options.series_limit,
    seriesLimitPerGroup: options.series_limit_per_pool,
    groupOf: (labels) => labels['pool'] ?? labels['job'] ?? '',
    retentionMs: options.retention_raw,
    rollups: [
      { widthMs: 60_000, retentionMs: options.retention_1m },
      { widthMs: 3_600_000, retentionMs: options.retention_1h },
    ],
    maxBlockBytes: options.retention_bytes === 0 ? Number.POSITIVE_INFINITY : options.retention_bytes,
    blockRangeMs: options.block_window,
    outOfOrderWindowMs: options.out_of_order_window,
    syncEachBatch: options.wal_sync === 'batch',
    compression: zlibCompression,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    onDamage: saySparingly((message) => log.error({}, `metrics blocks: ${message}`)),
    ...(at.onHistory === undefined ? {} : { onHistory: at.onHistory }),
    ...(at.forward === undefined ? {} : { forward: at.forward }),
    monotonicMs: () => performance.now(),
    onDropped: (refs) => storage.onDropped(refs),
  });
  for (const damage of store.stats().replay.damages) log.warn({}, `metrics log: ${damage}`);
  const metadata = openMetadata(join(dataDir, 'metadata.sqlite'), {
    onDamage: (message: string) => log.error({}, message),
  });
  const telemetryLog = await openTelemetryLog(join(dataDir, 'telemetry'), {
    maxBytes: telemetryMaxBytes,
    segmentBytes: telemetrySegmentBytes,
  });
  const storage: Storage = {
    store,
    metadata,
    telemetryLog,
    learned: await openDirectory(join(dataDir, 'detection')),
    snapshot: (now) => takeSnapshot({ dataDir, store, now }),
    onDropped: () => {},
    close: async () => {
      await telemetryLog.close();
      metadata.close();
      await store.close();
    },
  };
  return storage;
}

/** A damaged block is met by every question that touches it: it is said once, and a thousand different ones at most. */
function saySparingly(say: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message) || said.size >= 1_000) return;
    said.add(message);
    say(message);
  };
}
