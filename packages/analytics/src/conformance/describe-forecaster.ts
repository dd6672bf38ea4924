import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import type { Forecaster, ForecastResult } from '../forecast/forecaster.ts';
import { series } from './detector-run.ts';

type Skip = Readonly<Partial<Record<string, string>>>;
const quantiles = [0.01, 0.05, 0.5, 0.95, 0.99];
const minute = 60_000;

/** What every forecaster must hold to. `skip` names a test and the reason why it does not apply. */
export function describeForecaster(name: string, create: () => Forecaster, skip: Skip = {}): void {
  const check = (title: string, run: () => void) => {
    const reason = skip[title];
    if (reason === undefined) test(title, run);
    else test.skip(`${title} (${reason})`, run);
  };
  const forecast = (values: Float64Array, horizon = 60, stepMs = minute) =>
    create().forecast({ start: 0, stepMs, values }, { horizon, quantiles });

  describe(`forecaster ${name}`, () => {
    for (const [title, values, noted] of broken()) {
      check(`stays finite and ordered on ${title}${noted ? ', and says so' : ''}`, () => {
        const result = forecast(values);
        expectSound(result, 60);
        if (noted) expect(result.note).toBeTruthy();
      });
    }

    check('works from the first value on, with quantiles that are honestly wide', () => {
      const rng = seededRng(1);
      const values = series(12, () => 100 * Math.exp(0.2 * rng.normal()));
      for (let n = 1; n <= values.length; n++) {
        const result = forecast(values.slice(0, n));
        expectSound(result, 60);
        expect(result.quantiles['0.95']!.at(-1)!).toBeGreaterThan(1.05 * result.mean.at(-1)!);
        expect(result.quantiles['0.95']!.at(-1)!).toBeGreaterThanOrEqual(result.quantiles['0.95']![0]!);
      }
    });

    check('does not go below zero where the history never did', () => {
      const rng = seededRng(2);
      const values = series(200, () => Math.max(0, 3 * rng.normal()));
      expect(Math.min(...forecast(values).quantiles['0.01']!)).toBe(0);
    });

    check('goes below zero where the history did', () => {
      const rng = seededRng(3);
      expect(Math.min(...forecast(series(200, () => rng.normal())).quantiles['0.05']!)).toBeLessThan(-0.5);
    });

    check('picks up a day of ten minutes after two and a half of them', () => {
      const rng = seededRng(4);
      const truth = (i: number) => 50 + 30 * Math.sin((2 * Math.PI * i) / 10);
      const result = forecast(
        series(25, (i) => truth(i) + rng.normal()),
        20,
      );
      const error = result.mean.reduce((sum, each, h) => sum + Math.abs(each - truth(25 + h)), 0) / 20;
      expect(error).toBeLessThan(8);
    });

    check('picks up the same day at a step of five seconds', () => {
      const rng = seededRng(5);
      const truth = (i: number) => 50 + 30 * Math.sin((2 * Math.PI * i) / 120);
      const result = forecast(
        series(300, (i) => truth(i) + 2 * rng.normal()),
        120,
        5_000,
      );
      const error = result.mean.reduce((sum, each, h) => sum + Math.abs(each - truth(300 + h)), 0) / 120;
      expect(error).toBeLessThan(6);
    });

    check('is not much worse than persistence on a random walk', () => {
      const rng = seededRng(6);
      let own = 0;
      let naive = 0;
      for (let run = 0; run < 20; run++) {
        let level = 100;
        const walk = series(400, () => (level += rng.normal()));
        const result = forecast(walk.slice(0, 370), 30);
        for (let h = 0; h < 30; h++) {
          own += Math.abs(walk[370 + h]! - result.mean[h]!);
          naive += Math.abs(walk[370 + h]! - walk[369]!);
        }
      }
      expect(own / naive).toBeLessThan(1.12);
    });

    check('follows a level that shifted', () => {
      const rng = seededRng(7);
      const values = series(300, (i) => (i < 260 ? 20 : 160) + rng.normal());
      const result = forecast(values, 10);
      for (const each of result.mean) expect(each).toBeGreaterThan(120);
    });

    check('covers what it says it covers, about', () => {
      const rng = seededRng(8);
      const values = series(2_000, (i) => 100 + 20 * Math.sin((2 * Math.PI * i) / 40) + 5 * rng.normal());
      let inside = 0;
      let count = 0;
      for (let origin = 400; origin + 30 < values.length; origin += 40) {
        const result = forecast(values.slice(0, origin), 30);
        for (let h = 0; h < 30; h++) {
          const value = values[origin + h]!;
          if (value >= result.quantiles['0.05']![h]! && value <= result.quantiles['0.95']![h]!) inside++;
          count++;
        }
      }
      expect(inside / count).toBeGreaterThan(0.86);
      expect(inside / count).toBeLessThan(0.995);
    });

    check('gives the same answer to the same history', () => {
      const rng = seededRng(9);
      const values = series(300, () => rng.next());
      expect(forecast(values)).toEqual(forecast(values));
      expect(create().forecast({ start: 5, stepMs: minute, values }, { horizon: 60, quantiles: [0.5] }).mean).toEqual(
        forecast(values).mean,
      );
    });

    check('leaves the history as it was', () => {
      const values = series(100, (i) => (i === 50 ? Number.NaN : i));
      const before = values.slice();
      forecast(values);
      expect(values).toEqual(before);
    });
  });
}

function expectSound(result: ForecastResult, horizon: number): void {
  expect(result.mean).toHaveLength(horizon);
  expect(result.model).not.toBe('');
  expect(result.mean.every(Number.isFinite)).toBe(true);
  for (let k = 0; k < quantiles.length; k++) {
    const own = result.quantiles[String(quantiles[k])]!;
    expect(own).toHaveLength(horizon);
    expect(own.every(Number.isFinite)).toBe(true);
    const below = k === 0 ? undefined : result.quantiles[String(quantiles[k - 1])];
    if (below !== undefined) expect(own.every((each, h) => each >= below[h]!)).toBe(true);
  }
}

function broken(): readonly (readonly [title: string, values: Float64Array, noted: boolean])[] {
  const rng = seededRng(77);
  return [
    ['nothing', new Float64Array(0), true],
    ['all missing', series(100, () => Number.NaN), true],
    ['one value', series(1, () => 7), true],
    ['two values', series(2, (i) => i), true],
    ['a constant', series(200, () => 42), true],
    ['zeros', series(200, () => 0), true],
    ['infinities among values', series(200, (i) => (i % 7 === 0 ? Number.POSITIVE_INFINITY : i % 13)), false],
    ['1e300', series(200, () => 1e300 * (1 + rng.next())), false],
    ['plus and minus 1e300', series(200, (i) => (i % 2 === 0 ? 1e300 : -1e300)), false],
    ['one huge spike', series(200, (i) => (i === 120 ? 1e12 : 10 + rng.normal())), false],
    ['a huge last value', series(200, (i) => (i === 199 ? 1e200 : 10 + rng.normal())), false],
    ['1e-300', series(200, () => 1e-300 * rng.next()), false],
    ['a missing tail', series(200, (i) => (i > 180 ? Number.NaN : 10 + rng.normal())), true],
    ['mostly gaps', series(200, (i) => (i % 5 === 0 ? 10 + rng.normal() : Number.NaN)), true],
    ['a growing line', series(300, (i) => i), false],
    ['less than two periods', series(70, (i) => 10 + Math.sin(i / 8)), false],
  ];
}
