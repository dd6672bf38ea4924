import type { Capacity } from '../capacity.ts';
import type { ScalingConfig } from '../scaling-config.ts';
import { type KeptRehearsal, Rehearsal, type RehearsalSettings } from './rehearsal.ts';

// Which rehearsal goes with a pool as it is configured and known now. What replicas serve and how long they start is
// learned and moves a little all the time; the plants are set up anew only when it moved by more than a tenth.

/** Without an objective of its own a request may wait so long. */
const defaultWaitS = 10;
const tightWaitS = 2;

/** The longest wait that the pool's objectives tolerate, in seconds. */
export function toleratedWaitS(config: ScalingConfig): number {
  const latencies = config.objectives.filter((o) => o.signal.startsWith('latency')).map((o) => o.target);
  return Math.max(0.05, Math.min(defaultWaitS, ...latencies));
}

/** Jobs at least so long wait for a free worker, not for a moment's luck. */
const longJobS = 5;
const longestWaitS = 60;
/** Until the pool's mean arrivals are known. */
const firstWaitS = 60;
/** A queue may be longer than its target for one request in twenty where others may be late for one in two hundred. */
const queueShare = 10;

/** A pool of workers on a queue of long jobs: its length is the only objective. */
function isWorkerQueue(config: ScalingConfig, capacity: Capacity): boolean {
  const { objectives } = config;
  const isQueued = objectives.length > 0 && objectives.every((o) => o.signal === 'queue_length');
  // A capacity learned from the few jobs of a window is too high by luck: there the controller drains what piles up.
  return isQueued && capacity.source === 'configured' && 1 / capacity.perReplica >= longJobS;
}

/**
 * Whether candidates may lead at all. Where less than two seconds may be waited, a queue of the noise between arrivals
 * matters, which a fluid plant cannot show; where the objective is a queue's length, that is what sizes the pool, unless
 * its jobs are long; and a capacity that utilization only suggests is too weak a ground. There the controller's headroom
 * stays.
 */
function mayRehearse(config: ScalingConfig, capacity: Capacity | null): capacity is Capacity {
  return (
    capacity !== null &&
    capacity.source !== 'utilization' &&
    config.predictive !== 'off' &&
    toleratedWaitS(config) >= tightWaitS &&
    (isWorkerQueue(config, capacity) || !config.objectives.some((o) => o.signal === 'queue_length'))
  );
}

/** Little's law: a queue of the allowed length is waited through in length / arrivals, a job's own time at least. */
function queueWaitS(config: ScalingConfig, capacity: Capacity, meanRate: number | undefined): number {
  const allowed = Math.min(...config.objectives.map((o) => o.target));
  const wait = meanRate !== undefined && meanRate > 0 ? allowed / meanRate : firstWaitS;
  return Math.min(longestWaitS, Math.max(1 / capacity.perReplica, wait));
}

export function prepareRehearsal(
  last: Rehearsal | KeptRehearsal | null,
  o: { config: ScalingConfig; capacity: Capacity | null; startupMs: number },
): Rehearsal | null {
  const { config, capacity } = o;
  if (!mayRehearse(config, capacity)) return null;
  const isQueue = isWorkerQueue(config, capacity);
  // An order is given up to an interval after it was needed; the grid has counted one step of that.
  const startupS = Math.min(3_600, o.startupMs / 1_000 + Math.max(0, config.intervalMs / 1_000 - 10));
  const certainty = isQueue ? 1 : certaintyOf(startupS);
  const settings: RehearsalSettings = {
    perReplica: capacity.perReplica,
    startupS,
    toleratedWaitS: isQueue ? queueWaitS(config, capacity, meanRateOf(last)) : toleratedWaitS(config),
    minReplicas: Math.min(config.minReplicas, config.maxReplicas),
    maxReplicas: config.maxReplicas,
    aim: Math.min(0.25, config.policy.lateShare * (isQueue ? queueShare : certainty)),
    certainty,
  };
  if (!(last instanceof Rehearsal)) return new Rehearsal(settings, last ?? undefined);
  return isSame(last.settings, settings) ? last : new Rehearsal(settings, last.toJSON());
}

/**
 * What share of the allowed lateness is aimed at. The longer starting takes, the fewer and larger the episodes are in which
 * lateness comes: who aims at the limit is beyond it half of the time.
 */
function certaintyOf(startupS: number): number {
  return 1 / (1 + startupS / 600);
}

function meanRateOf(last: Rehearsal | KeptRehearsal | null): number | undefined {
  if (last === null) return undefined;
  if (last instanceof Rehearsal) return last.meanRate;
  return last.plants.time > 0 ? last.plants.arrived / last.plants.time : undefined;
}

function isSame(a: RehearsalSettings, b: RehearsalSettings): boolean {
  const near = (x: number, y: number): boolean => Math.abs(x - y) <= 0.1 * Math.max(x, y);
  return (
    near(a.perReplica, b.perReplica) &&
    near(a.startupS, b.startupS) &&
    Math.abs(a.toleratedWaitS - b.toleratedWaitS) <= 0.25 * a.toleratedWaitS &&
    a.minReplicas === b.minReplicas &&
    a.maxReplicas === b.maxReplicas &&
    a.aim === b.aim
  );
}
