import type { Anomaly, Labels } from '@jaegis/model';
import { MetadataBook } from '@jaegis/tsdb';
import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { ReceivedWatch } from './received-watch.ts';

const start = 1_700_000_000_000;
const second = 1_000;

/** As much of a fleet as the watch reads; the series of place i has ref i + 1. */
function watching(series: readonly Labels[]) {
  const told: Anomaly[] = [];
  const metricMetadata = new MetadataBook(10);
  metricMetadata.add([{ name: 'bytes_sent', type: 'counter', help: '', unit: '' }]);
  const fleet = {
    clock: { now: () => start },
    store: { labelsOf: (ref: number) => series[ref - 1] },
    registry: { has: (id: string) => id === 'reader-1', get: () => ({ pool: 'reader' }) },
    metricMetadata,
    breathe: undefined,
  };
  const watch = new ReceivedWatch(
    fleet as unknown as Pick<Fleet, 'clock' | 'store' | 'registry' | 'metricMetadata' | 'breathe'>,
    {
      seriesLimit: 10,
      falseAlarmsPerAgentWeek: 0.5,
      tell: (changed) => told.push(...changed),
    },
  );
  let round = 0;
  const show = (values: readonly number[]) => {
    const at = start + round++ * second;
    const length = values.length;
    const refs = Uint32Array.from({ length }, (_, i) => i + 1);
    watch.take({ refs, timestamps: new Float64Array(length).fill(at), values: Float64Array.from(values), length }, at);
  };
  return { watch, told, show, round: () => round };
}

test('series from outside are known by their names: gauges, counters by name or metadata, agents by their labels', () => {
  const { watch, told, show, round } = watching([
    { __name__: 'queue_depth', instance: 'reader-1' },
    { __name__: 'requests_total', pool: 'writer' },
    { __name__: 'bytes_sent', job: 'planner' },
    { __name__: 'request_seconds_bucket', le: '1' },
  ]);
  for (let k = 0; k < 200; k++) show([50 + (k % 3), 40 * k, 700 * k, 90 * k]);
  expect(told).toEqual([]);
  expect(watch.stats().series).toBe(3);
  const k = round();
  show([500, 40 * k + 4_000, 700 * k + 70_000, 90 * k + 9_000]);
  expect(told.map(({ agent, pool, signal, value }) => ({ agent, pool, signal, value }))).toEqual([
    { agent: 'reader-1', pool: 'reader', signal: 'queue_depth', value: 500 },
    { agent: null, pool: 'writer', signal: 'requests_total', value: 4_040 },
    { agent: null, pool: 'planner', signal: 'bytes_sent', value: 70_700 },
  ]);
  expect(watch.open()).toHaveLength(3);
});
