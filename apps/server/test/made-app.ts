import { SenderLimiter } from '@jaegis/ingest';
import { parseConfig, resolveServerOptions } from '@jaegis/model';
import { memoryMetadata } from '@jaegis/store';
import { MetricsStore, memoryDirectory } from '@jaegis/tsdb';
import type { FastifyInstance } from 'fastify';
import { type Core, createCore } from '../src/core/core.ts';
import { createMainApp } from '../src/http/app.ts';

export interface MadeApp {
  readonly core: Core;
  readonly app: FastifyInstance;
  readonly store: MetricsStore;
}

const ignore = () => {};

/** The main port's app over an empty store in memory, at a time that stands still; its loops do not run. */
export async function makeApp(o: {
  readonly now: number;
  readonly seriesLimit?: number;
  readonly seriesLimitPerPool?: number;
  readonly snapshot?: () => Promise<string>;
  readonly dashboardDir?: string;
  /** jaegis.yaml, as plain data. */
  readonly config?: object;
}): Promise<MadeApp> {
  const { now, seriesLimit = 10_000, seriesLimitPerPool = 10_000 } = o;
  const config = parseConfig(o.config ?? {});
  const resolved = resolveServerOptions({ file: {}, environment: {}, flags: {} });
  if (!config.ok || !resolved.ok) throw new Error('the configuration must hold');
  const { options } = resolved;
  const store = await MetricsStore.open({
    directory: memoryDirectory(),
    now,
    seriesLimit,
    seriesLimitPerGroup: seriesLimitPerPool,
    retentionMs: options.retention_raw,
  });
  const core = createCore({
    clock: { now: () => now, after: () => ignore, every: () => ignore },
    stopwatch: () => 0,
    hashSeed: 1,
    hostName: 'made',
    platform: 'made',
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    version: 'test',
    config: config.config,
    options,
    store,
    metadata: memoryMetadata(),
    receivers: [],
  });
  const app = createMainApp(core, {
    options,
    token: undefined,
    limiter: new SenderLimiter({ ratePerSecond: 10_000 }),
    dashboardDir: o.dashboardDir,
    snapshot: o.snapshot ?? (async () => 'snap-1'),
  });
  return { core, app, store };
}
