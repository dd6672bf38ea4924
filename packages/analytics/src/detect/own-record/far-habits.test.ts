import { expect, test } from 'vitest';
import { FarHabits } from './far-habits.ts';

const share = 0.006;

/** Shows a far value every so many rows, and says how many of the last ten were habits. */
function habitsOf(everyRows: number, distanceOf: (k: number) => number = () => 60): number {
  const habits = new FarHabits();
  const said: boolean[] = [];
  for (let row = 1; row <= 6_000; row++) {
    habits.pass();
    if (row % everyRows === 0) said.push(habits.observe(distanceOf(said.length), share));
  }
  return said.slice(-10).filter(Boolean).length;
}

test('what is far every fiftieth row is a habit, what is far every thousandth is none', () => {
  expect(habitsOf(50)).toBe(10);
  expect(habitsOf(1_000)).toBe(0);
});

test('what is farther than the usual far values by more than a third is none', () => {
  expect(habitsOf(50, (k) => (k === 119 ? 100 : 60))).toBe(9);
});

test('a habit that ended is forgotten, and a life of many rows keeps all finite', () => {
  const habits = new FarHabits();
  for (let row = 0; row < 6_000; row++) {
    habits.pass();
    if (row % 50 === 0) habits.observe(60, share);
  }
  for (let row = 0; row < 4_000_000; row++) habits.pass();
  expect(habits.observe(60, share)).toBe(false);
  for (let k = 0; k < 200; k++) habits.observe(60, share);
  expect(habits.observe(60, share)).toBe(true);
});
