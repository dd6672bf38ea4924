import type { Forecast } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { demandData } from './demand-data.ts';

const forecast: Forecast = {
  series: {},
  madeAt: 0,
  step: 10_000,
  mean: [1, 2, 3, 4],
  quantiles: { '0.05': [0, 1, 2, 3], '0.5': [1, 2, 3, 4], '0.9': [2, 3, 4, 5] },
  model: 'm',
  trust: 1,
};
const input = {
  grid: { from: 0, to: 20_000, stepMs: 10_000 },
  demand: [5, null, 7],
  ready: [1, 2, null],
  capacityPerReplica: 10,
  forecast,
  quantileInUse: 0.9,
  futureMs: 3_600_000,
};

describe('the demand chart', () => {
  test('goes on into the future after the newest demand', () => {
    const { times, series } = demandData(input);
    expect(times).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
    expect(series.find((each) => each.key === 'demand')?.values).toEqual([5, null, 7, null, null]);
    expect(series.find((each) => each.key === 'p50')?.values).toEqual([null, null, 7, 3, 4]);
    expect(series.find((each) => each.key === 'used')?.values).toEqual([null, null, 7, 4, 5]);
  });
  test('capacity is replicas times what one carries, held into the future, unknown where they are', () => {
    expect(demandData(input).series.find((each) => each.key === 'capacity')?.values).toEqual([10, 20, null, 20, 20]);
  });
  test('without a forecast there is no band, without capacity no line', () => {
    const data = demandData({ ...input, forecast: undefined, capacityPerReplica: null });
    expect(data.bands).toEqual([]);
    expect(data.series.map((each) => each.key)).toEqual(['demand']);
  });
  test('a stretch of the past has no future', () => {
    expect(demandData({ ...input, futureMs: 0 }).times).toHaveLength(3);
  });
});
