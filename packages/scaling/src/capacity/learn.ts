import type { ReplicaCounts, SignalName, Signals } from '@jaegis/model';
import { followClock } from '../follow-clock.ts';
import { balanceOf, contradiction, handfulOf, observeQueue, sameRate } from '../queue-balance.ts';
import { readSignal } from '../read-signal.ts';
import type { CapacityState, ScalingState } from '../scaling-state.ts';
import { trackReady } from '../track-ready.ts';
import { followWorkload } from '../workload.ts';
import { noGainState, observeGain } from './gain.ts';
import { addStartUps, assumedStartUp } from './start-ups.ts';
import { addToCurve, servedAtFullUse } from './utilization-curve.ts';
import { type Newcomer, observeNewcomers } from './warm-up.ts';

// Capacity of one replica = work finished / ready replicas, where work waits or the processor is full: only then did
// they give all they have. An asymmetric average (an expectile) keeps to the high side of what was seen: up by 30 % of
// a better observation, down by 0.5 % of a worse one, so that a bad hour (a slow dependency, a warm-up) moves it little
// while a new, slower version is learned within the day. Without saturation, finished work only proves "at least so
// much", and use of the processor says how much more there is (utilization-curve.ts), or, where replicas say themselves how
// much of them is in use, mean work over mean saturation (of means, since one look at a gauge is luck). Bad at: a pool whose
// bottleneck is behind it.
const capacityUp = 0.3;
const capacityDown = 0.005;
/**
 * With so many pieces of work in a window half of the leaning to the high side is left, with a few none: one long job more
 * or less in half a minute is luck, and the luckiest window is no capacity.
 */
const halfLeaning = 20;
const windowS = 30;
const rareJobs = 3;
/** Until so many saturated observations an average is better than an extreme of few. */
const warmUpSamples = 6;
/** Windows of rates are 30 s long: earlier, they still speak of the old number of replicas. */
const settleMs = 30_000;
const fullUtilization = 0.95;
const mostlyUsed = 0.85;
const leastUtilization = 0.3;
/** Of mean saturation: looks, and looks times the share in use, before it tells anything; eight minutes of looks are remembered. */
const leastLooks = 12;
const leastUse = 1;
const useFade = 0.01;
const mostErrors = 0.1;

export interface Observation {
  readonly signals: Signals;
  readonly replicas: ReplicaCounts;
  /** Milliseconds from order to ready, of replicas that became ready since the last observation. */
  readonly startupsMs?: readonly number[];
  /** Replicas that became ready not long ago, as far as their pace can be told. */
  readonly newcomers?: readonly Newcomer[];
  /** Older signals are not learned from. */
  readonly staleAfterMs?: number;
}

/** Takes what was seen into what is known of a pool: capacity per replica, start-up time, the queue's balance. Pure. */
export function learn(last: ScalingState, observation: Observation, now: number): ScalingState {
  const { replicas, signals, staleAfterMs = 30_000 } = observation;
  let state = trackReady(followClock(last, now), replicas.ready, now);
  // A replica that was started anew warms up, though their number is what it was: its processor says nothing of its work.
  if ((observation.startupsMs ?? []).length > 0) state = { ...state, ready: { ...state.ready, since: now } };
  const read = (name: SignalName): number | undefined => {
    const reading = readSignal(signals, name, { now, staleAfterMs });
    return reading.ok ? reading.value : undefined;
  };
  state = { ...state, workload: followWorkload(state.workload, observation, now) };
  const queue = read('queue_length');
  if (queue !== undefined)
    state = { ...state, queue: observeQueue(state.queue, { queue, ready: replicas.ready, now }) };
  let capacity = learnStarts(state.capacity, observation);
  const isSettled = now - state.ready.since >= settleMs;
  const errors = read('error_rate') ?? 0;
  const counted = read('throughput');
  const cpu = read('cpu_utilization');
  const finished =
    counted ?? finishedFromQueue(state, { requestRate: read('request_rate'), queue, ready: replicas.ready, cpu });
  // Where few jobs end in a window, one in which none does is as good as any; elsewhere it is a standstill.
  const isRare = counted === 0 && (capacity.perReplica ?? 1) * replicas.ready * windowS < rareJobs;
  if (replicas.ready > 0 && isSettled && errors <= mostErrors && finished !== undefined && (finished > 0 || isRare)) {
    const each = finished / replicas.ready;
    const pieces = (finished * windowS) ** 2;
    const leaning = pieces / (pieces + halfLeaning ** 2);
    const waits = queue !== undefined && queue >= handfulOf(replicas.ready);
    const isSaturated = waits || (cpu ?? 0) >= fullUtilization;
    // Work may wait in the line of one while others idle (or all may wait for something else): with processors half
    // idle that says "at least so much", and nothing about less.
    const isAll = cpu === undefined || cpu >= mostlyUsed;
    const saturatedSince = isSaturated ? (capacity.saturatedSince ?? now) : null;
    if (saturatedSince !== capacity.saturatedSince) capacity = { ...capacity, saturatedSince };
    // The rate is an average: it speaks of saturation only when all of its window was saturated.
    const isWhole = saturatedSince !== null && now - saturatedSince >= settleMs;
    if (!waits) capacity = forgetGain(capacity);
    else if (isWhole && counted !== undefined)
      capacity = { ...capacity, gain: observeGain(capacity.gain, { ready: replicas.ready, finished: counted }, now) };
    // Once a capacity is known, saturation may have been concluded from it.
    const saturation = capacity.perReplica === null ? read('saturation') : undefined;
    const isCounted = counted !== undefined;
    if (isWhole || !isSaturated)
      capacity = learnCapacity(
        capacity,
        { each, isSaturated, isAll, isCounted, cpu, saturation, leaning, pieces: finished * windowS },
        now,
      );
  }
  return capacity === state.capacity ? state : { ...state, capacity };
}

function learnCapacity(
  capacity: CapacityState,
  seen: {
    each: number;
    isSaturated: boolean;
    isAll: boolean;
    isCounted: boolean;
    cpu: number | undefined;
    saturation: number | undefined;
    leaning: number;
    /** Of work, in a window. */
    pieces: number;
  },
  now: number,
): CapacityState {
  const { each } = seen;
  const { perReplica, samples } = capacity;
  if (seen.isSaturated) {
    const counted = capacity.counted + (seen.isCounted ? 1 : 0);
    if (perReplica === null) return { ...capacity, perReplica: each, samples: 1, counted };
    const down = samples < warmUpSamples ? 1 / (samples + 1) : capacityDown;
    if (each <= perReplica && !seen.isAll) return capacity;
    const gain = each > perReplica ? Math.max(down, capacityDown + (capacityUp - capacityDown) * seen.leaning) : down;
    return { ...capacity, perReplica: perReplica + gain * (each - perReplica), samples: samples + 1, counted };
  }
  if (perReplica !== null && each > perReplica) {
    return { ...capacity, perReplica: perReplica + capacityUp * seen.leaning * (each - perReplica) };
  }
  if (seen.saturation !== undefined) return learnUse(capacity, each, seen.saturation);
  if (seen.cpu === undefined || seen.cpu < leastUtilization) return capacity;
  const curve = addToCurve(capacity.curve, { rate: each, use: Math.min(1, seen.cpu), pieces: seen.pieces }, now);
  return { ...capacity, curve, byUtilization: servedAtFullUse(curve) };
}

function learnUse(capacity: CapacityState, each: number, saturation: number): CapacityState {
  const { done, busy, looks } = capacity.use;
  const gain = Math.max(useFade, 1 / (looks + 1));
  const use = {
    done: done + gain * (each - done),
    busy: busy + gain * (Math.min(1, saturation) - busy),
    looks: looks + 1,
  };
  const isEnough = use.looks >= leastLooks && use.busy * use.looks >= leastUse;
  return { ...capacity, use, byUtilization: isEnough ? use.done / use.busy : capacity.byUtilization };
}

/** Where nothing waits, what is finished is what arrives. */
function forgetGain(capacity: CapacityState): CapacityState {
  return capacity.gain.now === null ? capacity : { ...capacity, gain: noGainState };
}

/**
 * Work finished = arrivals - growth of the queue; the rate itself where nothing waits and processors have room, and where it is as
 * much as full processors do by what they did when they were not full: then answers are counted. Where that, or the queue alone
 * (two numbers of ready replicas), tells a capacity far from it, the rate is frozen or a part, and nothing is concluded.
 */
function finishedFromQueue(
  state: ScalingState,
  o: { requestRate: number | undefined; queue: number | undefined; ready: number; cpu: number | undefined },
): number | undefined {
  const { requestRate, queue = 0, ready, cpu } = o;
  if (requestRate === undefined) return undefined;
  const stretch = state.queue.at(-1);
  if (queue <= 0) return cpu !== undefined && cpu < mostlyUsed ? requestRate : undefined;
  if (stretch === undefined || stretch.toAt - stretch.fromAt < settleMs) return undefined;
  const slope = (stretch.toQueue - stretch.fromQueue) / ((stretch.toAt - stretch.fromAt) / 1_000);
  const each = (requestRate - slope) / ready;
  const byUse = (cpu ?? 0) >= fullUtilization ? state.capacity.byUtilization : null;
  if (byUse !== null && Math.abs(requestRate / ready - byUse) <= sameRate * byUse) return requestRate;
  const isContradicted = [balanceOf(state.queue)?.capacity ?? null, byUse].some(
    (other) => other !== null && Math.max(other / each, each / other) > contradiction,
  );
  return isContradicted ? undefined : requestRate - slope;
}

function learnStarts(capacity: CapacityState, { startupsMs = [], newcomers = [] }: Observation): CapacityState {
  const startUps = addStartUps(capacity.startUps, startupsMs);
  const warmUp = observeNewcomers(capacity.warmUp, newcomers);
  if (startUps === capacity.startUps && warmUp === capacity.warmUp) return capacity;
  return { ...capacity, startUps, startupMs: assumedStartUp(startUps), warmUp };
}
