import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { startGrpcServer } from '@jaegis/ingest';
import type { JaegisConfig, ServerOptions } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { openDirectory, openMetadata, openTelemetryLog } from '@jaegis/store';
import { MetricsStore } from '@jaegis/tsdb';
import type { FastifyInstance } from 'fastify';
import { createCore } from './core/core.ts';
import type { Log } from './core/log.ts';
import { lockDataDir } from './data-lock.ts';
import { createMainApp, createOtlpApp } from './http/app.ts';
import { isLoopback, urlHost } from './http/guard.ts';
import { createHostSource, createReceivers, createScraper, createTargets } from './outside.ts';
import { watchSelf } from './self-usage.ts';
import { systemClock } from './system-clock.ts';
import { tokenFor } from './token.ts';

export interface StartOptions {
  readonly config: JaegisConfig;
  /** Relative paths in the configuration start here. */
  readonly configDir: string;
  readonly options: ServerOptions;
  readonly log: Log;
  readonly version: string;
  /** Folder of the built dashboard, where there is one. */
  readonly dashboardDir?: string;
}

export interface RunningServer {
  readonly url: string;
  readonly otlpHttpUrl: string;
  readonly otlpGrpcAddress: string;
  /** Set when the server asks for one; `isNewToken` when it was made just now. */
  readonly token: string | undefined;
  readonly isNewToken: boolean;
  readonly dataDir: string;
  /** Clean shutdown: drains and stops the fleet's processes, writes everything, closes the ports. */
  close(): Promise<void>;
}

/** Starts all roles in this process. Throws an Error with one clear line when it cannot (port taken, folder in use). */
export async function startServer(start: StartOptions): Promise<RunningServer> {
  const { config, options, log, version } = start;
  const clock = systemClock;
  const dataDir = resolve(options.data_dir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unlock = await lockDataDir(dataDir);
  const { token, isNew: isNewToken } = await tokenFor({ dataDir, options });
  const store = await MetricsStore.open({
    directory: await openDirectory(join(dataDir, 'metrics')),
    now: clock.now(),
    seriesLimit: options.series_limit,
    seriesLimitPerGroup: options.series_limit_per_pool,
    groupOf: (labels) => labels['pool'] ?? labels['job'] ?? '',
    retentionMs: options.head_retention,
    monotonicMs: () => performance.now(),
  });
  const metadata = openMetadata(join(dataDir, 'metadata.sqlite'), {
    onDamage: (message: string) => log.error({}, message),
  });
  const telemetryLog = await openTelemetryLog(join(dataDir, 'telemetry'), {
    maxBytes: 512 * 1024 * 1024,
    segmentBytes: 16 * 1024 * 1024,
  });
  const rng = seededRng(Math.floor(Math.random() * 2 ** 48));
  const core = createCore({
    clock,
    stopwatch: () => performance.now(),
    hostName: hostname(),
    platform: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    log,
    version,
    config,
    options,
    store,
    metadata,
    telemetryLog,
    receivers: createReceivers(config, { clock, rng }),
  });

  const opened: { close(): Promise<unknown> }[] = [];
  const closeAll = async (drain: boolean): Promise<void> => {
    // The ports stay open while agents drain: they want to say goodbye and to hand in their last telemetry.
    await core.stop({ drain });
    await Promise.allSettled(opened.splice(0).map((each) => each.close()));
    await telemetryLog.close();
    metadata.close();
    await store.close();
    await unlock();
  };
  try {
    const http = { options, token, dashboardDir: start.dashboardDir };
    const main = createMainApp(core, http);
    opened.push(main);
    const port = await listen(main, options.listen, options.port);
    const otlp = createOtlpApp(core, http);
    opened.push(otlp);
    const otlpHttpPort = await listen(otlp, options.listen, options.otlp_http_port);
    const grpc = await startGrpcServer({
      receiver: core.otlp,
      host: options.listen,
      port: options.otlp_grpc_port,
      maxMessageBytes: options.body_limit_bytes,
      ...(token === undefined
        ? {}
        : { authorize: (metadataOfCall) => metadataOfCall.get('authorization')[0] === `Bearer ${token}` }),
    });
    opened.push(grpc);

    // Our own children and agents reach us on loopback, or on the one address we listen on.
    const reach = isLoopback(options.listen)
      ? options.listen
      : options.listen === '0.0.0.0' || options.listen === '::'
        ? '127.0.0.1'
        : options.listen;
    const url = `http://${urlHost(reach)}:${port}`;
    await core.attachTargets(
      await createTargets({
        config,
        configDir: start.configDir,
        core,
        clock,
        rng,
        dataDir,
        processLimit: options.process_limit,
        url,
        otlpUrl: `http://${urlHost(reach)}:${otlpHttpPort}`,
        token,
      }),
    );
    core.attachHost(createHostSource(core, clock));
    opened.push(watchSelf(core.fleet, clock));
    core.start();
    const scraper = createScraper(config, core, clock);
    core.attachScraper(scraper);
    opened.push({ close: async () => scraper.stop() });
    scraper.start();
    return {
      url,
      otlpHttpUrl: `http://${urlHost(reach)}:${otlpHttpPort}`,
      otlpGrpcAddress: `${urlHost(reach)}:${grpc.port}`,
      token,
      isNewToken,
      dataDir,
      close: () => closeAll(true),
    };
  } catch (error) {
    await closeAll(true);
    throw error;
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'EADDRINUSE'
        ? 'it is in use, must be free (another JAEGIS? choose one with --port, --otlp-http-port, --otlp-grpc-port)'
        : `${code ?? String(error)}, must be an address of this machine`;
    throw new Error(`Cannot listen on ${host}:${port}: ${why}`, { cause: error });
  }
  return (app.server.address() as AddressInfo).port;
}
