import { signalNames } from '@jaegis/model';
import { expect, test } from 'vitest';
import { evidentValue, signalRow, watchedValue } from './signal-row.ts';

test('every signal has a row of its own sense', () => {
  for (const name of signalNames) {
    const row = signalRow(name, { intervalMs: 5_000, now: 0 });
    expect(row.resolution).toBeGreaterThan(0);
    expect(row.spreadFloor).toBeGreaterThan(0);
  }
  expect(signalRow('success_rate', { intervalMs: 1, now: 0 })).toMatchObject({ sense: 'lower_is_worse', ceiling: 1 });
});

test.each([
  [1, 1, 0],
  [0.5, 2, 0],
  [2 / 3, 3, 0.08],
  [0.4, 60, 0.29],
  [0.5, 1_000, 0.473],
  [0, 10, 0],
])('an error rate of %d in %d requests is evident as %d', (rate, requests, shown) => {
  expect(evidentValue('error_rate', rate, requests)).toBeCloseTo(shown, 2);
  expect(evidentValue('success_rate', 1 - rate, requests)).toBeCloseTo(1 - shown, 2);
});

test('other signals, unknown requests and missing values pass', () => {
  expect(evidentValue('latency_p95', 0.4, 1)).toBe(0.4);
  expect(evidentValue('error_rate', 0.4, null)).toBe(0.4);
  expect(evidentValue('error_rate', Number.NaN, 10)).toBeNaN();
});

test('reads what to watch from signals', () => {
  const signals = { error_rate: { value: 0.5, at: 1 }, request_rate: { value: 0.1, at: 1 } };
  expect(watchedValue(signals, 'error_rate')).toBeLessThan(0.1);
  expect(watchedValue({ error_rate: signals.error_rate }, 'error_rate')).toBe(0.5);
  expect(watchedValue(signals, 'latency_p95')).toBeNaN();
});
