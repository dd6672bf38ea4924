import { expect, test } from 'vitest';
import { describeForecaster } from '../conformance/describe-forecaster.ts';
import { series } from '../conformance/detector-run.ts';
import { createForecaster } from './weighted-members.ts';

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
