import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { createRowVerdict } from '../member.ts';
import { ownRecord } from './own-record.ts';
import { PatternMemory } from './pattern-memory.ts';
import { PointDeviation } from './point-deviation.ts';
import { Records } from './records.ts';
import { SeasonResidual } from './season-residual.ts';

const minute = 60_000;
const start = Date.UTC(2024, 0, 1);

function run(values: ArrayLike<number>, o: { stepMs?: number; atOf?: (i: number) => number } = {}) {
  const stepMs = o.stepMs ?? 5 * minute;
  const member = ownRecord.start({ columns: ['a'], intervalMs: 0, trainRows: 0 });
  const verdict = createRowVerdict(1);
  return Array.from(values, (value, i) => {
    member.observe(o.atOf?.(i) ?? start + i * stepMs, Float64Array.of(value), verdict);
    const { score, anomalous, expected, lower, upper } = verdict;
    return { score, anomalous, expected, lower, upper };
  });
}

const daily = (i: number) => 50 + 20 * Math.sin((2 * Math.PI * i) / 288);
function noisy(
  rows: number,
  change: (i: number, value: number) => number = (_, value) => value,
  seed = 1,
): Float64Array {
  const rng = seededRng(seed);
  return Float64Array.from({ length: rows }, (_, i) => change(i, daily(i) + rng.normal()));
}
const alarms = (seen: readonly { anomalous: boolean }[]) => seen.flatMap((each, i) => (each.anomalous ? [i] : []));

describe('its parts', () => {
  test('a residual forgets the day once it knows it', () => {
    const residual = new SeasonResidual({ periodMs: 86_400_000, bins: 24, rate: 0.03 });
    const size = (day: number) => {
      let sum = 0;
      for (let i = day * 288; i < (day + 1) * 288; i++) {
        residual.observe(start + i * 5 * minute, daily(i));
        sum += residual.sizes[0]! / 288;
      }
      return sum;
    };
    const first = size(0);
    for (let day = 1; day < 12; day++) size(day);
    expect(size(12)).toBeLessThan(first / 2.5);
    expect(Math.abs(residual.expectedAt(start + (13 * 288 + 72) * 5 * minute) - daily(72))).toBeLessThan(4);
  });

  test('a remembered shape is near, a new one is far, and the memory is bounded', () => {
    const memory = new PatternMemory(1, 8, 16);
    const saw = (i: number) => i % 12;
    let usual = 0;
    for (let i = 0; i < 600; i++) {
      memory.observe(saw(i));
      if (i > 500) usual = Math.max(usual, memory.distance);
    }
    for (let i = 600; i < 608; i++) memory.observe(11 - saw(i));
    expect(memory.distance).toBeGreaterThan(5 * usual + 5);
  });

  test('a ratio is silent at first, near 1 at the record, and lifts it only step by step', () => {
    const records = new Records([{ weight: 1, lift: 1.1 }]);
    const see = (size: number) => records.observe(Float64Array.of(size), Float64Array.of(100));
    for (let i = 0; i <= 150; i++) expect(see(1 + (i % 5))).toBe(0);
    expect(see(5)).toBeCloseTo(1, 1);
    expect(see(50)).toBeCloseTo(10, 0);
    expect(see(50)).toBeGreaterThan(8);
    for (let i = 0; i < 60; i++) see(50);
    expect(see(50)).toBeCloseTo(1, 1);
    expect(see(0)).toBe(0);
  });

  test('a distance is in usual distances, and rare ones on a quiet series are not infinite', () => {
    const point = new PointDeviation(0.5, { rough: 0.2, deviation: 0, size: 0 });
    const rng = seededRng(2);
    let most = 0;
    for (let i = 0; i < 500; i++) most = Math.max(most, point.observe(rng.normal()));
    expect(most).toBeLessThan(8);
    expect(point.observe(30)).toBeGreaterThan(15);
    const quiet = new PointDeviation(0.5, { rough: 0.2, deviation: 0, size: 0 });
    for (let i = 0; i < 2_000; i++) {
      const z = quiet.observe(i % 50 === 49 ? 1 : 0);
      if (i > 100) expect(z).toBeLessThan(100);
    }
  });
});

test('a spike, a shift and a flat line are found, each soon, on a series with a day', () => {
  const found = (change: (i: number, value: number) => number, within: number) => {
    const seen = run(noisy(3_000, change));
    expect(alarms(seen.slice(2_000, 2_000 + within)).length).toBeGreaterThan(0);
    expect(alarms(seen.slice(1_000, 2_000)).length).toBeLessThanOrEqual(3);
  };
  found((i, value) => (i === 2_000 ? value + 40 : value), 1);
  found((i, value) => (i >= 2_000 ? value + 25 : value), 3);
  found((i, value) => (i >= 2_000 && i < 2_288 ? 50 : value), 288);
});

test('news is told once, then rests', () => {
  const seen = run(noisy(3_000, (i, value) => (i >= 2_000 ? value + 25 : value)));
  expect(seen.slice(2_000, 2_060).filter(({ score }) => score >= 0.99)).toHaveLength(1);
});

test('what goes on keeps its evidence for hours on coarse data, for minutes on fine data', () => {
  const change = (i: number, value: number) => (i >= 2_000 && i < 2_012 ? value + 40 : value);
  const coarse = run(noisy(2_200, change));
  const fine = run(noisy(2_200, change), { stepMs: minute });
  expect(coarse[2_100]!.score).toBeGreaterThan(3 * coarse[1_900]!.score);
  expect(fine[2_011]!.score).toBeGreaterThan(1.5 * fine[2_100]!.score);
});

test('the unit of a series does not matter', () => {
  const values = noisy(1_500, (i, value) => (i === 1_200 ? value + 30 : value));
  const seen = run(values).map(({ score }) => score);
  for (const factor of [1e-6, 1e9]) {
    const scaled = run(values.map((value) => value * factor));
    for (let i = 0; i < seen.length; i++) expect(scaled[i]!.score).toBeCloseTo(seen[i]!, 6);
  }
});

test('missing is not zero: it is silent and changes nothing', () => {
  const values = noisy(1_000, (i, value) => (i >= 600 && i < 610 ? Number.NaN : value));
  const seen = run(values);
  expect(seen.slice(600, 610).every(({ score, anomalous }) => score === 0 && !anomalous)).toBe(true);
  expect(alarms(seen.slice(600, 640))).toEqual([]);
  const zero = run(values.map((value) => (Number.isNaN(value) ? 0 : value)));
  expect(alarms(zero.slice(600, 610)).length).toBeGreaterThan(0);
});

describe('bad input is no storm', () => {
  const rng = seededRng(5);
  const of = (value: (i: number) => number) => Float64Array.from({ length: 1_000 }, (_, i) => value(i));
  test.each<[string, Float64Array, number]>([
    ['nothing known', of(() => Number.NaN), 0],
    ['a constant', of(() => 42), 0],
    ['zeros', of(() => 0), 0],
    ['one value', Float64Array.of(3), 0],
    ['1e300', of((i) => (i % 100 === 99 ? 1e300 : 1e300 * (1 + 0.01 * rng.normal()))), 4],
    ['plus and minus 1e300', of((i) => (i % 2 === 0 ? 1e300 : -1e300)), 2],
    ['one 1e300', of((i) => (i === 500 ? 1e300 : 10 + rng.normal())), 6],
    ['infinities', of((i) => (i % 3 === 0 ? Number.POSITIVE_INFINITY : i % 3 === 1 ? Number.NEGATIVE_INFINITY : 5)), 0],
    ['tiny values', of(() => 1e-300 * (1 + rng.next())), 4],
    ['a counter that restarts', of((i) => (i % 400) * 7), 6],
    ['values that appear and vanish', of((i) => (Math.floor(i / 50) % 2 === 0 ? Number.NaN : 10 + rng.normal())), 4],
  ])('%s', (_, values, most) => {
    const seen = run(values);
    expect(alarms(seen).length).toBeLessThanOrEqual(most);
    for (const each of seen) {
      expect(each.score).toBeGreaterThanOrEqual(0);
      expect(each.score).toBeLessThanOrEqual(1);
      for (const value of [each.expected, each.lower, each.upper])
        expect(Math.abs(value)).not.toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('a clock that goes back and jumps ahead, and 1 s data that turn into 5 min data', () => {
    const values = of(() => 10 + rng.normal());
    const jumping = (i: number) =>
      start + i * minute + (i >= 300 && i < 400 ? -3_600_000 : 0) + (i >= 600 ? 86_400_000 : 0);
    expect(alarms(run(values, { atOf: jumping })).length).toBeLessThanOrEqual(4);
    const slowing = (i: number) => start + (i < 500 ? i * 1_000 : 500_000 + (i - 500) * 300_000);
    expect(alarms(run(values, { atOf: slowing })).length).toBeLessThanOrEqual(4);
  });
});
