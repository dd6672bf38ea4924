import type { DecisionPlan, PlanOption } from '@jaegis/model';
import { expect, test } from 'vitest';
import { alternativesOf } from './alternatives.ts';

const option = (replicas: number): PlanOption => ({
  name: `${replicas}`,
  replicas,
  lateShare: 0,
  shortShare: 0,
  efficiency: 1,
});
const plan = (chosen: number): DecisionPlan => ({
  workload: 'steady',
  chosen,
  // Not in the order of cost: the front is given as it was found.
  front: [5, 2, 4, 10].map(option),
  allowedLateShare: 0.005,
});
const shown = (chosen: number) =>
  alternativesOf(plan(chosen)).map((each) => [each.role, each.option.replicas, each.costChange]);

test('the chosen option stands between the next cheaper and the next dearer one', () => {
  expect(shown(2)).toEqual([
    ['cheaper', 2, -0.5],
    ['chosen', 4, 0],
    ['dearer', 5, 0.25],
  ]);
  expect(shown(1)).toEqual([
    ['chosen', 2, 0],
    ['dearer', 4, 1],
  ]);
  expect(shown(3)).toEqual([
    ['cheaper', 5, -0.5],
    ['chosen', 10, 0],
  ]);
  expect(shown(9)).toEqual([]);
});
