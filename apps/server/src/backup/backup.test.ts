import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectory, openMetadata, openTelemetryLog } from '@jaegis/store';
import { MetricsStore } from '@jaegis/tsdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backUp, backUpStopped, type Progress, restore } from './backup.ts';
import { takeSnapshot } from './take-snapshot.ts';

const hour = 3_600_000;
const t0 = 1_700_006_400_000;
let root: string;
let dataDir: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'jaegis-backup-'));
  dataDir = join(root, 'data');
  dir = join(root, 'backups');
});

afterEach(() => rm(root, { recursive: true, force: true }));

const ignore = (): void => {};
const job = (from: string, at: number, keep = 100) => ({ from, to: dir, at, keep, onProgress: ignore });

async function openStore(folder: string): Promise<MetricsStore> {
  return MetricsStore.open({
    directory: await openDirectory(join(folder, 'metrics')),
    now: t0 + 10 * hour,
    seriesLimit: 100,
    seriesLimitPerGroup: 100,
    retentionMs: 1e12,
  });
}

async function append(store: MetricsStore, from: number, to: number): Promise<void> {
  const ref = store.resolve({ __name__: 'm' }, t0) as number;
  const length = to - from;
  const { accepted } = await store.append(
    {
      refs: new Uint32Array(length).fill(ref),
      timestamps: Float64Array.from({ length }, (_, i) => t0 + (from + i) * 60_000),
      values: Float64Array.from({ length }, (_, i) => from + i),
      length,
    },
    t0 + to * 60_000,
  );
  expect(accepted).toBe(length);
}

async function values(folder: string): Promise<number[]> {
  const store = await openStore(folder);
  const [series] = store.select([], -Infinity, Infinity);
  await store.close();
  return [...(series?.values ?? [])];
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('snapshots, backups, restore', () => {
  test('a snapshot is the data folder at one moment, while the store goes on', async () => {
    const store = await openStore(dataDir);
    openMetadata(join(dataDir, 'metadata.sqlite')).close();
    await append(store, 0, 300);
    await store.tidy(t0 + 5 * hour);
    await append(store, 300, 320);
    const name = await takeSnapshot({ dataDir, store, now: t0 });
    const twin = await takeSnapshot({ dataDir, store, now: t0 });
    expect(twin).not.toBe(name);
    await append(store, 320, 400);
    await store.tidy(t0 + 20 * hour);
    expect(await values(join(dataDir, 'snapshots', name))).toEqual(upTo(320));
    expect(await readdir(join(dataDir, 'snapshots', name))).toEqual([
      'detection',
      'metadata.sqlite',
      'metrics',
      'telemetry',
    ]);
    await store.close();
    expect(await values(dataDir)).toEqual(upTo(400));
  });

  test('a second backup copies only what is new, and each can be restored', async () => {
    let store = await openStore(dataDir);
    // A database that this process has open may lose its journal files in the middle of the listing.
    await writeFile(join(dataDir, 'metadata.sqlite'), 'any bytes');
    await (await openTelemetryLog(join(dataDir, 'telemetry'), { maxBytes: 1e6, segmentBytes: 1e5 })).close();
    await append(store, 0, 300);
    await store.tidy(t0 + 5 * hour);
    await store.close();
    const said: Progress[] = [];
    const first = await backUpStopped({ ...job(dataDir, t0), onProgress: (progress) => said.push(progress) });
    expect(said.at(-1)).toMatchObject({ files: first.files, filesTotal: first.files, bytes: first.bytes });
    expect(first.newFiles).toBe(first.files);
    store = await openStore(dataDir);
    await append(store, 300, 420);
    await store.close();
    const second = await backUp(job(dataDir, t0 + hour));
    expect(second.newFiles).toBeLessThan(second.files);
    expect(second.newBytes).toBeLessThan(second.bytes);
    for (const [at, samples] of [
      [t0, 300],
      [t0 + hour - 1, 300],
      [undefined, 420],
    ] as const) {
      const to = join(root, `restored-${at}`);
      await restore({ from: dir, to, at, onProgress: ignore });
      expect(await values(to)).toEqual(upTo(samples));
    }
  });

  test('a block that came under the same name from elsewhere is not taken for the known one', async () => {
    await mkdir(join(dataDir, 'metrics'), { recursive: true });
    const block = join(dataDir, 'metrics', 'block-0-0-1-00000001.jgb');
    await writeFile(block, `${'a'.repeat(9_000)}1`);
    await backUp(job(dataDir, 1_000));
    await writeFile(block, `${'b'.repeat(9_000)}2`);
    expect(await backUp(job(dataDir, 2_000))).toMatchObject({ newFiles: 1 });
  });

  test('old backups go, with the contents that only they had', async () => {
    await mkdir(dataDir);
    for (let n = 0; n < 4; n++) {
      await writeFile(join(dataDir, 'same'), 'always');
      await writeFile(join(dataDir, 'other'), `version ${n}`);
      await writeFile(join(dataDir, 'token'), `secret ${n}`);
      const { pruned } = await backUp(job(dataDir, 1_000 * (n + 1), 2));
      expect(pruned).toBe(n >= 2 ? 1 : 0);
    }
    const objects = (await readdir(join(dir, 'objects'), { recursive: true })).filter((name) => name.length > 2);
    expect(objects).toHaveLength(3);
    await restore({ from: dir, to: join(root, 'r'), at: undefined, onProgress: ignore });
    expect(await readFile(join(root, 'r', 'other'), 'utf8')).toBe('version 3');
    expect(await readdir(join(root, 'r'))).toEqual(['other', 'same']);
    await expect(restore({ from: dir, to: join(root, 'x'), at: 1_500, onProgress: ignore })).rejects.toThrow(
      'must not be before',
    );
  });

  test('what would lose or spoil data is refused in one line', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'a'), 'content');
    await expect(restore({ from: dir, to: join(root, 'r'), at: undefined, onProgress: ignore })).rejects.toThrow(
      'it holds no backup',
    );
    await backUp(job(dataDir, 1_000));
    await expect(restore({ from: dir, to: dataDir, at: undefined, onProgress: ignore })).rejects.toThrow(
      'must be empty',
    );
    const [part] = await readdir(join(dir, 'objects'));
    const [object] = await readdir(join(dir, 'objects', part!));
    await writeFile(join(dir, 'objects', part!, object!), 'damaged');
    await expect(restore({ from: dir, to: join(root, 'r'), at: undefined, onProgress: ignore })).rejects.toThrow(
      'is damaged',
    );
  });
});
