import type { Decision } from '@jaegis/model';
import { expect, test } from 'vitest';
import { groupDecisions } from './decision-groups.ts';

const decision = (at: number, from: number, to: number, reason = 'Steady') =>
  ({ id: `d${at}`, at, from, to, reason }) as Decision;

test('the same again and again is one line; a change stands alone', () => {
  const groups = groupDecisions([
    decision(6, 2, 2),
    decision(5, 2, 2),
    decision(4, 1, 2, 'ScaledUp'),
    decision(3, 1, 2, 'ScaledUp'),
    decision(2, 1, 1),
    decision(1, 1, 1, 'NoData'),
  ]);
  expect(groups.map((group) => [group.decision.at, group.count, group.since])).toEqual([
    [6, 2, 5],
    [4, 1, 4],
    [3, 1, 3],
    [2, 1, 2],
    [1, 1, 1],
  ]);
});
