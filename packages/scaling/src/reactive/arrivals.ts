import type { Capacity } from '../capacity/capacity.ts';
import { balanceOf, contradiction, handfulOf, sameRate } from '../queue-balance.ts';
import { readSignal } from '../read-signal.ts';
import type { QueueSegment, ScalingState } from '../scaling-state.ts';
import type { PoolSnapshot } from '../snapshot.ts';
import type { NeedContext } from './need.ts';

// Rates are averages over 30 s: so long after a change of the ready replicas they still mix two worlds.
const rateWindowMs = 30_000;
/** So long a rate that was seen to be of what is served is taken for that, and one of what arrives, which is seen beyond doubt. */
const keptKindMs = 600_000;
const keptDoorMs = 86_400_000;

/**
 * Work arriving each second. A request is often only measured when it is answered (a span comes at its end), so that
 * under overload the measured rate is what is served, and while a backlog is worked off it is far more than what
 * arrives. There the balance of the queue tells: arrivals = served + growth of the queue.
 */
export function arrivalsOf(
  context: NeedContext,
  o: { requestRate: number | undefined; throughput: number | undefined; queue: number | undefined },
): number | undefined {
  const { requestRate, throughput, queue } = o;
  const { ready } = context.snapshot.replicas;
  const handful = handfulOf(ready);
  if (queue === undefined) return requestRate;
  const balance = balanceOf(context.state.queue);
  if (requestRate === undefined) {
    if (queue <= handful) return undefined;
    const perReplica = context.capacity?.perReplica ?? balance?.capacity;
    if (perReplica === undefined || balance === undefined) return undefined;
    return Math.max(0, perReplica * balance.ready + balance.slope);
  }
  const kept = context.smooth['request_rate']?.mean ?? requestRate;
  // A queue that grows while less is said to arrive than is served contradicts it: the rate is frozen or counts a part,
  // or replicas are slower than believed. Either way that much more is needed.
  if (throughput === undefined) {
    const served = (context.capacity?.perReplica ?? 0) * ready;
    const isSettled = balance?.ready === ready;
    if (context.now - context.state.servedRateAt <= keptKindMs) {
      if (queue <= handful) return hadBacklog(context) ? Math.min(kept, requestRate) : requestRate;
      return isSettled ? Math.max(0, served + balance.slope) : kept;
    }
    if (queue <= handful || !isSettled) return requestRate;
    return balance.slope > 0 && served + balance.slope > contradiction * requestRate
      ? served + balance.slope
      : requestRate;
  }
  if (isAtTheDoor({ requestRate, throughput, slope: balance?.slope })) return requestRate;
  // What was just worked off is in the measured rate for as long as its window reaches.
  if (queue <= handful) return hadBacklog(context) ? Math.min(kept, requestRate) : requestRate;
  const isSettled = context.now - context.state.ready.since >= rateWindowMs && balance?.ready === ready;
  if (!isSettled || balance === undefined) return kept;
  return Math.max(0, requestRate + balance.slope);
}

/** Remembers when the request rate was last seen to be of what is served, and of what arrives. */
export function noteRateKind(
  state: ScalingState,
  snapshot: PoolSnapshot,
  o: { capacity: Capacity | null; now: number },
): ScalingState {
  const { config, signals, replicas } = snapshot;
  const reading = readSignal(signals, 'request_rate', { now: o.now, staleAfterMs: config.staleAfterMs });
  if (o.capacity === null || !reading.ok) return state;
  const seen = { requestRate: reading.value, perReplica: o.capacity.perReplica, ready: replicas.ready };
  const isSettled = o.now - state.ready.since >= rateWindowMs;
  if (isSettled && isDoorRate(state.queue, seen)) return { ...state, servedRateAt: 0, doorRateAt: o.now };
  if (state.doorRateAt > 0 && o.now - state.doorRateAt <= keptDoorMs) return state;
  return isServedRate(state.queue, seen) ? { ...state, servedRateAt: o.now } : state;
}

/**
 * Whether the rate is seen to be what is served, where nobody counts that apart: as much as replicas can, while the queue says that
 * more or less arrives. One that is counted where requests come in differs from it by just that.
 */
function isServedRate(
  queue: readonly QueueSegment[],
  o: { requestRate: number; perReplica: number; ready: number },
): boolean {
  const { requestRate, perReplica, ready } = o;
  const balance = balanceOf(queue);
  const served = perReplica * ready;
  if (balance?.ready !== ready || (queue.at(-1)?.toQueue ?? 0) <= handfulOf(ready)) return false;
  return Math.abs(requestRate - served) <= sameRate * served && Math.abs(balance.slope) > 2 * sameRate * served;
}

/** Whether the rate is seen to be counted where requests come in: nobody serves a tenth more than all that serves can. */
function isDoorRate(
  queue: readonly QueueSegment[],
  o: { requestRate: number; perReplica: number; ready: number },
): boolean {
  const { requestRate, perReplica, ready } = o;
  return (queue.at(-1)?.toQueue ?? 0) > handfulOf(ready) && requestRate > (1 + 2 * sameRate) * perReplica * ready;
}

/**
 * A rate that differs from what is served was measured where requests come in. Failed answers make it differ too: then it
 * is nearer to what is served than to what the queue says of arrivals.
 */
function isAtTheDoor(o: { requestRate: number; throughput: number; slope: number | undefined }): boolean {
  const { requestRate, throughput, slope = 0 } = o;
  const apart = Math.abs(requestRate - throughput);
  const isSame = apart <= sameRate * Math.max(requestRate, throughput);
  return !isSame && apart > Math.abs(requestRate - throughput - slope);
}

/** Who asks less often averages over longer. */
function windowOf({ snapshot }: NeedContext): number {
  return Math.max(rateWindowMs, 1.5 * snapshot.config.intervalMs);
}

/** No more than a handful waits, and more did within the window that rates and utilizations still average over. */
export function hadBacklog(context: NeedContext): boolean {
  const handful = handfulOf(context.snapshot.replicas.ready);
  const since = context.now - windowOf(context);
  if ((context.state.queue.at(-1)?.toQueue ?? 0) > handful) return false;
  return context.state.queue.some(({ fromAt, fromQueue, toAt, toQueue }) => {
    if (toAt < since) return false;
    const passed = Math.max(0, since - fromAt) / Math.max(1, toAt - fromAt);
    return Math.max(toQueue, fromQueue + passed * (toQueue - fromQueue)) > handful;
  });
}
