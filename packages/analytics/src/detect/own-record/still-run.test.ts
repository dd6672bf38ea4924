import { expect, test } from 'vitest';
import { StillRun } from './still-run.ts';

const tellsOn = (values: readonly number[]): number[] => {
  const still = new StillRun();
  return values.flatMap((value, i) => (still.observe(value) ? [i] : []));
};
const moving = (rows: number) => Array.from({ length: rows }, (_, i) => i % 7);
const same = (rows: number, value = 3.5) => new Array<number>(rows).fill(value);

test('the tenth equal value of a series that always moves is told, once a run', () => {
  expect(tellsOn([...moving(100), ...same(60), ...moving(20)])).toEqual([109]);
});

test('the next run must be three times as long', () => {
  expect(tellsOn([...moving(100), ...same(12), ...moving(20), ...same(34)])).toEqual([109]);
  expect(tellsOn([...moving(100), ...same(12), ...moving(20), ...same(60)])).toEqual([109, 167]);
});

test('a constant, and a series that seldom changes, stand still by nature', () => {
  expect(tellsOn(same(2_000))).toEqual([]);
  expect(tellsOn(Array.from({ length: 20 }, (_, k) => same(50 + 40 * k, k)).flat())).toEqual([]);
});
