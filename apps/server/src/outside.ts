import { HostSampler, Scraper } from '@jaegis/ingest';
import type { JaegisConfig } from '@jaegis/model';
import { type AlertSink, createAlertmanagerSink, createWebhookReceiver, type Receiver } from '@jaegis/receivers';
import { PrometheusStore } from '@jaegis/remote';
import type { Clock, Rng } from '@jaegis/std';
import { createProcessTarget, ProcessLimit, stopForgottenPools, type Target } from '@jaegis/targets';
import type { Core } from './core/core.ts';
import type { HostSource } from './core/host-loop.ts';

/** Environment that children get of ours; everything else of it is none of their business. */
const passedOn = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'];

export interface TargetOptions {
  readonly config: JaegisConfig;
  readonly configDir: string;
  readonly core: Core;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly dataDir: string;
  readonly processLimit: number;
  readonly url: string;
  readonly otlpUrl: string;
  readonly token: string | undefined;
}

/** The targets that the configuration names, by pool. */
export async function createTargets(options: TargetOptions): Promise<Map<string, Target>> {
  const { core, url, otlpUrl, token } = options;
  const limit = new ProcessLimit(options.processLimit);
  const baseEnv: Record<string, string | undefined> = {
    ...Object.fromEntries(passedOn.map((name) => [name, process.env[name]])),
    JAEGIS_URL: url,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    ...(token === undefined
      ? {}
      : { JAEGIS_TOKEN: token, OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}` }),
  };
  const { dataDir, clock, rng } = options;
  await stopForgottenPools({
    dataDir,
    pools: options.config.pools.filter((pool) => pool.target?.process !== undefined).map((pool) => pool.name),
    clock,
    rng,
  });
  const targets = new Map<string, Target>();
  for (const pool of options.config.pools) {
    const config = pool.target?.process;
    if (config === undefined) continue;
    const target = await createProcessTarget({
      pool: pool.name,
      config,
      clock: options.clock,
      rng: options.rng,
      dataDir: options.dataDir,
      baseEnv,
      configDir: options.configDir,
      limit,
      ...(pool.vertical.mode === 'auto' ? { size: core.limitsOf(pool.name) } : {}),
      // Ready is what has spoken to us since it was started; a program without the SDK never does, and is ready by living.
      isReady: (instanceId, startedAt) => core.hasSpokenSince(pool.name, instanceId, startedAt),
      canReturn: (instanceId) => core.canReturn(instanceId),
      onEvent: (event) => core.onTargetEvent(event),
    });
    targets.set(pool.name, target);
  }
  return targets;
}

export function createReceivers(config: JaegisConfig, tools: { clock: Clock; rng: Rng }): Receiver[] {
  return config.receivers.flatMap(({ name, severities, webhook }) =>
    webhook === undefined ? [] : [createWebhookReceiver({ name, severities, webhook }, { fetch, ...tools })],
  );
}

export function createAlertSinks(config: JaegisConfig, tools: { clock: Clock; rng: Rng }): AlertSink[] {
  return config.receivers.flatMap(({ name, severities, alertmanager }) =>
    alertmanager === undefined ? [] : [createAlertmanagerSink({ name, severities, alertmanager }, { fetch, ...tools })],
  );
}

/** The store that answers queries, where the configuration names one. */
export function createQueryStore(config: JaegisConfig, clock: Clock): { queryStore?: PrometheusStore } {
  const { prometheus } = config.store;
  if (prometheus === undefined) return {};
  const { url, headers, timeout } = prometheus;
  return { queryStore: new PrometheusStore({ url, headers, timeoutMs: timeout, fetch, clock }) };
}

export function createScraper(config: JaegisConfig, core: Core, clock: Clock): Scraper {
  return new Scraper(config.scrape, { clock, sinks: core.sinks, fetch, counters: core.counters });
}

export function createHostSource(core: Core, clock: Clock): HostSource {
  const sampler = new HostSampler({ clock, sinks: core.sinks });
  return { sample: (pids) => sampler.sample(pids) };
}
