import type { Capacity } from '../capacity/capacity.ts';
import type { ScalingConfig } from '../scaling-config.ts';
import { type KeptWorkers, WorkerRehearsal, type WorkerRehearsalSettings } from './worker-rehearsal.ts';

// Which rehearsal goes with a pool of workers as it is configured and known now: jobs of 5 s and more, one at a time, a
// queue its only objective. The plants are set up anew only when something moved by more than it wobbles.

/** Jobs at least so long wait for a free worker, not for a moment's luck. */
const longJobS = 5;
/** Without a wait of its own a queue of the target's length is waited through, but no longer than this. */
const longestWaitS = 60;
/** A job may wait longer in one of twenty, a request be late in one of two hundred. */
const queueShare = 10;
/** Of the allowed wait: jobs of different length and the step between two looks take the rest. */
const aimedShare = 2 / 3;

export function prepareWorkers(
  last: WorkerRehearsal | KeptWorkers | null,
  o: { config: ScalingConfig; capacity: Capacity | null; startupMs: number },
): WorkerRehearsal | null {
  const { config, capacity } = o;
  const { objectives } = config;
  const isQueue = objectives.length > 0 && objectives.every((each) => each.signal === 'queue_length');
  // One that was only learned, from the few jobs of a window, is too high by luck: there the controller drains what piles
  // up. A configured one that was corrected from many is sound.
  const isSound = capacity !== null && config.capacityPerReplica !== null;
  if (!isQueue || !isSound || config.predictive === 'off') return null;
  const serviceS = 1 / capacity.perReplica;
  if (serviceS < longJobS) return null;
  const allowedS = allowedWaitS(config, serviceS, meanRateOf(last));
  const settings: WorkerRehearsalSettings = {
    serviceS,
    startupS: Math.min(3_600, o.startupMs / 1_000 + Math.max(0, config.intervalMs / 1_000 - 10)),
    allowedS,
    waitS: aimedShare * allowedS,
    minReplicas: Math.min(config.minReplicas, config.maxReplicas),
    maxReplicas: config.maxReplicas,
    aim: Math.min(0.25, config.policy.lateShare * queueShare),
  };
  if (!(last instanceof WorkerRehearsal)) return new WorkerRehearsal(settings, last ?? undefined);
  return isSame(last.settings, settings) ? last : new WorkerRehearsal(settings, last.toJSON());
}

/** What was written, or by Little's law: a queue of the allowed length is waited through in length / arrivals. */
function allowedWaitS({ objectives }: ScalingConfig, serviceS: number, meanRate: number | undefined): number {
  const written = objectives.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs / 1_000]));
  if (written.length > 0) return Math.max(1, Math.min(...written));
  const wait =
    meanRate !== undefined && meanRate > 0 ? Math.min(...objectives.map((o) => o.target)) / meanRate : longestWaitS;
  return Math.min(longestWaitS, Math.max(serviceS, wait));
}

function meanRateOf(last: WorkerRehearsal | KeptWorkers | null): number | undefined {
  return last === null || !(last.plants.time > 0) ? undefined : last.plants.arrived / last.plants.time;
}

function isSame(a: WorkerRehearsalSettings, b: WorkerRehearsalSettings): boolean {
  const near = (x: number, y: number, share: number): boolean => Math.abs(x - y) <= share * Math.max(x, y);
  return (
    near(a.serviceS, b.serviceS, 0.1) &&
    near(a.startupS, b.startupS, 0.1) &&
    near(a.allowedS, b.allowedS, 0.2) &&
    a.minReplicas === b.minReplicas &&
    a.maxReplicas === b.maxReplicas &&
    a.aim === b.aim
  );
}
