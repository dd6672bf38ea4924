import type { Load } from './load.ts';

// The simulated pool of the backtest (docs/reference/backtest.md says it in words): a fluid queue in fixed steps. At the
// start of a step: orders whose start-up time has passed become ready; the policy sees the step before and says how many
// it wants (ready + pending). More are ordered at once and serve after the start-up time; fewer takes those that are
// still starting first, newest first, then ready ones, which drain: they serve nothing new and are paid for one drain
// time more. Then the step runs: arrivals at an even rate, each ready replica works off `capacityRps`.

export interface PlantOptions {
  readonly startupS: number;
  readonly capacityRps: number;
  /** A request that waits longer violates. */
  readonly sloWaitS: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Paid after a ready replica was given back, in seconds. */
  readonly drainS: number;
}

/** What a policy sees at the start of a step. One object, reused for speed: copy what is to be kept. */
export interface Seen {
  step: number;
  /** Seconds since the start of the load. */
  nowS: number;
  /** Requests per second that arrived in the step before. */
  rateRps: number;
  /** How much of the ready capacity the step before used, 0..1. */
  utilization: number;
  queue: number;
  ready: number;
  pending: number;
  draining: number;
}

/** A policy under test. `size` gives how many it wants, ready and pending together. */
export interface Sizer {
  readonly name: string;
  size(seen: Seen): number;
  /** Why, for the record; may be left out. */
  readonly reason?: () => string;
}

/** What happened, one entry a step. `queue` is at the start of the step, before its arrivals. */
export interface PlantRecord {
  readonly load: Load;
  readonly options: PlantOptions;
  readonly desired: Float64Array;
  readonly ready: Float64Array;
  readonly pending: Float64Array;
  readonly draining: Float64Array;
  /** One longer than the others: the last entry is what was left at the end. */
  readonly queue: Float64Array;
  readonly served: Float64Array;
  readonly reasons: readonly string[];
}

/** Runs a policy over a load. The pool starts with as many ready replicas as the first step needs. */
export function runPlant(load: Load, sizer: Sizer, options: PlantOptions): PlantRecord {
  const { demand, stepS } = load;
  const { capacityRps, minReplicas, maxReplicas } = options;
  const size = demand.length;
  const record = {
    load,
    options,
    desired: new Float64Array(size),
    ready: new Float64Array(size),
    pending: new Float64Array(size),
    draining: new Float64Array(size),
    queue: new Float64Array(size + 1),
    served: new Float64Array(size),
  };
  const reasons: string[] = [];
  const startSteps = Math.max(0, Math.round(options.startupS / stepS));
  const drainSteps = Math.max(0, Math.round(options.drainS / stepS));
  const arriving = new Float64Array(size + startSteps + 1);
  const leaving = new Float64Array(size + drainSteps + 1);
  const clamp = (n: number): number => Math.min(maxReplicas, Math.max(minReplicas, Math.round(n)));
  let ready = clamp(Math.ceil(demand[0]! / capacityRps));
  let pending = 0;
  let draining = 0;
  let queue = 0;
  const seen: Seen = { step: 0, nowS: 0, rateRps: demand[0]!, utilization: 0, queue: 0, ready, pending, draining };
  seen.utilization = Math.min(1, demand[0]! / (ready * capacityRps));
  for (let k = 0; k < size; k++) {
    ready += arriving[k]!;
    pending -= arriving[k]!;
    draining -= leaving[k]!;
    seen.step = k;
    seen.nowS = k * stepS;
    seen.queue = queue;
    seen.ready = ready;
    seen.pending = pending;
    seen.draining = draining;
    const desired = clamp(sizer.size(seen));
    let difference = desired - ready - pending;
    if (difference > 0 && startSteps === 0) ready += difference;
    else if (difference > 0) {
      arriving[k + startSteps] = arriving[k + startSteps]! + difference;
      pending += difference;
    }
    for (let at = k + startSteps; difference < 0 && pending > 0 && at > k; at--) {
      const cancelled = Math.min(-difference, arriving[at]!);
      arriving[at] = arriving[at]! - cancelled;
      pending -= cancelled;
      difference += cancelled;
    }
    if (difference < 0) {
      ready += difference;
      draining -= difference;
      leaving[k + drainSteps] = leaving[k + drainSteps]! - difference;
      if (drainSteps === 0) draining += difference;
    }
    const room = ready * capacityRps * stepS;
    const work = queue + demand[k]! * stepS;
    const served = Math.min(work, room);
    record.desired[k] = desired;
    record.ready[k] = ready;
    record.pending[k] = pending;
    record.draining[k] = draining;
    record.queue[k] = queue;
    record.served[k] = served;
    if (sizer.reason !== undefined) reasons.push(sizer.reason());
    queue = work - served;
    if (queue < 1e-9) queue = 0;
    seen.rateRps = demand[k]!;
    seen.utilization = room > 0 ? served / room : 1;
  }
  record.queue[size] = queue;
  return { ...record, reasons };
}
