import type { DecisionPlan, PlanOption, WorkloadClass } from '@jaegis/model';
import { describeCandidate } from './choose.ts';
import { frontOf } from './front.ts';
import { gridS } from './load-grid.ts';
import { views } from './load-view.ts';
import { marginForms, margins, type VirtualPlants } from './virtual-plants.ts';

// The Pareto front of the rehearsed candidates in cost and lateness, the leader always among them, thinned out to a few
// that differ: what the optimizer could have had instead. Availability (time short of capacity) and efficiency are told
// of each.
/** Two options that differ less than this in cost are one. */
const sameCost = 0.02;

export function planOf(
  plants: VirtualPlants,
  o: { leader: number; allowed: number; workload: WorkloadClass },
): DecisionPlan {
  const shown = frontOf(plants, { leader: o.leader, sameCost });
  return {
    workload: o.workload,
    chosen: shown.indexOf(o.leader),
    front: shown.map((i) => optionOf(plants, i)),
    allowedLateShare: o.allowed,
  };
}

function optionOf(plants: VirtualPlants, i: number): PlanOption {
  const { arrived, time, settings } = plants;
  const short = (value: number): number => Number(value.toPrecision(4));
  return {
    name: describeCandidate(i),
    replicas: short((plants.paid[i]! * gridS) / Math.max(time, 1e-9)),
    lateShare: short(plants.late[i]! / Math.max(arrived, 1e-9)),
    shortShare: short(plants.short[i]! / Math.max(time, 1e-9)),
    efficiency: short(Math.min(1, arrived / Math.max(plants.paid[i]! * gridS * settings.perReplica, 1e-9))),
  };
}

/** What kind of load it is: by how far the time of the week tells it, and by what leads. */
export function classify(o: { trust: number; leader: number; cap: number; mean: number }): WorkloadClass {
  if (o.trust >= 0.75) return 'periodic';
  const view = views[Math.floor(o.leader / (marginForms.length * margins.length))];
  const isJumpy = view !== undefined && (view.holdS > 0 || view.source === 'rhythm' || view.source === 'top');
  return isJumpy && o.cap > 4 * o.mean ? 'bursty' : 'steady';
}
