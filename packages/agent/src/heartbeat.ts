import { cleanName, cleanText } from './options.ts';

export type BeatStatus = 'ok' | 'busy' | 'draining' | 'error' | 'stopped';
export type CommandKind = 'drain' | 'restart' | 'pause' | 'resume' | 'kill';

export interface Command {
  readonly id: string;
  readonly kind: CommandKind;
  readonly reason: string;
}

export interface BeatAnswer {
  readonly intervalMs: number | undefined;
  readonly commands: readonly Command[];
}

// The server's limits (64 labels, 128 metrics); beyond them it would refuse the whole heartbeat.
const labelLimit = 64;
const metricLimit = 128;
const shortestIntervalMs = 500;
const longestIntervalMs = 3_600_000;
const commandsAtOnce = 20;
const kinds: readonly string[] = ['drain', 'restart', 'pause', 'resume', 'kill'];

/** The body of a heartbeat. What the server could not take is left out here, one entry at a time. */
export function beatBody(beat: {
  readonly instanceId: string;
  readonly pool: string;
  readonly status: BeatStatus;
  readonly version: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly progress: number;
  readonly intervalMs: number;
  /** Why it goes; only with `stopped`. */
  readonly reason?: string | undefined;
}): Record<string, unknown> {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(beat.labels)) {
    const clean = cleanName(name);
    if (clean !== undefined && Object.keys(labels).length < labelLimit) labels[clean] = cleanText(value, 1_000);
  }
  const metrics: Record<string, number> = {};
  let count = 0;
  for (const [name, value] of Object.entries(beat.metrics)) {
    const clean = cleanName(name);
    if (clean === undefined || !Number.isFinite(value) || count >= metricLimit) continue;
    metrics[clean] = value;
    count++;
  }
  const { instanceId, pool, status, version, progress } = beat;
  const intervalMs = Math.min(longestIntervalMs, Math.max(shortestIntervalMs, beat.intervalMs));
  const reason = beat.reason === undefined ? {} : { reason: cleanText(beat.reason, 500) };
  return { instanceId, pool, status, version, labels, metrics, progress, intervalMs, ...reason };
}

/** Takes from the answer what makes sense; `undefined` when it is no answer to a heartbeat at all. */
export function parseAnswer(body: unknown): BeatAnswer | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { intervalMs, commands } = body as { intervalMs?: unknown; commands?: unknown };
  const isInterval = typeof intervalMs === 'number' && intervalMs > 0 && Number.isFinite(intervalMs);
  if (!isInterval && !Array.isArray(commands)) return undefined;
  return {
    intervalMs: isInterval ? Math.min(longestIntervalMs, Math.max(shortestIntervalMs, intervalMs)) : undefined,
    commands: (Array.isArray(commands) ? (commands as unknown[]) : [])
      .slice(0, commandsAtOnce)
      .map(parseCommand)
      .filter((command) => command !== undefined),
  };
}

function parseCommand(value: unknown): Command | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, kind, reason } = value as { id?: unknown; kind?: unknown; reason?: unknown };
  if (typeof id !== 'string' || typeof kind !== 'string' || !kinds.includes(kind)) return undefined;
  return { id, kind: kind as CommandKind, reason: typeof reason === 'string' ? cleanText(reason, 500) : '' };
}
