import { createHash } from 'node:crypto';
import type { InstancePlace } from '../target.ts';

export interface ChildIdentity {
  readonly pool: string;
  readonly instanceId: string;
  /** Which JAEGIS (by its data folder) this process belongs to. */
  readonly owner: string;
  /** From `configHash`: whether a process found later still is what the configuration asks for. */
  readonly configHash: string;
  readonly place: InstancePlace;
}

export interface ChildConfig {
  readonly command: readonly string[];
  readonly cwd: string;
  /** What JAEGIS passes on from its own environment, with JAEGIS_URL and the like. */
  readonly baseEnv: Readonly<Record<string, string | undefined>>;
  /** `env:` of the pool. */
  readonly env: Readonly<Record<string, string>>;
}

/** The environment of a supervised process. The pool's `env` wins over ours, but never over the process's identity. */
export function childEnvironment(config: ChildConfig, identity: ChildIdentity): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...config.baseEnv, ...config.env }))
    if (value !== undefined) env[name] = value;
  const slash = identity.pool.lastIndexOf('/');
  const url = env['JAEGIS_URL'];
  if (url !== undefined) env['OTEL_EXPORTER_OTLP_ENDPOINT'] ??= url;
  if (config.env['OTEL_SERVICE_NAME'] === undefined) env['OTEL_SERVICE_NAME'] = identity.pool.slice(slash + 1);
  const attributes: [string, string][] = [
    ['service.instance.id', identity.instanceId],
    ['jaegis.pool', identity.pool],
  ];
  const { region, zone } = identity.place;
  if (region !== null) attributes.push(['cloud.region', region]);
  if (zone !== null) attributes.push(['cloud.availability_zone', zone]);
  if (slash > 0) attributes.push(['service.namespace', identity.pool.slice(0, slash)]);
  const given = env['OTEL_RESOURCE_ATTRIBUTES'];
  env['OTEL_RESOURCE_ATTRIBUTES'] = [
    ...(given === undefined || given === '' ? [] : [given]),
    ...attributes.map(([name, value]) => `${name}=${attributeValue(value)}`),
  ].join(',');
  env['JAEGIS_INSTANCE_ID'] = identity.instanceId;
  env['JAEGIS_POOL'] = identity.pool;
  if (region !== null) env['JAEGIS_REGION'] = region;
  if (zone !== null) env['JAEGIS_ZONE'] = zone;
  env['JAEGIS_OWNER'] = identity.owner;
  env['JAEGIS_CONFIG_HASH'] = identity.configHash;
  env['JAEGIS_SUPERVISED'] = '1';
  return env;
}

/** Percent-encodes what a W3C baggage value may not hold; OTEL_RESOURCE_ATTRIBUTES uses that form. */
function attributeValue(value: string): string {
  return value.replace(/[^\x21\x23-\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu, encodeURIComponent);
}

/**
 * Changes when a running process is no longer what the configuration asks for: command, folder, the pool's `env`, and
 * where JAEGIS and OpenTelemetry are to be found. The rest of our own environment changes with every shell and counts
 * for nothing.
 */
export function configHash(config: ChildConfig): string {
  const passedOn = Object.entries(config.baseEnv).filter(([name]) => /^(?:JAEGIS|OTEL)_/.test(name));
  const sorted = (entries: [string, unknown][]) => entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([config.command, config.cwd, sorted(Object.entries(config.env)), sorted(passedOn)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
