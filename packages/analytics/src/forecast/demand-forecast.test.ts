import { expect, test } from 'vitest';
import { DemandForecast } from './demand-forecast.ts';
import type { ForecasterInParts, History } from './forecaster.ts';

const start = 1_700_000_000_000 - (1_700_000_000_000 % 300_000);

/** Says that what was last known stays, and keeps what it was shown. */
function recording(): { seen: History[]; forecaster: ForecasterInParts } {
  const seen: History[] = [];
  return {
    seen,
    forecaster: {
      begin: (history, { horizon, quantiles }) => {
        seen.push(history);
        const mean = Array.from({ length: horizon }, () => history.values.findLast(Number.isFinite) ?? 0);
        return () => ({ mean, quantiles: Object.fromEntries(quantiles.map((q) => [String(q), mean])), model: 'last' });
      },
    },
  };
}

test('values are averaged on a grid as wide as they are apart; what did not come is unknown', () => {
  const { seen, forecaster } = recording();
  const demand = new DemandForecast(forecaster);
  expect(demand.observe(start + 60_000, 5)).toBeNull();
  for (const [minute, value] of [
    [2, 10],
    [3, null],
    [6, 30],
    [8, 40],
  ] as const)
    demand.observe(start + minute * 60_000, value);
  demand.prepare();
  expect(seen.at(-1)).toEqual({
    start: start + 2 * 60_000,
    stepMs: 60_000,
    values: Float64Array.from([10, Number.NaN, Number.NaN, Number.NaN, 30, Number.NaN]),
  });
});

test('a forecast is made anew every two minutes, reaches twenty minutes and names its history', () => {
  const { seen, forecaster } = recording();
  const demand = new DemandForecast(forecaster);
  const all = Array.from({ length: 61 }, (_, i) => demand.observe(start + i * 10_000, 20 + i));
  expect(all[0]).toBeNull();
  expect(seen.length).toBe(5);
  expect(all.at(-1)).toMatchObject({ step: 15_000, points: seen.at(-1)?.values.length, model: 'last' });
  expect(all.at(-1)?.mean.length).toBe(80);
});

test('half of a forecast is worked after the value that it is due with, half after the next, whether asked for or not', () => {
  const wave = (i: number) => 50 + 20 * Math.sin(i / 9);
  const play = (betweenValues: (demand: DemandForecast) => void) => {
    const { seen, forecaster } = recording();
    const demand = new DemandForecast(forecaster);
    return Array.from({ length: 60 }, (_, i) => {
      const known = seen.length;
      const newest = demand.observe(start + i * 30_000, wave(i));
      const begunBefore = seen.length - known;
      betweenValues(demand);
      return { newest, begunBefore };
    });
  };
  const left = play(() => {});
  const prepared = play((demand) => {
    demand.prepare();
    demand.prepare();
  });
  expect(prepared.map(({ newest }) => newest)).toEqual(left.map(({ newest }) => newest));
  expect(prepared.every(({ begunBefore }) => begunBefore === 0)).toBe(true);
  const changes = left.flatMap(({ newest }, i) => (i > 0 && newest !== left[i - 1]!.newest ? [i] : []));
  const begun = left.flatMap(({ begunBefore }, i) => (begunBefore > 0 ? [i] : []));
  expect(changes.map((i) => i - 1)).toEqual(begun.slice(0, changes.length));
});

test('its trust is earned: a wave that is foreseen ends with more of it than it began with', () => {
  const demand = new DemandForecast();
  const trusts = Array.from({ length: 300 }, (_, m) => {
    return demand.observe(start + m * 60_000, 100 + 50 * Math.sin((2 * Math.PI * m) / 60))?.trust ?? 0;
  });
  expect(trusts[10]).toBeLessThan(0.6);
  expect(trusts.at(-1)).toBeGreaterThan(0.8);
});

test('clocks that go back, jump and stand still, and values that are none, never throw and forget nothing', () => {
  const { seen, forecaster } = recording();
  const demand = new DemandForecast(forecaster);
  for (let m = 0; m < 10; m++) demand.observe(start + m * 60_000, 10);
  demand.observe(start, 99);
  demand.observe(Number.NaN, 99);
  demand.observe(start + 9 * 60_000, Number.POSITIVE_INFINITY);
  demand.observe(start + 400 * 86_400_000, 50);
  const before = seen.length;
  expect(seen.every(({ values }) => values.every((value) => value === 10 || Number.isNaN(value)))).toBe(true);
  // More than a year without a value: nothing is said until there is one again.
  for (let m = 1; m < 4; m++) demand.observe(start + 400 * 86_400_000 + m * 60_000, 50);
  expect(seen.length).toBeGreaterThan(before);
  expect(seen.at(-1)?.values.length).toBe(1_920);
  expect(seen.at(-1)?.values.findLast(Number.isFinite)).toBe(50);
});
