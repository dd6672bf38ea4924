import { type Rng, seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { createRowVerdict } from '../member.ts';
import { ownRecord } from './own-record.ts';

// Kinds of series outside any benchmark, a minute apart: who is quiet on them, and what is still found.

const minuteMs = 60_000;
const rows = 4_000;
const known = 2_000;
const at = 3_400;
const start = Date.UTC(2024, 0, 1);

function alarmsOn(values: ArrayLike<number>): number[] {
  const run = ownRecord.start({ columns: ['a'], intervalMs: 0, trainRows: 0 });
  const verdict = createRowVerdict(1);
  return Array.from(values).flatMap((value, i) => {
    run.observe(start + i * minuteMs, Float64Array.of(value), verdict);
    return verdict.anomalous ? [i] : [];
  });
}

type Make = (rng: Rng) => (i: number) => number;

const bursts: Make = (rng) => () => (rng.next() < 0.02 ? 50 * (0.6 + 0.8 * rng.next()) : 1 + 0.3 * rng.normal());
const twoStates: Make = (rng) => {
  let isHigh = false;
  return () => {
    if (rng.next() < 0.02) isHigh = !isHigh;
    return (isHigh ? 50 : 10) + rng.normal();
  };
};
const counter: Make = (rng) => {
  let value = 0;
  return (i) => {
    value = i === 1_500 ? 0 : value + Math.max(0, 10 + 3 * rng.normal());
    return value;
  };
};
const walk: Make = (rng) => {
  let value = 100;
  return () => {
    value += rng.normal();
    return value;
  };
};
const noise: Make = (rng) => () => 50 + 2 * rng.normal();
const hourly: Make = (rng) => (i) => 10 + rng.normal() + (i % 60 < 5 ? 40 + 4 * rng.normal() : 0);

function made(make: Make, change: (i: number, value: number) => number = (_, value) => value, seed = 7): number[] {
  const next = make(seededRng(seed));
  return Array.from({ length: rows }, (_, i) => change(i, next(i)));
}

describe('no more than half of a percent of ordinary rows alarm, once 2,000 are known', () => {
  test.each<[string, Make]>([
    ['bursts, 2 % of all rows', bursts],
    ['two states', twoStates],
    ['a job every hour', hourly],
    ['a counter that restarts', counter],
    ['a random walk', walk],
    ['noise', noise],
  ])('%s', (_, make) => {
    const late = alarmsOn(made(make)).filter((i) => i >= known);
    expect(late.length).toBeLessThanOrEqual(0.005 * (rows - known) + 2);
  });
});

describe('is found', () => {
  const foundIn = (values: readonly number[], within: number) =>
    alarmsOn(values).filter((i) => i >= at && i < at + within).length;
  test('a burst five times as high as the usual ones', () => {
    expect(
      foundIn(
        made(bursts, (i, value) => (i === at ? 350 : value)),
        1,
      ),
    ).toBe(1);
  });
  test('a counter that stands still, and one that leaps', () => {
    let lost = 0;
    const still = made(counter);
    for (let i = at; i < rows; i++) {
      if (i < at + 60) lost = still[i]! - still[at - 1]!;
      still[i] = still[i]! - lost;
    }
    expect(foundIn(still, 60)).toBeGreaterThan(0);
    expect(
      foundIn(
        made(counter, (i, value) => (i >= at ? value + 60 : value)),
        1,
      ),
    ).toBe(1);
  });
  test('a leap of a random walk, and its return', () => {
    expect(
      foundIn(
        made(walk, (i, value) => (i === at ? value + 12 : value)),
        1,
      ),
    ).toBe(1);
  });
  test('a flat line in noise', () => {
    expect(
      foundIn(
        made(noise, (i, value) => (i >= at && i < at + 60 ? 51 : value)),
        60,
      ),
    ).toBeGreaterThan(0);
  });
});
