import type { Anomaly, Labels } from '@jaegis/model';
import { memoryMetadata } from '@jaegis/store';
import { MetadataBook, memoryDirectory, type StorageDirectory } from '@jaegis/tsdb';
import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { LearnedSeries } from './learned-series.ts';
import { ReceivedWatch } from './received-watch.ts';

const start = 1_700_000_000_000;
const second = 1_000;
const minute = 60 * second;

const series: readonly Labels[] = [{ __name__: 'queue_depth', instance: 'reader-1' }, { __name__: 'open_files' }];

/** A server's watch over two series, with refs of its own as after each start. */
async function life(directory: StorageDirectory, firstRef: number, now: number) {
  const told: Anomaly[] = [];
  const warnings: string[] = [];
  const metadata = memoryMetadata();
  const fleet = {
    clock: { now: () => start },
    store: { labelsOf: (ref: number) => series[ref - firstRef] },
    registry: { has: () => false, get: () => undefined },
    metricMetadata: new MetadataBook(10),
    breathe: async () => {},
  };
  const watch = new ReceivedWatch(
    fleet as unknown as Pick<Fleet, 'clock' | 'store' | 'registry' | 'metricMetadata' | 'breathe'>,
    {
      seriesLimit: 10,
      falseAlarmsPerAgentWeek: 0.5,
      tell: (changed) => told.push(...changed),
      learned: new LearnedSeries(directory, async () => {}),
    },
  );
  const log = { info() {}, debug() {}, error() {}, warn: (_: object, message: string) => warnings.push(message) };
  await watch.begin(metadata, log, now);
  const show = async (values: readonly number[], at: number) => {
    const length = values.length;
    const refs = Uint32Array.from({ length }, (_, i) => firstRef + i);
    watch.take({ refs, timestamps: new Float64Array(length).fill(at), values: Float64Array.from(values), length }, at);
    while (watch.stats().waiting > 0) await Promise.resolve();
  };
  return { watch, told, warnings, metadata, show };
}

async function warmedUp(directory: StorageDirectory) {
  const first = await life(directory, 1, start);
  for (let s = 0; s < 150; s++) await first.show([20 + (s % 3), 100 + (s % 5)], start + s * second);
  return first;
}

test('after a clean end a series is watched from its first sample on', async () => {
  const directory = memoryDirectory();
  const first = await warmedUp(directory);
  await first.watch.save(start + 150 * second);
  const next = await life(directory, 40, start + 160 * second);
  expect(next.watch.stats()).toMatchObject({ series: 2, awaited: 2, damaged: 0 });
  await next.show([21, 102], start + 161 * second);
  await next.show([900, 102], start + 162 * second);
  expect(next.told).toMatchObject([{ signal: 'queue_depth', value: 900 }]);
  expect(next.warnings).toEqual([]);
});

test('kill -9 costs what was learned since the last time; a write that was cut off costs nothing more', async () => {
  const directory = memoryDirectory();
  const first = await warmedUp(directory);
  await first.watch.keep(start);
  const before = await directory.read('received-series');
  await first.show([20, 100], start + 151 * second);
  await first.watch.keep(start + minute - 1);
  expect(await directory.read('received-series')).toEqual(before);
  await first.watch.keep(start + minute);
  expect(await directory.read('received-series')).not.toEqual(before);
  // The next write stops half way, as a kill leaves it.
  await directory.write('received-series.writing', new Uint8Array(100));
  const next = await life(directory.crash(), 40, start + 160 * second);
  expect(next.watch.stats()).toMatchObject({ awaited: 2, damaged: 0 });
  expect(next.warnings).toEqual([]);
});

test('a full disk keeps the file before, and the next time is whole again', async () => {
  const directory = memoryDirectory();
  const first = await warmedUp(directory);
  await first.watch.save(start + 150 * second);
  const before = await directory.read('received-series');
  directory.faults.roomBytes = 50;
  await expect(first.watch.save(start + 151 * second)).rejects.toThrow('ENOSPC');
  expect(await directory.read('received-series')).toEqual(before);
  directory.faults.roomBytes = Number.POSITIVE_INFINITY;
  await first.watch.save(start + 152 * second);
  expect(await directory.list()).toEqual(['received-series']);
});

test('a damaged file is said, counted, and costs the learning only', async () => {
  const directory = memoryDirectory();
  const first = await warmedUp(directory);
  await first.watch.save(start + 150 * second);
  directory.flipBit('received-series', 8 * 400);
  const next = await life(directory, 40, start + 160 * second);
  expect(next.watch.stats()).toMatchObject({ series: 0, damaged: 1 });
  expect(next.warnings).toEqual([
    'Cannot take back all that was learned of received series: a part holds what another version has learned, or is damaged; 1 damages in all, what they held is learned anew',
  ]);
  for (let s = 161; s < 300; s++) await next.show([20 + (s % 3), 100 + (s % 5)], start + s * second);
  await next.show([900, 102], start + 300 * second);
  expect(next.told).toHaveLength(1);
});
