import type { Capacity } from '../capacity/capacity.ts';
import type { ScalingConfig } from '../scaling-config.ts';
import { type KeptRehearsal, Rehearsal, type RehearsalSettings } from './rehearsal.ts';

// Which rehearsal goes with a pool as it is configured and known now. What replicas serve and how long they start is
// learned and moves a little all the time; the plants are set up anew only when it moved by more than a tenth.

const tightWaitS = 2;

function latenciesOf(config: ScalingConfig): number[] {
  return config.objectives.filter((o) => o.signal.startsWith('latency')).map((o) => o.target);
}

/** The longest wait that the pool's objectives tolerate, in seconds. */
export function toleratedWaitS(config: ScalingConfig): number {
  return Math.max(0.05, Math.min(config.waitMs / 1_000, ...latenciesOf(config)));
}

/**
 * Why no candidate may lead, in words; `null` where one may. Where an objective allows less than two seconds, a queue of the noise between arrivals
 * matters, which a fluid plant cannot show; where the objective is a queue's length, that is what sizes the pool (for long
 * jobs see workers/); and a capacity that utilization only suggests is too weak a ground. There the controller's headroom
 * stays.
 */
export function notRehearsed(config: ScalingConfig, capacity: Capacity | null): string | null {
  if (capacity === null) return 'how much one replica serves is not known yet';
  if (capacity.source === 'utilization')
    return 'how much one replica serves is only concluded from how much of it is used';
  if (config.predictive === 'off') return 'predictive.mode is off';
  if (latenciesOf(config).some((target) => target < tightWaitS)) return 'its latency objective is under two seconds';
  if (config.objectives.some((o) => o.signal === 'queue_length')) return 'the length of its queue is an objective';
  return null;
}

export function prepareRehearsal(
  last: Rehearsal | KeptRehearsal | null,
  o: { config: ScalingConfig; capacity: Capacity | null; startupMs: number },
): Rehearsal | null {
  const { config, capacity } = o;
  if (capacity === null || notRehearsed(config, capacity) !== null) return null;
  // An order is given up to an interval after it was needed; the grid has counted one step of that.
  const startupS = Math.min(3_600, o.startupMs / 1_000 + Math.max(0, config.intervalMs / 1_000 - 10));
  const certainty = certaintyOf(startupS);
  const settings: RehearsalSettings = {
    perReplica: capacity.perReplica,
    startupS,
    toleratedWaitS: toleratedWaitS(config),
    minReplicas: Math.min(config.minReplicas, config.maxReplicas),
    maxReplicas: config.maxReplicas,
    aim: Math.min(0.25, config.policy.lateShare * certainty),
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
