import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
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
    entryPoints: [fileURLToPath(new URL('crash-writer.ts', import.meta.url))],
    outfile: join(folder, 'writer.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the writer, kills it after so many milliseconds of writing, and gives the rounds it said were acknowledged. */
function writeAndKill(data: string, from: number, afterMs: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, 'writer.mjs'), data, String(from)], {
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
  let blocks = 0;
  for (let kill = 0; kill < 8; kill++) {
    for (const round of await writeAndKill(data, next, rng.int(5, 400))) acknowledged.add(round);
    const store = await openStore(data);
    const series = store.select([], -Infinity, Infinity);
    expect(series).toHaveLength(seriesCount);
    for (const { labels, timestamps, values } of series) {
      const found = new Map([...timestamps].map((time, i) => [time - t0, values[i]!]));
      const missing = [...acknowledged].filter((round) => found.get(round) !== valueAt(Number(labels['i']), round));
      expect(missing).toEqual([]);
    }
    expect(store.stats().blocks.damaged).toBe(0);
    blocks = Math.max(blocks, store.stats().blocks.count);
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
  expect(blocks).toBeGreaterThan(2);
});
