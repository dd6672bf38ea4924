import type { ScalingConfig } from '../scaling-config.ts';
import { fleetBrain } from './fleet-brain.ts';
import { fleetOracle, queueHpa } from './fleet-peers.ts';
import { type FleetOptions, type FleetRecord, type FleetSizer, runFleet } from './fleet-plant.ts';
import type { Jobs } from './jobs.ts';

// A policy against a recorded queue of jobs, beside the HPA on queue length with the target that turned out best and the
// oracle. Best is the cheapest with at most 5 % of the jobs late; where no target has that, the one with the lowest
// p95 wait. `dominatedBy` counts the targets of the whole sweep that beat the policy in wait and cost together.

export interface FleetRow {
  readonly policy: string;
  /** Jobs a worker; `null` where a policy has none. */
  readonly target: number | null;
  readonly isHindsight: boolean;
  readonly workerHours: number;
  readonly xOracle: number;
  readonly p50WaitS: number;
  readonly p95WaitS: number;
  readonly p99WaitS: number;
  /** Jobs that waited longer than the objective, per cent of all. */
  readonly latePercent: number;
  readonly scaleEventsPerHour: number;
}

export interface FleetBacktest {
  /** The policy under test first, the oracle last. */
  readonly rows: readonly FleetRow[];
  /** Targets of the HPA, waiting and all, that are no worse in p95 wait and in worker-hours and better in one. */
  readonly dominatedBy: number;
  /** Those that the policy beats so. */
  readonly dominates: number;
  readonly targets: number;
}

/** Share of jobs that may wait longer: p95. */
export const allowedLatePercent = 5;
const targets: readonly number[] = [
  0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 1.75, 2, 2.5, 3, 4, 5, 7, 10, 15, 20,
];

/** The same for a queue of jobs: the policy, the HPA at each of its targets, and the oracle. `sloWaitS` is in seconds. */
export function runFleetBacktest(
  jobs: Jobs,
  config: ScalingConfig,
  o: { fleet: FleetOptions; sloWaitS: number },
): FleetBacktest {
  const { fleet, sloWaitS } = o;
  const best = runFleet(jobs, fleetOracle(jobs, fleet), fleet);
  const row = (sizer: FleetSizer, record: FleetRecord, target: number | null = null): FleetRow => {
    const waits = record.waits.toSorted();
    const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))]!;
    return {
      policy: sizer.name,
      target,
      isHindsight: target !== null,
      workerHours: record.workerHours,
      xOracle: record.workerHours / best.workerHours,
      p50WaitS: at(0.5),
      p95WaitS: at(0.95),
      p99WaitS: at(0.99),
      latePercent: (100 * waits.filter((wait) => wait > sloWaitS).length) / waits.length,
      scaleEventsPerHour: record.changes / Math.max(record.hours, 1e-9),
    };
  };
  const brain = fleetBrain(config, jobs.startAt);
  const own = row(brain, runFleet(jobs, brain, fleet));
  const swept = (['waiting', 'all'] as const).map((counts) =>
    targets.map((target) =>
      row(queueHpa({ target, counts }), runFleet(jobs, queueHpa({ target, counts }), fleet), target),
    ),
  );
  const every = swept.flat();
  return {
    rows: [own, ...swept.map(bestOf), row(fleetOracle(jobs, fleet), best)],
    dominatedBy: every.filter((peer) => beats(peer, own)).length,
    dominates: every.filter((peer) => beats(own, peer)).length,
    targets: every.length,
  };
}

function bestOf(rows: readonly FleetRow[]): FleetRow {
  const met = rows.filter((row) => row.latePercent <= allowedLatePercent);
  return met.length > 0
    ? met.reduce((a, b) => (b.workerHours < a.workerHours ? b : a))
    : rows.reduce((a, b) => (b.p95WaitS < a.p95WaitS ? b : a));
}

function beats(a: FleetRow, b: FleetRow): boolean {
  const isNoWorse = a.p95WaitS <= b.p95WaitS && a.workerHours <= b.workerHours;
  return isNoWorse && (a.p95WaitS < b.p95WaitS || a.workerHours < b.workerHours);
}
