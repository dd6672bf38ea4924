import type { Host } from './host.ts';

/** What `join` takes. Everything has a default; under JAEGIS's own supervision nothing at all is needed. */
export interface JoinOptions {
  /** The pool: agents that do the same work and scale as one. Default `JAEGIS_POOL`, then `OTEL_SERVICE_NAME`, then `default`. */
  readonly pool?: string;
  /** Where JAEGIS is. Default `JAEGIS_URL`, then `http://127.0.0.1:4300`. */
  readonly url?: string;
  /** Unique for each running instance. Default `JAEGIS_INSTANCE_ID`, then `<pool>-<host>-<pid>`. */
  readonly instanceId?: string;
  /** Sent as `Authorization: Bearer`. Default `JAEGIS_TOKEN`. */
  readonly token?: string;
  /** Of your program. Default `npm_package_version`, then empty. */
  readonly version?: string;
  /** Attributes of this instance: `agent.url` (how its peers reach it), `cloud.region`, ... */
  readonly labels?: Readonly<Record<string, string>>;
  /** Set up OpenTelemetry export to JAEGIS when the process has none of its own. Default true. */
  readonly telemetry?: boolean;
  /** Until the server says otherwise. Default 30 s. */
  readonly heartbeatIntervalMs?: number;
  /** End the process once it is drained. Default: only when JAEGIS supervises it, because then it is started anew. */
  readonly exitOnDrain?: boolean;
  /** Take SIGTERM as a drain command. Default: only when JAEGIS supervises the process. */
  readonly handleSigterm?: boolean;
  /** How long a drain waits for work in flight. Default 6 s: with the goodbye it fits into JAEGIS's drain deadline of 10 s. */
  readonly drainTimeoutMs?: number;
}

/** The options with every default filled in. */
export interface Settings {
  readonly pool: string;
  readonly url: string;
  readonly instanceId: string;
  readonly token: string | undefined;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly telemetry: boolean;
  readonly heartbeatIntervalMs: number;
  readonly exitOnDrain: boolean;
  readonly handleSigterm: boolean;
  readonly drainTimeoutMs: number;
}

let joined = 0;

/** Never throws: what cannot be used falls back to its default. */
export function settle(options: JoinOptions, host: Host): Settings {
  const { env } = host;
  const isSupervised = env['JAEGIS_SUPERVISED'] === '1';
  const pool = firstName(options.pool, env['JAEGIS_POOL'], env['OTEL_SERVICE_NAME']) ?? 'default';
  const count = joined++;
  const made = `${shortName(pool)}-${host.hostName}-${host.pid}${count === 0 ? '' : `-${count + 1}`}`;
  return {
    pool,
    url: (firstUrl(options.url, env['JAEGIS_URL']) ?? 'http://127.0.0.1:4300').replace(/\/+$/, ''),
    instanceId: firstName(options.instanceId, env['JAEGIS_INSTANCE_ID']) ?? cleanName(made) ?? 'agent',
    token: text(options.token) ?? text(env['JAEGIS_TOKEN']),
    version: cleanText(options.version ?? env['npm_package_version'] ?? '', 100),
    labels: { ...detectedLabels(host), ...(isRecord(options.labels) ? options.labels : {}) },
    telemetry: options.telemetry !== false,
    heartbeatIntervalMs: positive(options.heartbeatIntervalMs) ?? 30_000,
    exitOnDrain: options.exitOnDrain ?? isSupervised,
    handleSigterm: options.handleSigterm ?? isSupervised,
    drainTimeoutMs: positive(options.drainTimeoutMs) ?? 6_000,
  };
}

/** The last part of `research/reader`. */
export function shortName(pool: string): string {
  return pool.slice(pool.lastIndexOf('/') + 1) || pool;
}

/** Without control characters, cut to 200; `undefined` when nothing is left. What the server refuses is never sent. */
export function cleanName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = cleanText(value, 200);
  return clean === '' ? undefined : clean;
}

export function cleanText(value: unknown, maxLength: number): string {
  return String(value)
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '')
    .slice(0, maxLength);
}

function detectedLabels(host: Host): Record<string, string> {
  const labels: Record<string, string> = {
    'process.pid': String(host.pid),
    'host.name': host.hostName,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': host.nodeVersion,
  };
  const region = host.env['JAEGIS_REGION'] ?? host.env['CLOUD_REGION'] ?? host.env['AWS_REGION'];
  const zone = host.env['JAEGIS_ZONE'];
  if (zone !== undefined && zone !== '') labels['cloud.availability_zone'] = zone;
  if (region !== undefined && region !== '') labels['cloud.region'] = region;
  return labels;
}

function firstName(...candidates: (string | undefined)[]): string | undefined {
  for (const candidate of candidates) {
    const name = cleanName(candidate);
    if (name !== undefined) return name;
  }
  return undefined;
}

function firstUrl(...candidates: (string | undefined)[]): string | undefined {
  return candidates.find((candidate) => typeof candidate === 'string' && /^https?:$/.test(protocolOf(candidate)));
}

function protocolOf(url: string): string {
  try {
    return new URL(url).protocol;
  } catch {
    return '';
  }
}

function positive(value: number | undefined): number | undefined {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : undefined;
}

function text(value: string | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null;
}
