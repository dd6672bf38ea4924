import type { ReplicaCounts } from '@jaegis/model';
import { type SignalName, type Signals, signalNames } from '@jaegis/model';

// One observation of a pool as `jaegis decide` reads it: a JSON object a line. What cannot be read as a number is kept as
// NaN, so that it is held as invalid by name; null or absent is not known. Never throws.

/** The last moment that a date can be. Beyond it seconds are no longer told apart, and time stands still. */
const latestMs = 8.64e15;

export interface PipeObservation {
  readonly now: number;
  readonly signals: Signals;
  readonly replicas: ReplicaCounts;
  /** Durations from order to ready of replicas that became ready since the last line, in milliseconds; `null` = not told. */
  readonly startupsMs: readonly number[] | null;
  readonly targetHealthy: boolean;
  readonly spentToday: number | null;
  /** Signals that no version of ours knows; they are left out. */
  readonly unknown: readonly string[];
}

/** A line that cannot be used, and what it says all the same. */
export interface WrongObservation {
  readonly problem: string;
  /** Replicas ready and pending; `null` where the line does not say. */
  readonly running: number | null;
}

/** Reads one line. */
export function parseObservation(line: string): PipeObservation | WrongObservation {
  const wrong = (what: string, running: number | null = null): WrongObservation => ({
    problem: `Cannot read observation: ${what}`,
    running,
  });
  let written: unknown;
  try {
    // NaN and Infinity are no JSON, and yet some writers print them.
    written = JSON.parse(line.replace(/(?<=[:[,]\s*)(-?)(NaN|Infinity)(?=\s*[,}\]])/g, '"$1$2"'));
  } catch {
    return wrong('it is no JSON, must be one object a line');
  }
  if (typeof written !== 'object' || written === null || Array.isArray(written))
    return wrong('it is no object, must be {"now":..., "metrics":{...}, "replicas":{...}}');
  const {
    now,
    metrics,
    replicas,
    startups_ms: startups,
    spent_today: spent,
    target_healthy: healthy,
  } = written as Record<string, unknown>;
  const counts = asObject(replicas);
  if (counts === undefined) return wrong('replicas are missing, must be {"ready":..,"pending":..}');
  const ready = toCount(counts['ready']);
  const pending = toCount(counts['pending'] ?? 0);
  const draining = toCount(counts['draining'] ?? 0);
  if (ready === undefined || pending === undefined || draining === undefined)
    return wrong(`replicas are ${JSON.stringify(replicas)}, must be whole numbers >= 0`);
  if (typeof now !== 'number' || !(now > 0 && now <= latestMs))
    return wrong(`now is ${JSON.stringify(now) ?? 'missing'}, must be epoch milliseconds`, ready + pending);
  const signals: Record<string, { value: number | null; at: number }> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(asObject(metrics) ?? {})) {
    if (!signalNames.includes(name as SignalName)) unknown.push(name);
    else if (value !== null) signals[name] = readSignalValue(value, now);
  }
  return {
    now,
    signals: signals as Signals,
    replicas: { ready, pending, draining },
    startupsMs: Array.isArray(startups) ? startups.filter((each) => typeof each === 'number' && each >= 0) : null,
    targetHealthy: healthy !== false,
    spentToday: typeof spent === 'number' && Number.isFinite(spent) ? spent : null,
    unknown,
  };
}

/** A number, or `{"value":1.5,"at":1700000000000}` where the time of the measurement is known. */
function readSignalValue(value: unknown, now: number): { value: number | null; at: number } {
  const timed = asObject(value);
  if (timed === undefined) return { value: toNumber(value), at: now };
  const at = typeof timed['at'] === 'number' && Number.isFinite(timed['at']) ? timed['at'] : now;
  return { value: timed['value'] === null ? null : toNumber(timed['value']), at };
}

function toNumber(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string'
    ? Number(value === '' ? Number.NaN : value)
    : Number.NaN;
}

function toCount(value: unknown): number | undefined {
  const count = typeof value === 'number' ? Math.floor(value) : Number.NaN;
  return count >= 0 && count <= 10_000_000 ? count : undefined;
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
