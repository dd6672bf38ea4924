import type { SignalName } from '@jaegis/model';
import { shortNumber } from '@jaegis/std';
import { type Reading, readSignal } from '../read-signal.ts';
import type { Objective } from '../scaling-config.ts';
import { workerNeed } from '../workers/worker-need.ts';
import { arrivalsOf } from './arrivals.ts';
import { backlogNeed } from './backlog-need.ts';
import { demandNeed } from './demand-need.ts';
import type { Loss, Need, NeedContext } from './need.ts';
import { guardNeed, kindOf, utilizationNeed, workNeed } from './objective-need.ts';
import { rehearsedNeed } from './rehearsed-need.ts';
import { doubt } from './smooth.ts';

export interface Needs {
  readonly needs: readonly Need[];
  /** Signals that should be there and are not usable. */
  readonly losses: readonly Loss[];
  /** How many signals could be read. */
  readonly usable: number;
  /** Signals seen so far, this time included. */
  readonly seen: readonly string[];
}

/** Used when the configuration names no objective and demand cannot tell: what the HPA's users start with. */
const defaultObjectives: readonly Objective[] = [
  { signal: 'cpu_utilization', target: 0.8, activation: null, waitMs: null },
];

/** Growth that lasts is followed, and what an hour needed is kept, in the first hour too, when no candidate leads yet. */
function atLeastRamp({ rehearsal, capacity }: NeedContext, need: Need | undefined): Need | undefined {
  if (rehearsal === null || capacity === null || need === undefined) return need;
  const { least, soon } = rehearsal;
  const replicas = least / capacity.perReplica;
  if (need.replicas * (1 + need.growth) >= replicas) return need;
  const grows =
    soon >= least
      ? ', and more and more do'
      : `, and ${shortNumber(least)}/s stay provided for, which the last hour needed`;
  return { ...need, replicas, growth: 0, why: need.why + grows };
}

/** Asks every source how many replicas it wants. Missing signals give a loss, never a need. */
export function readNeeds(context: NeedContext): Needs {
  const { snapshot, now, state } = context;
  const { config } = snapshot;
  const seen = new Set(state.seen);
  const needs: Need[] = [];
  const losses: Loss[] = [];
  let usable = 0;
  const add = (need: Need | undefined) => {
    if (need !== undefined) needs.push(need);
  };
  const read = (name: SignalName, isExpected: boolean, isNeeded = true): number | undefined => {
    const reading: Reading = readSignal(snapshot.signals, name, { now, staleAfterMs: config.staleAfterMs });
    if (!isNeeded) return reading.ok ? reading.value : undefined;
    if (reading.ok) {
      usable++;
      seen.add(name);
      return reading.value;
    }
    if (isExpected || seen.has(name) || reading.reason === 'InvalidData') {
      losses.push({ signal: name, reason: reading.reason, message: reading.message });
    }
    return undefined;
  };

  const objectives = config.objectives.filter((o) => o.target > 0 && Number.isFinite(o.target));
  const named = new Set<SignalName>(objectives.map((o) => o.signal));
  const requestRate = read('request_rate', context.capacity?.source === 'configured' && named.size === 0);
  const throughput = read('throughput', false, false);
  const queue = read('queue_length', named.has('queue_length'));
  const arrivals = arrivalsOf(context, { requestRate, throughput, queue });
  let rehearsed: Need | undefined;
  let measured: Need | undefined;
  if (requestRate !== undefined && arrivals !== undefined) {
    measured = demandNeed(context, arrivals);
    rehearsed = workerNeed(context, { arrivals: requestRate, queue }) ?? rehearsedNeed(context, { arrivals, queue });
    add(rehearsed ?? atLeastRamp(context, measured));
  }

  const chosen = objectives.length > 0 || needs.length > 0 ? objectives : defaultObjectives;
  const guards: Objective[] = [];
  for (const objective of chosen) {
    const kind = kindOf(objective.signal);
    if (kind === 'guard') guards.push(objective);
    if (kind !== 'utilization' && kind !== 'work') continue;
    // With nothing ready there is no utilization to be missed.
    if (kind === 'utilization' && snapshot.replicas.ready === 0) continue;
    const seenRate = requestRate === undefined ? undefined : arrivals;
    const value = objective.signal === 'request_rate' ? seenRate : read(objective.signal, objectives.length > 0);
    if (value === undefined) continue;
    const known = measured?.replicas;
    add(kind === 'work' ? workNeed(context, objective, value) : utilizationNeed(context, objective, { value, known }));
  }

  // Rehearsed demand has counted the queue already.
  if (queue !== undefined && rehearsed === undefined) {
    const allowed = objectives.find((o) => o.signal === 'queue_length')?.target;
    const oneSecond = Math.max(5, (context.capacity?.perReplica ?? 5) * snapshot.replicas.ready);
    // Once filtered, so that the scatter of a queue does not order and give back in turn.
    const kept = context.smooth['request_rate'];
    const steady = requestRate === undefined ? arrivals : kept?.mean;
    const said = requestRate === undefined ? '' : doubt(kept, requestRate);
    add(backlogNeed(context, { queue, target: allowed ?? oneSecond, arrivals: steady, doubt: said }));
  }

  const known = needs.length === 0 ? undefined : Math.max(...needs.map((n) => n.replicas));
  for (const objective of guards) {
    // Where nothing arrives there is no latency and no error to be measured: that is calm, not silence.
    if (requestRate === 0 || snapshot.replicas.ready === 0) continue;
    const value = read(objective.signal, true);
    if (value !== undefined) add(guardNeed(context, objective, { value, known }));
  }
  return { needs, losses, usable, seen: seen.size === state.seen.length ? state.seen : [...seen] };
}
