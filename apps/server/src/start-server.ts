import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { SenderLimiter, startGrpcServer } from '@jaegis/ingest';
import type { JaegisConfig, ServerOptions } from '@jaegis/model';
import type { PreparedQuery, QueryAnswer } from '@jaegis/promql';
import { seededRng } from '@jaegis/std';
import type { MetricsStore } from '@jaegis/tsdb';
import type { FastifyInstance } from 'fastify';
import { type Core, createCore } from './core/core.ts';
import type { Log } from './core/log.ts';
import { ruleQuery } from './core/rule-query.ts';
import { lockDataDir } from './data-lock.ts';
import { startForecastThread } from './forecast-thread.ts';
import { createMainApp, createOtlpApp, type HttpOptions } from './http/app.ts';
import { hasToken, isLoopback, urlHost } from './http/guard.ts';
import { startNetworkThread } from './network-thread.ts';
import {
  createAlertSinks,
  createHostSource,
  createQueryStore,
  createReceivers,
  createScraper,
  createTargets,
} from './outside.ts';
import { QueryRunner, type RunnerOptions } from './query/query-runner.ts';
import { openRemoteWrite } from './remote-write.ts';
import { loadRuleFiles } from './rule-files.ts';
import { watchSelf } from './self-usage.ts';
import { openStorage } from './storage.ts';
import { systemClock } from './system-clock.ts';
import { tokenFor } from './token.ts';
import { openMeanwhile } from './waiting-room.ts';

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

interface Closable {
  close(): Promise<unknown>;
}

/** Starts all roles in this process. Throws an Error with one clear line when it cannot (port taken, folder in use). */
export async function startServer(start: StartOptions): Promise<RunningServer> {
  const { config, options, log } = start;
  const clock = systemClock;
  const dataDir = resolve(options.data_dir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unlock = await lockDataDir(dataDir);
  const { token, isNew: isNewToken } = await tokenFor({ dataDir, options });
  const rules = await loadRuleFiles(config, start.configDir);
  if (!rules.ok) throw new Error(rules.error);
  const rng = seededRng(Math.floor(Math.random() * 2 ** 48));
  const remote = await openRemoteWrite({ config, options, dataDir, version: start.version, clock, rng });
  const limiter = new SenderLimiter({ ratePerSecond: options.requests_per_second_per_sender });
  const snapshot = (): Promise<string> => storage.snapshot(clock.now());
  const http = { options, token, limiter, dashboardDir: start.dashboardDir, snapshot };
  const { opened: storage, port } = await openMeanwhile(
    (onHistory) => openStorage({ dataDir, options, log, now: clock.now(), forward: remote?.forward, onHistory }),
    {
      core: { clock, log },
      http,
      listen: (app) => listen(app, options.listen, options.port),
    },
  );
  await remote?.start((ref) => storage.store.labelsOf(ref));
  const forecaster = startForecastThread(log);
  const networkTrainer = startNetworkThread();
  const queries = new QueryRunner({
    store: storage.store,
    ...queryWorkers(join(dataDir, 'metrics'), storage.store),
    stopwatch: () => performance.now(),
    maxSamples: options.query_max_samples,
  });
  queries.begin();
  const core = createCore({
    forecaster,
    networkTrainer,
    clock,
    stopwatch: () => performance.now(),
    nextTurn: () => new Promise((resume) => setImmediate(resume)),
    hashSeed: Math.floor(Math.random() * 2 ** 32),
    hostName: hostname(),
    platform: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    log,
    version: start.version,
    config,
    options,
    ...storage,
    ruleFiles: rules.files,
    ruleQuery: ruleQuery((query) => runForRules(queries, query)),
    keptSamples: () => queries.stats().keptSamples,
    ...(remote === undefined ? {} : { remoteWrites: remote }),
    ...createQueryStore(config, clock),
    receivers: createReceivers(config, { clock, rng }),
    alertSinks: createAlertSinks(config, { clock, rng }),
  });
  storage.onDropped = (refs) => core.forgetRefs(refs);

  const opened: Closable[] = [];
  const close = async (): Promise<void> => {
    // The ports stay open while agents drain: they want to say goodbye and to hand in their last telemetry.
    await networkTrainer?.close();
    await core.stop({ drain: true });
    await forecaster.close();
    await Promise.allSettled(opened.splice(0).map((each) => each.close()));
    await queries.close();
    await storage.close();
    await remote?.close();
    await unlock();
  };
  try {
    // The port that was promised while the log was read, when any would have done.
    const samePort = port === undefined ? options : { ...options, port };
    const ports = await openPorts(core, { ...http, options: samePort, queries }, opened);
    const targets = await createTargets({
      config,
      configDir: start.configDir,
      core,
      clock,
      rng,
      dataDir,
      processLimit: options.process_limit,
      url: ports.url,
      otlpUrl: ports.otlpHttpUrl,
      token,
    });
    await core.attachTargets(targets);
    core.attachHost(createHostSource(core, clock));
    opened.push(watchSelf(core.fleet, clock));
    core.start();
    const scraper = createScraper(config, core, clock);
    core.attachScraper(scraper);
    scraper.start();
    opened.push({ close: async () => scraper.stop() });
    return { ...ports, token, isNewToken, dataDir, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nobody goes away from a rule; it may take as long as a query of a person. */
async function runForRules(queries: QueryRunner, query: PreparedQuery): Promise<QueryAnswer> {
  const { answer } = await queries.run(query, { timeoutMs: 120_000, signal: new AbortController().signal });
  return answer;
}

/** Beside the bundle lies the built worker; from sources there is none, and queries are evaluated in this thread. */
function queryWorkers(folder: string, store: MetricsStore): Pick<RunnerOptions, 'workers'> {
  const file = new URL('./query-worker.js', import.meta.url);
  return existsSync(file) ? { workers: { file, folder, onDamage: (message) => store.tellDamage(message) } } : {};
}

/** Opens the three ports. What was opened goes into `opened`, also when a later one fails. */
async function openPorts(
  core: Core,
  http: HttpOptions,
  opened: Closable[],
): Promise<Pick<RunningServer, 'url' | 'otlpHttpUrl' | 'otlpGrpcAddress'>> {
  const { options, token, limiter } = http;
  const main = createMainApp(core, http);
  opened.push(main);
  const port = await listen(main, options.listen, options.port);
  const otlp = createOtlpApp(core, http);
  opened.push(otlp);
  const otlpPort = await listen(otlp, options.listen, options.otlp_http_port);
  const grpc = await startGrpcServer({
    receiver: core.otlp,
    host: options.listen,
    port: options.otlp_grpc_port,
    maxMessageBytes: options.body_limit_bytes,
    admit: (sender) => limiter.take(sender, core.clock.now()),
    ...(token === undefined ? {} : { authorize: (call) => hasToken(call.get('authorization')[0]?.toString(), token) }),
  });
  opened.push(grpc);
  const host = urlHost(reachableAddress(options.listen));
  return {
    url: `http://${host}:${port}`,
    otlpHttpUrl: `http://${host}:${otlpPort}`,
    otlpGrpcAddress: `${host}:${grpc.port}`,
  };
}

/** Our own children and agents reach us on loopback, or on the one address that we listen on. */
function reachableAddress(listenAddress: string): string {
  if (isLoopback(listenAddress)) return listenAddress;
  return listenAddress === '0.0.0.0' || listenAddress === '::' ? '127.0.0.1' : listenAddress;
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
