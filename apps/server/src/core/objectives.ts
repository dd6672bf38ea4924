import type { AlertCondition } from '@jaegis/alerting';
import { type SignalName, signals } from '@jaegis/model';
import { formatValue } from '@jaegis/std';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';
import { severityOf } from './severity.ts';

/** Objectives are judged on what is fresh; older values are "not known", and say nothing. */
const freshMs = 30_000;
/** Durations and shares are read over half a minute: one burst stands in each reading until it has left the window. */
const burstMs = 40_000;
/** So long after its effect began a reading over half a minute may still show what was before. */
const windowMs = 30_000;
/** Whatever is on its way, people want to know of what lasts longer. */
const mostAwaitedMs = 120_000;

/** A pool's breached objectives, as conditions. */
export function objectiveConditions(
  fleet: Pick<Fleet, 'pools' | 'config' | 'outcomes'>,
  entry: PoolEntry,
  now: number,
): AlertCondition[] {
  const found: AlertCondition[] = [];
  for (const objective of entry.config?.objectives ?? []) {
    const signal = objective.signal as SignalName;
    const seen = entry.signals[signal];
    if (seen === undefined || seen.value === null || now - seen.at > freshMs) continue;
    const { unit } = signals[signal];
    // It is a breach when nothing is left to order.
    const isAtMost = entry.desired !== null && entry.config !== undefined && entry.desired >= entry.config.replicas.max;
    if (!isBeyondObjective(signal, seen.value, objective.target)) continue;
    if (isCapacitySignal(signal) && entry.target !== undefined && !isAtMost) continue;
    const words = signal.replaceAll('_', ' ');
    found.push({
      key: `objective/${entry.name}/${signal}`,
      kind: 'objective_breached',
      severity: severityOf(fleet, entry.name, 'warning'),
      pool: entry.name,
      agent: null,
      signal,
      summary: `${entry.name}: ${words} is beyond its objective`,
      reason: `${words} is ${formatValue(seen.value, unit)}, the objective is ${formatValue(objective.target, unit)}`,
      value: seen.value,
      expected: objective.target,
      forMs: breachPatienceMs(fleet, { pool: entry.name, signal }, now),
    });
  }
  return found;
}

/**
 * How long a breach must last before it is told: what a burst leaves in a window is none, and while replicas that were ordered
 * against it are on their way it may last for their start-up more, once, however many orders follow.
 */
export function breachPatienceMs(
  { config, outcomes }: Pick<Fleet, 'config' | 'outcomes'>,
  { pool, signal }: { pool: string; signal: SignalName },
  now: number,
): number {
  const patienceMs = isOverWindow(signal) ? Math.max(config.alerting.for, burstMs) : config.alerting.for;
  // More replicas make nothing fail less.
  const order = isShare(signal) ? undefined : outcomes.awaited(pool);
  if (order === undefined) return patienceMs;
  const { effectiveAt } = order.predicted;
  const isComing = now < effectiveAt + (isOverWindow(signal) ? windowMs : 0);
  return isComing ? patienceMs + Math.min(effectiveAt - order.at, mostAwaitedMs) : patienceMs;
}

function isShare(signal: SignalName): boolean {
  return signal === 'error_rate' || signal === 'success_rate';
}

function isOverWindow(signal: SignalName): boolean {
  return signal.startsWith('latency_') || isShare(signal);
}

/** Whether a value is on the wrong side of its objective. */
export function isBeyondObjective(signal: SignalName, value: number, target: number): boolean {
  return signals[signal].sense === 'lower_is_worse' ? value < target : value > target;
}

/** What the scaler works with: above its target it is no breach by itself. */
export function isCapacitySignal(signal: SignalName): boolean {
  return (
    signals[signal].sense === 'neutral' ||
    signal === 'cpu_utilization' ||
    signal === 'memory_utilization' ||
    signal === 'saturation'
  );
}
