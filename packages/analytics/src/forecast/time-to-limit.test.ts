import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { timeToLimit } from './time-to-limit.ts';

const minute = 60_000;
const times = Array.from({ length: 120 }, (_, i) => i * minute);

test('a steady fill is full when a ruler says so, with a narrow range', () => {
  const found = timeToLimit(
    times,
    times.map((_, i) => 100 + i),
    1_000,
  )!;
  expect(found.at / minute).toBeCloseTo(900, 0);
  expect(found.earliest / minute).toBeCloseTo(900, 0);
  expect(found.latest! / minute).toBeCloseTo(900, 0);
  expect(found.perSecond).toBeCloseTo(1 / 60, 6);
});

test('a noisy fill has a range around the truth, most of the time', () => {
  let inside = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const rng = seededRng(seed);
    const { earliest, latest, at } = timeToLimit(
      times,
      times.map((_, i) => 100 + i + 15 * rng.normal()),
      1_000,
    )!;
    expect(earliest).toBeLessThanOrEqual(at);
    if (earliest <= 900 * minute && (latest === null || latest >= 900 * minute)) inside++;
  }
  expect(inside).toBeGreaterThan(28);
});

test('says nothing of what does not fill: level, falling, waves, noise, too few or broken readings', () => {
  const rng = seededRng(9);
  const shapes: ((i: number) => number)[] = [
    () => 5,
    (i) => 500 - i,
    (i) => 100 + 50 * Math.sin(i / 6),
    () => rng.normal(),
    (i) => (i < 112 ? Number.NaN : i),
    () => Number.POSITIVE_INFINITY,
  ];
  for (const shape of shapes)
    expect(
      timeToLimit(
        times,
        times.map((_, i) => shape(i)),
        1_000,
      ),
    ).toBeNull();
  expect(timeToLimit([], [], 1)).toBeNull();
  expect(
    timeToLimit(
      times.map(() => 7),
      times,
      1,
    ),
  ).toBeNull();
});

test('what is over its limit is full now', () => {
  const found = timeToLimit(
    times,
    times.map((_, i) => 2_000 + i),
    1_000,
  )!;
  expect(found.at).toBe(times.at(-1));
});
