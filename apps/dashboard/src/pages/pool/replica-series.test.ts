import type { Decision } from '@jaegis/model';
import { expect, test, vi } from 'vitest';

vi.mock('uplot', () => ({ default: { paths: { stepped: () => () => null } } }));
vi.mock('../../chart/chart.tsx', () => ({ Chart: () => null }));
const { replicaSeries } = await import('./pool-replicas.tsx');
const { decisionMarks } = await import('./use-decision-marks.ts');

test('what was ordered stands on what is ready, and a gap stays a gap', () => {
  const found = [
    { labels: { state: 'ready' }, values: [2, null, 4] },
    { labels: { state: 'pending' }, values: [1, 1, null] },
  ];
  expect(replicaSeries(found).map((each) => [each.key, each.values])).toEqual([
    ['ready', [2, null, 4]],
    ['ordered', [3, null, 4]],
  ]);
});

test('only decisions that changed something inside the window are flags', () => {
  const decision = (id: string, at: number, from: number, to: number) =>
    ({ id, at, from, to, message: 'm', action: { state: 'ready' } }) as Decision;
  const marks = decisionMarks(
    [decision('a', 5, 1, 2), decision('b', 6, 2, 2), decision('c', 50, 2, 1), decision('d/e', 7, 3, 1)],
    { from: 0, to: 10 },
  );
  expect(marks.map((mark) => [mark.kind, mark.href])).toEqual([
    ['up', '/decisions/a'],
    ['down', '/decisions/d/e'],
  ]);
});
