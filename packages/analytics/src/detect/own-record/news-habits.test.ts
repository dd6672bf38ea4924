import { expect, test } from 'vitest';
import { hasHabits, NewsHabits } from './news-habits.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Which of these, told one after the other, are habits. */
function said(...told: [at: number, ratio: number][]): boolean[] {
  const habits = new NewsHabits();
  return told.map(([at, ratio]) => habits.observe(at, ratio));
}

test('the third day at the same hour is a habit, and so are those after it', () => {
  expect(said([0, 2], [day, 2], [2 * day, 2], [3 * day + hour / 2, 2])).toEqual([false, false, true, true]);
});

test('a day may be missed, two may not', () => {
  expect(said([0, 2], [day, 2], [3 * day, 2])).toEqual([false, false, true]);
  expect(said([0, 2], [day, 2], [4 * day, 2])).toEqual([false, false, false]);
});

test('another hour of the day is news, and so is what is much louder', () => {
  expect(said([0, 2], [day, 2], [2 * day + 3 * hour, 2])[2]).toBe(false);
  expect(said([0, 2], [day, 2], [2 * day, 3])[2]).toBe(false);
});

test('several times on one day are one day', () => {
  expect(said([0, 2], [hour / 2, 2], [hour, 2], [day, 2])[3]).toBe(false);
});

test('rows an hour apart have no times of day to compare', () => {
  expect([60_000, 5 * 60_000, hour].map(hasHabits)).toEqual([true, true, false]);
});
