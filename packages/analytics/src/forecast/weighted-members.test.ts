import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { describeForecaster } from '../conformance/describe-forecaster.ts';
import { series } from '../conformance/detector-run.ts';
import { trainNetwork } from './network/network-training.ts';
import { createForecaster, forecastMembers } from './weighted-members.ts';

describeForecaster('weighted-members', createForecaster);

const forecaster = createForecaster();

test('names the members that carry the forecast, with shares that add up to 1', () => {
  const values = series(200, (i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 20));
  const result = forecaster.forecast({ start: 0, stepMs: 60_000, values }, { horizon: 60, quantiles: [0.5] });
  expect(result.model).toContain('seasonal');
  expect(result.model).toContain('(period 20)');
  expect(Object.values(result.weights ?? {}).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 2);
});

test('tries a period that it is told', () => {
  const values = series(90, (i) => (i % 50 >= 40 ? 100 : 10));
  const options = { horizon: 60, quantiles: [], periods: [50] };
  const result = forecaster.forecast({ start: 0, stepMs: 60_000, values }, options);
  // Busy from 40 to 49 and, one period later, from 90: right where the forecast starts.
  expect(result.mean[5]).toBeGreaterThan(result.mean[30]! + 20);
});

test('uses yesterday at the same hour once a day and a quarter is known', () => {
  const hour = 3_600_000;
  const values = series(36, (i) => (i % 24 === 12 ? 100 : 10));
  const result = forecaster.forecast({ start: 0, stepMs: hour, values }, { horizon: 24, quantiles: [] });
  expect(result.mean.indexOf(Math.max(...result.mean))).toBe(0);
});

test('asks no sense of the caller: bad horizons and quantiles are put right', () => {
  const values = series(50, (i) => i % 5);
  const result = forecaster.forecast(
    { start: 0, stepMs: 60_000, values },
    { horizon: -3, quantiles: [0.9, 0.1, 0.9, 0, 1, Number.NaN] },
  );
  expect(result.mean).toHaveLength(1);
  expect(Object.keys(result.quantiles)).toEqual(['0.1', '0.9']);
});

test('runs one member alone, and says so where it cannot', () => {
  const values = series(200, (i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 24));
  const history = { start: 0, stepMs: 3_600_000, values };
  const options = { horizon: 30, quantiles: [0.5] };
  const naive = createForecaster({ member: 'seasonal-naive' }).forecast(history, options);
  expect(naive.model).toBe('seasonal-naive (period 24)');
  expect(naive.mean[7]).toBeCloseTo(values[200 - 24 + 7]!, 9);
  const short = { ...history, values: values.slice(0, 10) };
  const poor = createForecaster({ member: 'ar-long' }).forecast(short, options);
  expect(poor.model).toBe('persistence');
  expect(poor.note).toContain('ar-long cannot');
  expect(() => createForecaster({ member: 'crystal-ball' })).toThrow('must be one of persistence');
});

const wave = { start: 0, stepMs: 3_600_000, values: series(400, (i) => 5 + Math.sin(i / 4) + (i % 7)) };
const network = trainNetwork([wave], 3);

test('a network of many series is one of the members, up to as many steps as it knows', () => {
  const rng = seededRng(6);
  const values = series(600, (i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 24) + 9 * rng.normal());
  const history = { start: 0, stepMs: 3_600_000, values };
  const near = createForecaster({ network }).forecast(history, { horizon: 24, quantiles: [] });
  expect(near.weights?.['lstm']).toBeGreaterThan(0);
  const alone = createForecaster({ member: 'lstm', network }).forecast(history, { horizon: 24, quantiles: [] });
  expect(alone.weights).toEqual({ lstm: 1 });
  const none = createForecaster({ member: 'lstm' }).forecast(history, { horizon: 24, quantiles: [] });
  expect(none.note).toContain('no trained network');
});

for (const { name } of forecastMembers) {
  test(`${name} alone stays finite on odd histories`, () => {
    const rng = seededRng(5);
    const odd = [
      series(700, (i) => 10 + 5 * Math.sin((2 * Math.PI * i) / 24) + rng.normal()),
      series(400, (i) => (i % 24 < 3 ? Number.NaN : rng.next())),
      series(400, (i) => 1.05 ** i),
      series(300, (i) => (i % 50 === 0 ? 1e9 : 0)),
      series(400, (i) => (i < 200 ? 1 : -1e6) * rng.next()),
    ];
    for (const values of odd) {
      const history = { start: 0, stepMs: 3_600_000, values };
      const { mean } = createForecaster({ member: name, network }).forecast(history, { horizon: 200, quantiles: [] });
      expect(mean.every(Number.isFinite)).toBe(true);
      const known = values.filter((value) => Number.isFinite(value));
      const range = Math.max(...known) - Math.min(...known);
      expect(Math.max(...mean)).toBeLessThanOrEqual(Math.max(...known) + 2.001 * range);
    }
  });
}

test('a week that only the whole of a long history shows is forecast, at its step', () => {
  const dayMinutes = 1_440;
  const at = (i: number) =>
    (Math.floor(i / dayMinutes) % 7 >= 5 ? 0.4 : 1) * (100 + 60 * Math.sin((2 * Math.PI * i) / dayMinutes)) + (i % 5);
  const length = 21 * dayMinutes - 200;
  const values = Float64Array.from({ length }, (_, i) => (i % 97 === 0 ? Number.NaN : at(i)));
  const history = { start: 0, stepMs: 60_000, values };
  // The last value is of a Sunday evening; most of the next hours are a working day's.
  const { mean, weights, quantiles } = createForecaster().forecast(history, { horizon: 480, quantiles: [0.05, 0.95] });
  const error = mean.reduce((sum, each, h) => sum + Math.abs(each - at(length + h)), 0) / mean.length;
  const asYesterday = mean.reduce((sum, _, h) => sum + Math.abs(at(length + h - dayMinutes) - at(length + h)), 0) / 480;
  expect(error).toBeLessThan(0.25 * asYesterday);
  expect(Object.keys(weights!).some((name) => name.endsWith('-long'))).toBe(true);
  expect(quantiles['0.05']!.every((low, h) => low <= quantiles['0.95']![h]!)).toBe(true);
  const alone = createForecaster({ member: 'seasonal-naive-long' }).forecast(history, { horizon: 480, quantiles: [] });
  expect(alone.weights).toEqual({ 'seasonal-naive-long': 1 });
});
