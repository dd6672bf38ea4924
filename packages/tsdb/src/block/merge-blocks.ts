/**
 * Several blocks into one, and raw blocks into rollups: the series of all are walked side by side in their common order,
 * so that memory holds one series of each and the index of what is written. Chunks that are damaged are told and left out.
 */
import type { Labels } from '@jaegis/model';
import { type Deletion, deletionOf, reachInto, type Tombstone, withoutDeleted } from '../delete/deletion.ts';
import { joinRollups } from '../rollup/join-rollups.ts';
import { coarsen, emptyRollup, type Rollup, rollUp, rollupFields } from '../rollup/rollup.ts';
import { joinSamples } from '../select/join-samples.ts';
import { Block, type BlockSeries, type ChunkPlace } from './block.ts';
import { type BlockName, compareLabels, type LabelPairs } from './block-file.ts';
import type { WorkshopOptions } from './block-work.ts';
import { BlockWriter } from './block-writer.ts';
import { copyChunk, groupsOf, inTurn, type PlacedChunk } from './copy-chunks.ts';
import { LruCache } from './lru-cache.ts';
import { guarded, readBuckets, readSamples } from './read-chunk.ts';
import { Slices } from './slices.ts';
import { addBuckets, addSamples, writeBuckets, writeSamples } from './write-series.ts';

export interface MergeOutput {
  readonly name: BlockName;
  readonly rolledFrom: readonly string[];
}

/** Blocks of one tier into a block of the same tier, or raw ones into rollups of rising width. */
export interface MergeJob {
  readonly sources: readonly string[];
  readonly outputs: readonly MergeOutput[];
  readonly tombstones: readonly Tombstone[];
}

export interface MergeOptions extends WorkshopOptions {
  /** Told of damage, in words. */
  readonly report: (message: string) => void;
}

interface Merging extends MergeOptions {
  readonly deletions: readonly Deletion[];
}

/** Its own: walking through whole blocks must not push out what questions have gathered. */
const cacheBytes = 8 * 2 ** 20;

/** The blocks are whole on the disk when it settles, but not yet in the set; one that would hold nothing has no file. */
export async function mergeBlocks(job: MergeJob, options: MergeOptions): Promise<void> {
  const { sources, outputs } = job;
  const { directory, compression } = options;
  const cache = new LruCache<string, unknown>(cacheBytes);
  const opened: Block[] = [];
  const writers: BlockWriter[] = [];
  try {
    for (const name of sources) opened.push(await Block.open(name, { directory, cache, compression }));
    for (const { name, rolledFrom } of outputs)
      writers.push(await BlockWriter.create({ directory, name, compression, rolledFrom }));
    await writeAll({ ...options, deletions: job.tombstones.map(deletionOf) }, opened, { writers, outputs });
    for (const writer of [...writers]) {
      await writer.finish();
      writers.shift();
    }
  } catch (error) {
    await Promise.allSettled(writers.map((writer) => writer.abandon()));
    throw error;
  } finally {
    for (const block of opened) block.close();
  }
}

interface Cursor {
  readonly block: Block;
  id: number;
  labels: LabelPairs;
  series: BlockSeries;
}

async function writeAll(options: Merging, sources: readonly Block[], to: Writing): Promise<void> {
  const slices = new Slices(options.pause);
  let cursors = sources.map((block) => advance(block, -1, options.report)).filter((cursor) => cursor !== undefined);
  while (cursors.length > 0) {
    let least = cursors[0]!;
    for (const cursor of cursors) if (compareLabels(cursor.labels, least.labels) < 0) least = cursor;
    const same = cursors.filter((cursor) => compareLabels(cursor.labels, least.labels) === 0);
    const spent = writeOne(options, same, to);
    for (const writer of to.writers) await writer.flush();
    await slices.spend(spent);
    const moved = new Map(same.map((cursor) => [cursor, advance(cursor.block, cursor.id, options.report)]));
    cursors = cursors
      .map((cursor) => (moved.has(cursor) ? moved.get(cursor) : cursor))
      .filter((cursor) => cursor !== undefined);
  }
}

/** The next series that can be read. */
function advance(block: Block, after: number, report: (message: string) => void): Cursor | undefined {
  for (let id = after + 1; id < block.meta.series; id++) {
    const series = guarded(block, report, () => block.series(id));
    if (series === undefined) {
      // The rest of its page is gone with it: one damage, not 128.
      id = Math.floor(id / 128) * 128 + 127;
      continue;
    }
    return { block, id, series, labels: block.pairs(series) };
  }
  return undefined;
}

interface Writing {
  readonly writers: readonly BlockWriter[];
  readonly outputs: readonly MergeOutput[];
}

/** Writes a series; returns how much work it was, in samples. */
function writeOne(options: Merging, cursors: readonly Cursor[], to: Writing): number {
  const { tierMs } = cursors[0]!.block.meta;
  const pairs = cursors[0]!.labels;
  const chunks = cursors.flatMap(({ block, series }) => series.chunks.map((chunk) => ({ block, chunk })));
  const isMerge = to.outputs.length === 1 && to.outputs[0]!.name.tierMs === tierMs;
  const first = Math.min(...chunks.map(({ chunk }) => chunk.start));
  const last = Math.max(...chunks.map(({ chunk }) => chunk.end));
  const sorted =
    isMerge && !reachInto(options.deletions, first, last)
      ? inTurn(chunks, (time) => (tierMs === 0 ? time : Math.floor(time / tierMs)))
      : undefined;
  if (sorted !== undefined) return takeOver(options, { pairs, tierMs, chunks: sorted }, to.writers[0]!);
  return tierMs > 0 ? joinBuckets(options, { pairs, tierMs, chunks }, to.writers[0]!) : joinRaw(options, cursors, to);
}

interface SeriesChunks {
  readonly pairs: LabelPairs;
  readonly tierMs: number;
  readonly chunks: readonly PlacedChunk[];
}

function takeOver(options: Merging, series: SeriesChunks, writer: BlockWriter): number {
  const { pairs, tierMs, chunks } = series;
  writer.begin(pairs);
  let spent = 0;
  for (const group of groupsOf(chunks)) {
    if (group.length === 1) {
      const only = group[0]!;
      guarded(only.block, options.report, () => copyChunk(writer, only));
      continue;
    }
    spent += group.reduce((sum, { chunk }) => sum + chunk.count, 0) * (tierMs === 0 ? 1 : 5);
    if (tierMs === 0) addSamples(writer, joinSamples(readAll(options, group, readSamples)));
    else
      addBuckets(
        writer,
        joinRollups(
          readAll(options, group, (block, chunk) => readBuckets(block, chunk)),
          tierMs,
        ),
      );
  }
  return spent;
}

/** What can be read of chunks; what cannot is told and left out. */
function readAll<T>(
  options: Merging,
  chunks: readonly PlacedChunk[],
  read: (block: Block, chunk: ChunkPlace) => T,
): T[] {
  return chunks.flatMap(({ block, chunk }) => {
    const part = guarded(block, options.report, () => read(block, chunk));
    return part === undefined ? [] : [part];
  });
}

function joinBuckets(options: Merging, series: SeriesChunks, writer: BlockWriter): number {
  const { pairs, tierMs, chunks } = series;
  const joined = joinRollups(
    readAll(options, chunks, (block, chunk) => readBuckets(block, chunk)),
    tierMs,
  );
  const rollup = withoutDeletedBuckets(joined, options.deletions, Object.fromEntries(pairs));
  if (rollup.length > 0) writeBuckets(writer, pairs, rollup);
  return joined.length * 5;
}

function joinRaw(options: Merging, cursors: readonly Cursor[], to: Writing): number {
  const pairs = cursors[0]!.labels;
  const parts = cursors.map(({ block, series }) =>
    joinSamples(
      readAll(
        options,
        series.chunks.map((chunk) => ({ block, chunk })),
        readSamples,
      ),
    ),
  );
  const samples = withoutDeleted(options.deletions, Object.fromEntries(pairs), joinSamples(parts));
  if (samples.timestamps.length === 0) return 0;
  let rollup: Rollup | undefined;
  for (const [i, { name }] of to.outputs.entries()) {
    const writer = to.writers[i]!;
    if (name.tierMs === 0) {
      writeSamples(writer, pairs, samples);
      continue;
    }
    const narrower: Rollup | undefined = rollup;
    rollup =
      narrower === undefined ? rollUp(samples.timestamps, samples.values, name.tierMs) : coarsen(narrower, name.tierMs);
    if (rollup.length > 0) writeBuckets(writer, pairs, rollup);
  }
  return samples.timestamps.length;
}

/** A bucket goes when its last sample does: a deletion is exact to a bucket here. */
function withoutDeletedBuckets(rollup: Rollup, deletions: readonly Deletion[], labels: Labels): Rollup {
  const { length, times } = rollup;
  if (length === 0 || !reachInto(deletions, times[0]!, times[length - 1]!)) return rollup;
  const kept = new Set(withoutDeleted(deletions, labels, { timestamps: times, values: times }).timestamps);
  if (kept.size === length) return rollup;
  const out = emptyRollup(kept.size);
  for (let i = 0, at = 0; i < length; i++) {
    if (!kept.has(times[i]!)) continue;
    for (const field of rollupFields) out[field][at] = rollup[field][i]!;
    at++;
  }
  return out;
}
