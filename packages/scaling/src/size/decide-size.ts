import type { DecisionSize, ReplicaSize, SizeReason, SizeRecommendation } from '@jaegis/model';
import { formatDuration, formatValue } from '@jaegis/std';
import type { ScalingState } from '../scaling-state.ts';

// The size of a replica, in the same decision as their number. Memory cannot be had by more replicas: it grows when a
// replica ran out of it, or when more than 90 % is used. CPU can, so it grows only where the number cannot (at its lid),
// or where percentiles of days say that one replica is too small; also where answers take 20 % longer than usual while
// the processor is full and nothing is on its way. Down in halves, one an hour, after six hours of watching. Growing
// factor: what is recommended, at least half more. Bad at: a leak, which looks like need; bounds hold it.

export interface SizeInputs {
  /** What one replica may use now; `null` = no limit. */
  readonly current: ReplicaSize;
  readonly recommendation: SizeRecommendation;
  readonly bounds: {
    readonly cpu: readonly [least: number, most: number];
    readonly memoryBytes: readonly [least: number, most: number];
  };
  /** Mean use of a replica; `null` = not known. */
  readonly used: ReplicaSize;
  /** 95th percentile of latency over what it usually is; `null` = not known. */
  readonly latencyRatio: number | null;
  /** When a replica last ran out of memory; 0 = never. */
  readonly outOfMemoryAt: number;
  readonly watchedMs: number;
}

const saturated = 0.9;
const degraded = 1.2;
const fullWhenDegraded = 0.7;
const growth = 1.5;
const growEveryMs = 60_000;
const shrinkEveryMs = 3_600_000;
const watchedBeforeShrinkMs = 6 * 3_600_000;
const outOfMemoryHeldMs = 24 * 3_600_000;
/** A change of less is not worth a write. */
const leastChange = 0.1;

/** `null` where the size may stay. `isAtLid`: more replicas are wanted than may run. */
export function decideSize(
  inputs: SizeInputs,
  o: { resizedAt: number; isAtLid: boolean; isSettled: boolean },
  now: number,
): DecisionSize | null {
  const grown = now - o.resizedAt >= growEveryMs ? grow(inputs, o, now) : null;
  if (grown !== null) return grown;
  return now - o.resizedAt >= shrinkEveryMs ? shrink(inputs, now) : null;
}

/** A target that could not resize is asked again after an hour. */
export function recordResizeRefusal(state: ScalingState, now: number): ScalingState {
  return { ...state, resizedAt: now + shrinkEveryMs - growEveryMs };
}

function grow(inputs: SizeInputs, o: { isAtLid: boolean; isSettled: boolean }, now: number): DecisionSize | null {
  const { current, used, recommendation, latencyRatio } = inputs;
  const { cpu, memoryBytes } = current;
  if (memoryBytes !== null) {
    const target = Math.max(recommendation.memory?.target ?? 0, memoryBytes * growth);
    const ranOut = inputs.outOfMemoryAt > 0 && now - inputs.outOfMemoryAt < outOfMemoryHeldMs;
    const wanted = recommendation.memory?.target ?? 0;
    if (ranOut && wanted > memoryBytes * (1 + leastChange))
      return step(inputs, { memoryBytes: wanted }, ['OutOfMemory', 'a replica ran out of memory']);
    const share = (used.memoryBytes ?? 0) / memoryBytes;
    if (share > saturated)
      return step(inputs, { memoryBytes: target }, ['Saturated', `${percent(share)} of its memory is used`]);
  }
  if (cpu === null || !(cpu > 0)) return null;
  const share = (used.cpu ?? 0) / cpu;
  const target = Math.max(recommendation.cpu?.target ?? 0, cpu * growth);
  if (share > saturated && o.isAtLid)
    return step(inputs, { cpu: target }, [
      'Saturated',
      `${percent(share)} of its CPU is used and no more replicas may run`,
    ]);
  if (latencyRatio !== null && latencyRatio > degraded && share > fullWhenDegraded && o.isSettled)
    return step(inputs, { cpu: target }, [
      'Degraded',
      `answers take ${percent(latencyRatio - 1)} longer than usual with ${percent(share)} of its CPU used`,
    ]);
  if (recommendation.verdict === 'too_small' && (recommendation.cpu?.target ?? 0) > cpu * (1 + leastChange))
    return step(inputs, { cpu: recommendation.cpu!.target }, ['TooSmall', recommendation.reason]);
  return null;
}

function shrink(inputs: SizeInputs, now: number): DecisionSize | null {
  const { current, recommendation, latencyRatio, outOfMemoryAt, watchedMs } = inputs;
  if (recommendation.verdict !== 'too_large' || watchedMs < watchedBeforeShrinkMs) return null;
  if (latencyRatio !== null && latencyRatio > degraded) return null;
  const mayLoseMemory = outOfMemoryAt === 0 || now - outOfMemoryAt >= outOfMemoryHeldMs;
  const to: { cpu?: number; memoryBytes?: number } = {};
  if (current.cpu !== null && recommendation.cpu !== null) to.cpu = Math.max(recommendation.cpu.upper, current.cpu / 2);
  if (current.memoryBytes !== null && recommendation.memory !== null && mayLoseMemory)
    to.memoryBytes = Math.max(recommendation.memory.upper, current.memoryBytes / 2);
  const watched = `watched for ${formatDuration(watchedMs)}`;
  return step(inputs, to, ['TooLarge', `${recommendation.reason}; ${watched}`]);
}

function step(
  inputs: SizeInputs,
  wanted: { cpu?: number; memoryBytes?: number },
  [reason, why]: [SizeReason, string],
): DecisionSize | null {
  const { current, bounds } = inputs;
  const from = current;
  const to: ReplicaSize = {
    cpu: wanted.cpu === undefined || from.cpu === null ? from.cpu : round(clamp(wanted.cpu, bounds.cpu)),
    memoryBytes:
      wanted.memoryBytes === undefined || from.memoryBytes === null
        ? from.memoryBytes
        : Math.round(clamp(wanted.memoryBytes, bounds.memoryBytes)),
  };
  const moved = Math.max(change(from.cpu, to.cpu), change(from.memoryBytes, to.memoryBytes));
  if (moved < leastChange) return null;
  const parts = [
    from.cpu === to.cpu ? '' : `${formatValue(from.cpu, 'cores')} -> ${formatValue(to.cpu, 'cores')}`,
    from.memoryBytes === to.memoryBytes
      ? ''
      : `${formatValue(from.memoryBytes, 'bytes')} -> ${formatValue(to.memoryBytes, 'bytes')}`,
  ];
  return {
    from,
    to,
    reason,
    message: `one replica ${parts.filter((part) => part !== '').join(', ')}: ${why}`,
    carriedOut: null,
  };
}

function change(from: number | null, to: number | null): number {
  return from === null || to === null || from === 0 ? 0 : Math.abs(to - from) / from;
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(Math.max(value, least), most);
}

function round(cores: number): number {
  return Math.round(cores * 100) / 100;
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}
