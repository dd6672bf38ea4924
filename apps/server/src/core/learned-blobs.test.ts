import { memoryMetadata } from '@jaegis/store';
import { expect, test } from 'vitest';
import { loadLearned, saveLearned } from './learned-blobs.ts';

const learned = (fill: number, length = 600_000) => ({
  bytes: new Uint8Array(length).fill(fill),
  rows: { 'agent/latency_p95/ä': fill },
});

test('what was kept comes back, newest first', async () => {
  const metadata = memoryMetadata();
  expect(loadLearned(metadata, 'd')).toBeUndefined();
  for (const [fill, length] of [
    [1, 600_000],
    [2, 1_000_000],
    [3, 5],
  ] as const) {
    await saveLearned(metadata, 'd', learned(fill, length));
    const found = loadLearned(metadata, 'd')!;
    expect(found.rows).toEqual(learned(fill).rows);
    expect([found.bytes.length, found.bytes.at(-1)]).toEqual([length, fill]);
  }
});

test('a kill between two parts leaves what was kept before', async () => {
  const metadata = memoryMetadata();
  await saveLearned(metadata, 'd', learned(1));
  let turns = 0;
  const killed = saveLearned(metadata, 'd', learned(2), () => {
    if (++turns === 2) throw new Error('killed');
    return Promise.resolve();
  });
  await expect(killed).rejects.toThrow('killed');
  expect(loadLearned(metadata, 'd')!.bytes[0]).toBe(1);
});

test('what is damaged is as if it had never been', async () => {
  const metadata = memoryMetadata();
  await saveLearned(metadata, 'd', learned(1));
  metadata.setBlob('d/0/0', Uint8Array.of(255, 255, 255, 255, 1));
  expect(loadLearned(metadata, 'd')).toBeUndefined();
  metadata.setBlob('d/0/0', Uint8Array.of(0, 0));
  metadata.setState('d', { turn: 0, parts: 1 });
  expect(loadLearned(metadata, 'd')).toBeUndefined();
});
