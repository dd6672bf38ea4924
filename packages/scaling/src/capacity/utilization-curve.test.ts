import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { addToCurve, emptyCurve, servedAtFullUse } from './utilization-curve.ts';

/** Six hours, a look every 30 s, of a pool that uses `useAt(rate)`; its rate follows `rateAt(hour)`. */
function followed(useAt: (rate: number) => number, rateAt: (hour: number) => number, noise = 0.02): number | null {
  const random = seededRng(5);
  let curve = emptyCurve();
  for (let i = 1; i <= 720; i++) {
    const rate = rateAt(i / 120) * (1 + 0.03 * random.normal());
    const use = Math.min(1, Math.max(0, useAt(rate) * (1 + noise * random.normal())));
    curve = addToCurve(curve, { rate, use, pieces: rate * 60 }, i * 30_000);
  }
  return servedAtFullUse(curve);
}

const daily = (hour: number) => 30 + 15 * Math.sin(hour);

describe('what a replica would serve at full use', () => {
  test('one level of load: as if nothing were used at no work', () => {
    expect(
      followed(
        (rate) => rate / 100,
        () => 50,
      ),
    ).toBeCloseTo(100, -0.5);
    expect(servedAtFullUse(emptyCurve())).toBeNull();
  });

  test('what it burns without work is not counted as the cost of work', () => {
    // 20 % idle and 1 % a request: full at 80, where use over rate at the mean would say 60.
    expect(followed((rate) => 0.2 + rate / 100, daily)).toBeGreaterThan(75);
    expect(followed((rate) => 0.2 + rate / 100, daily)).toBeLessThan(85);
  });

  test('work that costs more the more there is of it: less than the straight line says', () => {
    // 0.5 % a request and 0.005 % times rate²: full at 100, where a line through the mean says 150.
    const found = followed((rate) => rate * 0.005 + rate * rate * 0.00005, daily, 0.005);
    expect(found).toBeGreaterThan(85);
    expect(found).toBeLessThan(120);
  });

  test('a load that varies by luck alone is one level of load', () => {
    const random = seededRng(7);
    let curve = emptyCurve();
    for (let i = 1; i <= 720; i++) {
      const pieces = Math.max(1, Math.round(9 + 3 * random.normal()));
      curve = addToCurve(curve, { rate: pieces / 30, use: 0.4 + 0.02 * random.normal(), pieces }, i * 30_000);
    }
    expect(servedAtFullUse(curve)).toBeGreaterThan(0.65);
    expect(servedAtFullUse(curve)).toBeLessThan(0.85);
  });

  test('a slower version is believed within hours', () => {
    const found = followed((rate) => rate / 100, daily);
    let curve = emptyCurve();
    for (let i = 1; i <= 1_440; i++) {
      const rate = daily(i / 120);
      curve = addToCurve(
        curve,
        { rate, use: Math.min(1, i < 720 ? rate / 100 : rate / 50), pieces: rate * 60 },
        i * 30_000,
      );
    }
    expect(found).toBeGreaterThan(95);
    expect(servedAtFullUse(curve)).toBeLessThan(65);
  });

  test('any use gives a rate above 0 or nothing', () => {
    const random = seededRng(11);
    for (let round = 0; round < 300; round++) {
      let curve = emptyCurve();
      for (let i = 1; i <= 100; i++) {
        const rate = random.exponential(10 ** random.int(-6, 13));
        curve = addToCurve(curve, { rate, use: random.next(), pieces: rate * 30 }, i * random.int(0, 60_000));
      }
      const found = servedAtFullUse(curve);
      expect(found === null || (Number.isFinite(found) && found > 0)).toBe(true);
    }
  });
});
