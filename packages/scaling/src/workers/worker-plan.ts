import type { DecisionPlan, PlanOption } from '@jaegis/model';
import { formatDuration } from '@jaegis/std';
import { frontOf } from '../rehearsal/front.ts';
import { jobViews } from './job-view.ts';
import { candidates, type WorkerPlants } from './worker-plants.ts';

// The Pareto front of a worker pool's candidates in cost and lateness, the leader among them, thinned out to a few.
/** Two options that differ less than this in cost are one. */
const sameCost = 0.03;

/** What a candidate does, in words: `the mean of 5m, highest of 15m, and 2 of its square roots`. */
export function describeWorkers(index: number): string {
  const { view, margin, drain } = candidates[index]!;
  const { memoryS, holdS } = jobViews[view]!;
  const held = holdS === 0 ? '' : `, highest of ${formatDuration(holdS * 1_000)}`;
  const roots = margin === 0 ? '' : `, ${margin > 0 ? 'and' : 'less'} ${Math.abs(margin)} of its square roots`;
  return `the mean of ${formatDuration(memoryS * 1_000)}${held}${roots}, queue drained at ${1 / drain}x`;
}

export function planOf(plants: WorkerPlants, o: { leader: number; allowed: number }): DecisionPlan {
  const shown = frontOf(plants, { leader: o.leader, sameCost });
  return {
    workload: 'batch',
    chosen: shown.indexOf(o.leader),
    front: shown.map((i) => optionOf(plants, i)),
    allowedLateShare: o.allowed,
  };
}

function optionOf(plants: WorkerPlants, i: number): PlanOption {
  const { arrived, time, settings } = plants;
  const short = (value: number): number => Number(value.toPrecision(4));
  return {
    name: describeWorkers(i),
    replicas: short(plants.paid[i]! / Math.max(time, 1e-9)),
    lateShare: short(plants.late[i]! / Math.max(arrived, 1e-9)),
    shortShare: short(plants.short[i]! / Math.max(time, 1e-9)),
    efficiency: short(Math.min(1, (arrived * settings.serviceS) / Math.max(plants.paid[i]!, 1e-9))),
  };
}
