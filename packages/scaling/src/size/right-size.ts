/**
 * How large one replica should be, from what its pool used: the rule of the Kubernetes vertical pod autoscaler. CPU is
 * taken as it is used, memory as the peak of each ten minutes of each replica, both with a half-life of a day:
 *   target = 90th percentile, lower = 50th, upper = 95th, each x 1.15.
 * A replica that ran out of memory counts as having wanted 1.2 times what it had (at least 100 MiB more), and for a day
 * the target stays above that. The first hour is not judged: start-up and caches that fill say little.
 * Bad at: pools whose replicas do different work; the largest of them sets the size.
 */
import type { ReplicaSize, SizeRange, SizeRecommendation } from '@jaegis/model';
import { formatDuration, formatValue } from '@jaegis/std';
import {
  addUsage,
  emptyHistogram,
  type HistogramOptions,
  restoreHistogram,
  type UsageHistogram,
  usagePercentile,
} from './usage-histogram.ts';

/** Plain data; JSON keeps it over restarts. */
export interface SizeState {
  readonly cpu: UsageHistogram;
  readonly memory: UsageHistogram;
  /** The peak of each replica in the ten minutes that run, by replica. */
  readonly peaks: Record<string, { bytes: number; since: number }>;
  firstAt: number;
  outOfMemory: { bytes: number; at: number } | null;
  /** The pool's 95th percentile of latency as it usually is, seconds; `null` until seen for a while. */
  latency: { usual: number; seen: number } | null;
}

export interface ReplicaUsage {
  readonly instanceId: string;
  /** Cores; `null` = not known. */
  readonly cpu: number | null;
  readonly memoryBytes: number | null;
}

const halfLifeMs = 24 * 3_600_000;
const cpuOptions: HistogramOptions = { first: 0.01, halfLifeMs };
const memoryOptions: HistogramOptions = { first: 8 * 2 ** 20, halfLifeMs };
const peakMs = 10 * 60_000;
const youngMs = 3_600_000;
const margin = 1.15;
const outOfMemoryGrowth = 1.2;
const outOfMemoryLeast = 100 * 2 ** 20;
const outOfMemoryHeldMs = 24 * 3_600_000;
/** Saturation of a resource that is acted on at once, without waiting for history. */
const saturated = 0.9;
/** No recommendation is more than this many times the present size, or less than its share. */
const mostChange = 10;
/** Peaks of more replicas than these at once are not followed; their CPU is. */
const mostPeaks = 20_000;
const latencyGain = 1 - 0.5 ** (1 / 2_160);
const latencySeen = 180;

/** Nothing seen yet. */
export function initialSizeState(): SizeState {
  return { cpu: emptyHistogram(), memory: emptyHistogram(), peaks: {}, firstAt: 0, outOfMemory: null, latency: null };
}

/** From what was kept as JSON; what is missing or broken in it begins anew. */
export function restoreSizeState(kept: unknown): SizeState {
  const found = kept as Partial<SizeState> | null | undefined;
  const oom = found?.outOfMemory;
  return {
    cpu: restoreHistogram(found?.cpu),
    memory: restoreHistogram(found?.memory),
    peaks: {},
    firstAt: Number.isFinite(found?.firstAt) ? found!.firstAt! : 0,
    latency:
      Number.isFinite(found?.latency?.usual) && Number.isFinite(found?.latency?.seen) ? { ...found!.latency! } : null,
    outOfMemory: Number.isFinite(oom?.bytes) && Number.isFinite(oom?.at) ? { bytes: oom!.bytes, at: oom!.at } : null,
  };
}

/** Learns from what the replicas of a pool use now. Replicas that are starting should be left out. */
export function followUsage(state: SizeState, replicas: readonly ReplicaUsage[], now: number): void {
  if (state.firstAt === 0 && replicas.length > 0) state.firstAt = now;
  for (const { instanceId, cpu, memoryBytes } of replicas) {
    if (cpu !== null) addUsage(state.cpu, { value: cpu, at: now }, cpuOptions);
    if (memoryBytes !== null) followPeak(state, { instanceId, memoryBytes }, now);
  }
  for (const [instanceId, peak] of Object.entries(state.peaks))
    if (now - peak.since >= peakMs) closePeak(state, instanceId, now);
}

/**
 * Follows what latency usually is (half-life six hours of observations every 10 s), and says how many times that it is
 * now; `null` before it was seen for half an hour. What is far above the usual moves it little.
 */
export function followLatency(state: SizeState, seconds: number): number | null {
  if (!Number.isFinite(seconds) || seconds <= 0) return null;
  const before = state.latency ?? { usual: seconds, seen: 0 };
  const gain = Math.max(latencyGain, 1 / (before.seen + 1));
  const moved = Math.min(seconds, 2 * before.usual);
  state.latency = { usual: before.usual + gain * (moved - before.usual), seen: before.seen + 1 };
  return state.latency.seen < latencySeen ? null : seconds / before.usual;
}

/** A replica was ended because it used all the memory that it had. */
export function followOutOfMemory(state: SizeState, limitBytes: number, now: number): void {
  const wanted = Math.max(limitBytes * outOfMemoryGrowth, limitBytes + outOfMemoryLeast);
  addUsage(state.memory, { value: wanted, at: now }, memoryOptions);
  state.outOfMemory = { bytes: wanted, at: now };
}

/**
 * What one replica should have at `now` (epoch milliseconds): cores and bytes with their ranges, and whether what it has
 * fits. Not judged in the first hour, unless it ran out of memory or is saturated.
 */
export function recommendSize(state: SizeState, current: ReplicaSize, now: number): SizeRecommendation {
  const cpu = rangeOf(state.cpu, cpuOptions, { current: current.cpu, least: 0 });
  const held = state.outOfMemory !== null && now - state.outOfMemory.at < outOfMemoryHeldMs ? state.outOfMemory : null;
  const memory = rangeOf(state.memory, memoryOptions, { current: current.memoryBytes, least: held?.bytes ?? 0 });
  const say = (verdict: SizeRecommendation['verdict'], reason: string) => ({ verdict, reason, cpu, memory, current });
  if (held !== null && current.memoryBytes !== null && current.memoryBytes < held.bytes)
    return say(
      'too_small',
      `ran out of memory ${formatDuration(now - held.at)} ago at ${formatValue(current.memoryBytes, 'bytes')}, should have ${formatValue(memory?.target ?? held.bytes, 'bytes')}`,
    );
  const small = tooSmall({ cpu, memory, current });
  if (small !== null) return say('too_small', small);
  if (cpu === null && memory === null) return say('not_known', 'nothing is known of what its replicas use');
  if (now - state.firstAt < youngMs)
    return say(
      'not_known',
      `watched for ${formatDuration(now - state.firstAt)}, judged after ${formatDuration(youngMs)}`,
    );
  const large = tooLarge({ cpu, memory, current });
  if (large !== null) return say('too_large', large);
  return current.cpu === null && current.memoryBytes === null
    ? say('not_known', 'no limit is set, so there is nothing to compare with')
    : say('fits', 'uses what it has well');
}

type Judged = Pick<SizeRecommendation, 'cpu' | 'memory' | 'current'>;

function tooSmall({ cpu, memory, current }: Judged): string | null {
  if (memory !== null && current.memoryBytes !== null && memory.upper / margin > saturated * current.memoryBytes)
    return `its peaks reach ${formatValue(memory.upper / margin, 'bytes')} of ${formatValue(current.memoryBytes, 'bytes')}, should have ${formatValue(memory.target, 'bytes')}`;
  if (cpu !== null && current.cpu !== null && cpu.target / margin > saturated * current.cpu)
    return `uses ${formatValue(cpu.target / margin, 'cores')} of ${formatValue(current.cpu, 'cores')}, should have ${formatValue(cpu.target, 'cores')}`;
  return null;
}

function tooLarge({ cpu, memory, current }: Judged): string | null {
  // Both must have room: a replica that needs its memory is not made smaller for its idle CPU.
  const parts: string[] = [];
  if (memory !== null && current.memoryBytes !== null) {
    if (memory.upper >= current.memoryBytes * 0.7) return null;
    parts.push(`${formatValue(memory.target, 'bytes')} would do, has ${formatValue(current.memoryBytes, 'bytes')}`);
  }
  if (cpu !== null && current.cpu !== null) {
    if (cpu.upper >= current.cpu * 0.7) return null;
    parts.push(`${formatValue(cpu.target, 'cores')} would do, has ${formatValue(current.cpu, 'cores')}`);
  }
  return parts.length === 0 ? null : parts.join('; ');
}

function rangeOf(
  histogram: UsageHistogram,
  options: HistogramOptions,
  o: { current: number | null; least: number },
): SizeRange | null {
  const at = (q: number) => usagePercentile(histogram, q, options);
  const [lower, target, upper] = [at(0.5), at(0.9), at(0.95)];
  if (lower === null || target === null || upper === null) return null;
  const bound = (value: number) => {
    const wanted = Math.max(value * margin, o.least);
    return o.current === null ? wanted : Math.min(Math.max(wanted, o.current / mostChange), o.current * mostChange);
  };
  return { lower: bound(lower), target: bound(target), upper: bound(upper) };
}

function followPeak(state: SizeState, usage: { instanceId: string; memoryBytes: number }, now: number): void {
  const peak = state.peaks[usage.instanceId];
  if (peak === undefined) {
    if (Object.keys(state.peaks).length < mostPeaks)
      state.peaks[usage.instanceId] = { bytes: usage.memoryBytes, since: now };
    return;
  }
  peak.bytes = Math.max(peak.bytes, usage.memoryBytes);
}

function closePeak(state: SizeState, instanceId: string, now: number): void {
  addUsage(state.memory, { value: state.peaks[instanceId]!.bytes, at: now }, memoryOptions);
  delete state.peaks[instanceId];
}
