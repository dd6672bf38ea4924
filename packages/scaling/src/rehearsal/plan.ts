import type { DecisionPlan, PlanOption, WorkloadClass } from '@jaegis/model';
import { describeCandidate } from './choose.ts';
import { gridS, views } from './load-view.ts';
import { candidateCount, marginForms, margins, type VirtualPlants } from './virtual-plants.ts';

// The Pareto front of the rehearsed candidates in cost and lateness, the leader always among them, thinned out to a few
// that differ: what the optimizer could have had instead. Availability (time short of capacity) and efficiency are told
// of each.
const mostShown = 7;
/** Two options that differ less than this in cost are one. */
const sameCost = 0.02;

export function planOf(
  plants: VirtualPlants,
  o: { leader: number; allowed: number; workload: WorkloadClass },
): DecisionPlan {
  const order = Array.from({ length: candidateCount }, (_, i) => i).sort(
    (a, b) => plants.paid[a]! - plants.paid[b]! || plants.late[a]! - plants.late[b]!,
  );
  const front: number[] = [];
  let leastLate = Number.POSITIVE_INFINITY;
  for (const i of order) {
    const isNew = front.length === 0 || plants.paid[i]! > plants.paid[front.at(-1)!]! * (1 + sameCost);
    if (i === o.leader) {
      if (!isNew && front.length > 0) front.pop();
      front.push(i);
      leastLate = Math.min(leastLate, plants.late[i]!);
    } else if (plants.late[i]! < leastLate && isNew) {
      front.push(i);
      leastLate = plants.late[i]!;
    }
  }
  const place = front.indexOf(o.leader);
  const first = Math.max(0, Math.min(place - (mostShown >> 1), front.length - mostShown));
  const shown = front.slice(first, first + mostShown);
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
