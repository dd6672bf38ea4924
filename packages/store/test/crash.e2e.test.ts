import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRng } from '@jaegis/std';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, seriesCount, t0, valueAt } from './crash-writer.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jaegis-crash-'));
  // Node 20 does not run TypeScript.
  await build({
    entryPoints: ['crash-writer', 'mortal-worker'].map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the writer, kills it after so many milliseconds of writing, and gives the rounds it said were acknowledged. */
function writeAndKill(
  data: string,
  from: number,
  { afterMs, worker }: { afterMs: number; worker: string | undefined },
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const args = [join(folder, 'crash-writer.mjs'), data, String(from), ...(worker === undefined ? [] : [worker])];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, JAEGIS_CRASH_WRITER: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('exit', (_, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`the writer ended by itself:\n${output.slice(-500)}`));
      // What follows the last newline may be cut short.
      resolve(output.split('\n').slice(0, -1).map(Number));
    });
  });
}

test('kill -9 at any moment, also while blocks are cut and merged, loses nothing that was acknowledged', async () => {
  const rng = seededRng(42);
  const data = join(folder, 'data');
  const acknowledged = new Set<number>();
  let next = 0;
  let checkpoints = 0;
  const blocks = new Set<string>();
  for (let kill = 0; kill < 8; kill++) {
    // Every other time blocks are written in a thread, which has deaths of its own.
    const worker = kill % 2 === 0 ? undefined : join(folder, 'mortal-worker.mjs');
    const afterMs = worker === undefined ? rng.int(5, 600) : rng.int(500, 1_500);
    for (const round of await writeAndKill(data, next, { afterMs, worker })) acknowledged.add(round);
    const store = await openStore(data);
    const series = store.select([], -Infinity, Infinity);
    expect(series).toHaveLength(seriesCount);
    for (const { labels, timestamps, values } of series) {
      const found = new Map([...timestamps].map((time, i) => [time - t0, values[i]!]));
      const missing = [...acknowledged].filter((round) => found.get(round) !== valueAt(Number(labels['i']), round));
      expect(missing).toEqual([]);
    }
    expect(store.stats().blocks.damaged).toBe(0);
    for (const name of await readdir(data)) if (name.endsWith('.jgb')) blocks.add(name);
    // At most the torn end of one record.
    expect(store.stats().replay.damaged).toBeLessThanOrEqual(1 + kill);
    next = Math.max(...acknowledged) + 1_000;
    if (kill % 3 === 2) {
      await store.checkpoint();
      checkpoints += store.stats().checkpoints;
    }
    await store.close();
  }
  expect(acknowledged.size).toBeGreaterThan(100);
  expect(checkpoints).toBeGreaterThan(0);
  expect(blocks.size).toBeGreaterThan(2);
});

test('a thread that ends in the middle of its work costs nothing but the work', async () => {
  const data = join(folder, 'mortal');
  const rounds = 1_200;
  const store = await openStore(data, join(folder, 'mortal-worker.mjs'));
  const refs = Uint32Array.from(
    { length: seriesCount },
    (_, i) => store.resolve({ __name__: 'm', i: String(i) }, t0) as number,
  );
  for (let round = 0; round < rounds; round++) {
    const timestamps = new Float64Array(seriesCount).fill(t0 + round);
    const values = Float64Array.from({ length: seriesCount }, (_, i) => valueAt(i, round));
    await store.append({ refs, timestamps, values, length: seriesCount }, t0 + round);
    if (round % 200 === 199) await store.tidy(t0 + round);
  }
  // Each try may be lost too; what is due stays due.
  for (let tries = 0; tries < 20 && store.stats().storageError !== ''; tries++) await store.tidy(t0 + rounds);
  expect(store.stats()).toMatchObject({ storageError: '', blocks: { damaged: 0 } });
  expect(store.stats().blocks.cuts).toBeGreaterThan(3);
  for (const { labels, timestamps, values } of store.select([], -Infinity, Infinity)) {
    expect(timestamps).toHaveLength(rounds);
    expect(values.every((value, round) => value === valueAt(Number(labels['i']), round))).toBe(true);
  }
  const { count } = store.stats().blocks;
  await store.close();
  const names = await readdir(data);
  expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(names.filter((name) => name.startsWith('block-'))).toHaveLength(count);
});
