import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Labels } from '@jaegis/model';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { Spool } from './spool.ts';
import { type SpoolPosition, SpoolReader } from './spool-reader.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jaegis-spool-'));
  folders.push(folder);
  return folder;
}

const labelsOf = (ref: number): Labels => ({ __name__: 'm', ref: `${ref}`, text: `é${ref}"` });

function batchOf(samples: readonly (readonly [ref: number, at: number, value: number])[]) {
  return {
    refs: Uint32Array.from(samples, ([ref]) => ref),
    timestamps: Float64Array.from(samples, ([, at]) => at),
    values: Float64Array.from(samples, ([, , value]) => value),
    length: samples.length,
  };
}

/** Everything from a position on, as `ref at value`. */
async function readAll(
  spool: Spool,
  from: SpoolPosition = { segment: 0, offset: 0 },
): Promise<{ lines: string[]; end: SpoolPosition }> {
  const reader = new SpoolReader(spool, from);
  const lines: string[] = [];
  for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
    const { series, samples } = record;
    for (let i = 0; i < samples.length; i++)
      lines.push(`${series[samples.series[i]!]!['ref']} ${samples.timestamps[i]} ${samples.values[i]}`);
  }
  await reader.close();
  return { lines, end: reader.position };
}

test('gives back what was written, over segments and restarts, from any record on', async () => {
  const sample = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -5, max: 2_000_000_000_000 }), fc.double());
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(sample, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 25 }),
      // Nothing in memory, a record or two, all.
      fc.constantFrom(0, 600, 1e6),
      async (batches, recentBytes) => {
        const folder = await newFolder();
        const options = { folder, maxBytes: 20_000, segmentBytes: 300, labelsOf, recentBytes };
        let spool = await Spool.open(options);
        const half = Math.floor(batches.length / 2);
        await Promise.all(batches.slice(0, half).map((batch) => spool.append(batchOf(batch), () => false)));
        const { lines: before, end } = await readAll(spool);
        await spool.close();
        spool = await Spool.open(options);
        const following = new SpoolReader(spool, end);
        let followed = 0;
        for (const [i, batch] of batches.slice(half).entries()) {
          await spool.append(batchOf(batch), (at) => batch[at]![0] === 9);
          // Close behind, then far behind, then close again.
          if (i % 5 === 0)
            for (let next = await following.next(); next !== undefined; next = await following.next())
              followed += next.samples.length;
        }
        for (let next = await following.next(); next !== undefined; next = await following.next())
          followed += next.samples.length;
        await following.close();
        const wanted = (of: typeof batches) => of.flat().map(([ref, at, value]) => `${ref} ${at} ${value}`);
        const after = wanted(batches.slice(half).map((batch) => batch.filter(([ref]) => ref !== 9)));
        expect(before).toEqual(wanted(batches.slice(0, half)));
        expect(followed).toBe(after.length);
        expect([following.skipped, following.damaged]).toEqual([0, 0]);
        expect((await readAll(spool, end)).lines).toEqual(after);
        expect((await readAll(spool)).lines).toEqual([...before, ...after]);
        await spool.close();
      },
    ),
    { numRuns: 40 },
  );
});

test('a torn end costs itself, and reading goes on in the next segment', async () => {
  const folder = await newFolder();
  const options = { folder, maxBytes: 1e9, segmentBytes: 1e6, labelsOf };
  let spool = await Spool.open(options);
  await spool.append(batchOf([[1, 10, 1]]), () => false);
  await spool.close();
  const [name] = await readdir(folder);
  await appendFile(join(folder, name!), Uint8Array.of(200, 0, 0, 0, 1, 2, 3));
  spool = await Spool.open(options);
  expect((await readAll(spool)).lines).toEqual(['1 10 1']);
  await spool.append(batchOf([[1, 20, 2]]), () => false);
  expect((await readAll(spool)).lines).toEqual(['1 10 1', '1 20 2']);
  await spool.close();
});

test('is bounded: the oldest segment goes, and who had not read it is asked first', async () => {
  const folder = await newFolder();
  const spool = await Spool.open({ folder, maxBytes: 2_000, segmentBytes: 400, labelsOf });
  const reader = new SpoolReader(spool, { segment: 0, offset: 0 });
  let lost = 0;
  spool.onEvict(async (segment) => {
    if (reader.position.segment <= segment) lost += await new SpoolReader(spool, { segment, offset: 0 }).countRest();
  });
  for (let at = 1; at <= 200; at++) await spool.append(batchOf([[1 + (at % 3), at, at]]), () => false);
  const { lines } = await readAll(spool);
  expect(lines.at(-1)).toBe('3 200 200');
  expect(lines.length + lost).toBe(200);
  expect(lost).toBeGreaterThan(50);
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  expect(bytes).toBeLessThanOrEqual(2_000);
  await spool.close();
});

test('a disk that fails loses the batch for the destinations, says so, and heals', async () => {
  const folder = await newFolder();
  const spool = await Spool.open({ folder, maxBytes: 1e9, labelsOf });
  await rm(folder, { recursive: true });
  await spool.append(batchOf([[1, 1, 1]]), () => false);
  expect(spool.lost).toBe(1);
  expect(spool.error).toMatch(/^Cannot write the spool: ENOENT/);
  const { mkdir } = await import('node:fs/promises');
  await mkdir(folder);
  await spool.append(batchOf([[1, 2, 2]]), () => false);
  expect(spool.error).toBe('');
  expect((await readAll(spool)).lines).toEqual(['1 2 2']);
  await spool.close();
});
