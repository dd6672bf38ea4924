import { signals as definitions, type SignalName } from '@jaegis/model';
import { formatValue, shortNumber } from '@jaegis/std';
import { balanceOf } from '../queue-balance.ts';
import { drainShare } from '../rehearsal/virtual-plants.ts';
import type { Objective } from '../scaling-config.ts';
import { hadBacklog } from './arrivals.ts';
import { growthLimit } from './demand-need.ts';
import { measuredReady, type Need, type NeedContext } from './need.ts';
import { expectedGrowth, smooth } from './smooth.ts';

/** How a signal answers to more replicas, which decides how an objective on it becomes a number of replicas. */
export type SignalKind = 'utilization' | 'work' | 'guard' | 'backlog';

const kinds: Partial<Record<SignalName, SignalKind>> = {
  cpu_utilization: 'utilization',
  memory_utilization: 'utilization',
  saturation: 'utilization',
  request_rate: 'work',
  throughput: 'work',
  in_flight: 'work',
  progress_rate: 'work',
  tokens_rate: 'work',
  network_bytes: 'work',
  disk_bytes: 'work',
  memory_bytes: 'work',
  cost_rate: 'work',
  queue_length: 'backlog',
};

/** Everything else (latency, errors) only says that something is wrong, not how many replicas would make it right. */
export const kindOf = (signal: SignalName): SignalKind => kinds[signal] ?? 'guard';

// Windows of utilization are about 10 s long, those of latency 30 s.
const utilizationSettleMs = 15_000;
const guardSettleMs = 30_000;

/** From here on a utilization may be that of a pool that was full for a part of its window, and says no more than that. */
const fullUtilization = 0.85;
/** So long after the last change of what serves, a pool that is still full needs more than was thought; and sooner once that was seen. */
const provenFullMs = 300_000;
const againFullMs = 60_000;

/**
 * HPA's rule: load in replicas = ready x value / target, from a filtered load. Says nothing where nothing is ready.
 * Full use is clipped: it tells a backlog that is worked off from a load without end only with time. Where arrivals are
 * counted (`known`: replicas for them at the policy's use) it asks for two fifths more than they need at most, until what serves was full for long.
 */
export function utilizationNeed(
  context: NeedContext,
  objective: Objective,
  o: { value: number; known: number | undefined },
): Need | undefined {
  const { value } = o;
  const ready = measuredReady(context, utilizationSettleMs);
  if (ready === 0) return undefined;
  const need = loadNeed(context, objective, {
    kind: 'utilization',
    load: ready * value,
    why: `${objective.signal} is ${show(objective.signal, value)} over ${ready} ready, wanted ${show(objective.signal, objective.target)}`,
  });
  if (need.replicas <= context.current) return need;
  const { snapshot, state, now, startupMs, current } = context;
  // Full use is right while a backlog is being worked off; more would only be given back.
  const slope = balanceOf(state.queue)?.slope;
  if (slope !== undefined && slope < 0)
    return { ...need, replicas: current, growth: 0, why: `${need.why}, and the queue shrinks` };
  if (hadBacklog(context))
    return { ...need, replicas: current, growth: 0, why: `${need.why}, as long as it speaks of a queue that is gone` };
  if (o.known === undefined || value < fullUtilization) return need;
  const most = (1 + drainShare) * o.known * Math.max(1, snapshot.config.policy.utilization / objective.target);
  const patienceMs = current > most ? againFullMs : Math.max(provenFullMs, startupMs);
  if (need.replicas <= most || now - state.ready.since >= patienceMs) return need;
  const why = `${need.why}, and no more than ${shortNumber(o.known)} needed for what arrives`;
  return { ...need, replicas: Math.max(current, most), growth: 0, why };
}

/** HPA's average value: the pool's total over what one replica should have. */
export function workNeed(context: NeedContext, objective: Objective, value: number): Need {
  const { signal, target } = objective;
  return loadNeed(context, objective, {
    kind: 'work',
    load: value,
    why: `${signal} is ${show(signal, value)} in all, wanted ${show(signal, target)} per replica`,
  });
}

function loadNeed(
  context: NeedContext,
  objective: Objective,
  o: { kind: 'utilization' | 'work'; load: number; why: string },
): Need {
  const key = `${o.kind}:${objective.signal}`;
  const filtered = smooth(context.smooth[key], o.load, context.now);
  context.smooth[key] = filtered;
  return {
    source: objective.signal,
    kind: o.kind,
    replicas: filtered.mean / objective.target,
    growth: expectedGrowth(filtered, context.startupMs + context.snapshot.config.intervalMs, growthLimit),
    why: o.why,
  };
}

/**
 * Latency and errors grow without measure near saturation, so their ratio is cut: at most twice what is ready, and
 * nothing more until what was ordered serves and its effect is visible. `known` is what measured load asks for: where
 * a pool is mostly idle, being slow has another cause, and replicas without end would not cure it.
 */
export function guardNeed(
  context: NeedContext,
  objective: Objective,
  o: { value: number; known: number | undefined },
): Need | undefined {
  const { signal, target } = objective;
  const { current, snapshot, now, state, startupMs } = context;
  const { ready, pending } = snapshot.replicas;
  const key = `guard:${signal}`;
  const filtered = smooth(context.smooth[key], o.value, now);
  context.smooth[key] = filtered;
  const lowerIsWorse = definitions[signal].sense === 'lower_is_worse';
  const ratio = lowerIsWorse ? target / Math.max(filtered.mean, 1e-9) : filtered.mean / target;
  if (ratio <= 0.8) return undefined;
  const stated = `${signal} is ${show(signal, filtered.mean)}, wanted ${lowerIsWorse ? 'at least' : 'at most'} ${show(signal, target)}`;
  const need = (replicas: number, why: string): Need => ({ source: signal, kind: 'guard', replicas, growth: 0, why });
  if (ratio <= 1) return need(current, `${stated}: too close to give any back`);
  if (pending > 0 || ready < current || now - state.ready.since < guardSettleMs) {
    return need(current, `${stated}; what was ordered last must show its effect first`);
  }
  // Work that piled up before is still being worked off: waiting is all it needs.
  const isFalling = (lowerIsWorse ? -filtered.slope : filtered.slope) * 30 < -0.1 * filtered.mean;
  const queueSlope = balanceOf(state.queue)?.slope;
  if (isFalling || (queueSlope !== undefined && queueSlope < 0)) return need(current, `${stated}, and getting better`);
  const asked = ready * Math.min(ratio, signal === 'error_rate' || signal === 'success_rate' ? 1.5 : 2);
  // What piled up is worked off with two fifths more; twice as many, where that was there for long and nothing gets better.
  const isProven = now - state.ready.since >= Math.max(provenFullMs, startupMs) && filtered.slope >= 0;
  const { known = Number.POSITIVE_INFINITY } = o;
  const most = isProven ? 2 * known + 1 : Math.max((1 + drainShare) * known, known + 1);
  if (o.known !== undefined && asked > most) {
    const bound = Math.max(current, most);
    return need(bound, `${stated}, but the load needs only ${shortNumber(o.known)}: look for another cause`);
  }
  return need(asked, stated);
}

function show(signal: SignalName, value: number): string {
  return formatValue(value, definitions[signal].unit);
}
