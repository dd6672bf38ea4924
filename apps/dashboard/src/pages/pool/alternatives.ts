import type { DecisionPlan, PlanOption } from '@jaegis/model';

export interface Alternative {
  readonly option: PlanOption;
  readonly role: 'cheaper' | 'chosen' | 'dearer';
  /** Against the chosen one: -0.06 is 6 % less. 0 for the chosen one itself. */
  readonly costChange: number;
}

/** Of a Pareto front the chosen option between its neighbours: what a little less money would cost, and what a little more would buy. */
export function alternativesOf({ front, chosen }: DecisionPlan): Alternative[] {
  const leader = front[chosen];
  if (leader === undefined) return [];
  const byCost = front.toSorted((a, b) => a.replicas - b.replicas);
  const place = byCost.indexOf(leader);
  const of = (option: PlanOption | undefined, role: Alternative['role']): Alternative[] =>
    option === undefined ? [] : [{ option, role, costChange: option.replicas / Math.max(leader.replicas, 1e-9) - 1 }];
  return [
    ...of(byCost[place - 1], 'cheaper'),
    { option: leader, role: 'chosen', costChange: 0 },
    ...of(byCost[place + 1], 'dearer'),
  ];
}
