import { expect, test } from 'vitest';
import { trendOf } from './trend.ts';

test.each([
  [10, 5, 'rising'],
  [5, 10, 'falling'],
  [10, 10.5, 'steady'],
  [0, 0, 'steady'],
  [null, 5, 'unknown'],
  [5, null, 'unknown'],
  [Number.NaN, 5, 'unknown'],
] as const)('%s now, %s before: %s', (now, before, direction) =>
  expect(trendOf(now, before).direction).toBe(direction),
);

test('a change that does not matter is steady', () => expect(trendOf(0.004, 0.001, 0.005).direction).toBe('steady'));
