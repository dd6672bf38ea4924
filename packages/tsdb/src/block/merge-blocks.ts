/**
 * Several blocks into one, and raw blocks into rollups: the series of all are walked side by side in their common order,
 * so that memory holds one series of each and the index of what is written. Chunks that are damaged are told and left out.
 */
import type { Labels } from '@jaegis/model';
import type { Tombstones } from '../delete/tombstones.ts';
import { coarsen, emptyRollup, joinRollups, type Rollup, rollUp, rollupFields } from '../rollup/rollup.ts';
import { joinSamples } from '../select/join-samples.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import { Block, type BlockSeries, type ChunkPlace } from './block.ts';
import { type BlockName, compareLabels, type LabelPairs } from './block-file.ts';
import type { BlockSet } from './block-set.ts';
import { BlockWriter } from './block-writer.ts';
import { copyChunk, groupsOf, inTurn, type PlacedChunk } from './copy-chunks.ts';
import { LruCache } from './lru-cache.ts';
import { guarded, readBuckets, readSamples } from './read-chunk.ts';
import { Slices } from './slices.ts';
import { addBuckets, addSamples, writeBuckets, writeSamples } from './write-series.ts';

export interface MergeOptions {
  readonly blocks: BlockSet;
  readonly tombstones: Tombstones;
  readonly directory: StorageDirectory;
  readonly pause: () => Promise<void>;
}

export interface MergeOutput {
  readonly name: BlockName;
  readonly rolledFrom: readonly string[];
}

/** Its own: walking through whole blocks must not push out what questions have gathered. */
const cacheBytes = 8 * 2 ** 20;

/**
 * Writes the series of `sources`, all of one tier, into `outputs`: a block of the same tier, or from raw ones rollups of
 * rising width. The blocks are whole on the disk when it settles, but not yet in the set.
 */
export async function mergeBlocks(
  options: MergeOptions,
  sources: readonly Block[],
  outputs: readonly MergeOutput[],
): Promise<void> {
  const { blocks, directory } = options;
  const cache = new LruCache<string, unknown>(cacheBytes);
  const { compression } = blocks;
  const opened: Block[] = [];
  const writers: BlockWriter[] = [];
  try {
    for (const { name } of sources) opened.push(await Block.open(name, { directory, cache, compression }));
    for (const { name, rolledFrom } of outputs)
      writers.push(await BlockWriter.create({ directory, name, compression, rolledFrom }));
    await writeAll(options, opened, { writers, outputs });
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

async function writeAll(options: MergeOptions, sources: readonly Block[], to: Writing): Promise<void> {
  const report = (message: string): void => options.blocks.damage(message);
  const slices = new Slices(options.pause);
  let cursors = sources.map((block) => advance(block, -1, report)).filter((cursor) => cursor !== undefined);
  while (cursors.length > 0) {
    let least = cursors[0]!;
    for (const cursor of cursors) if (compareLabels(cursor.labels, least.labels) < 0) least = cursor;
    const same = cursors.filter((cursor) => compareLabels(cursor.labels, least.labels) === 0);
    const spent = writeOne(options, same, to);
    for (const writer of to.writers) await writer.flush();
    await slices.spend(spent);
    const moved = new Map(same.map((cursor) => [cursor, advance(cursor.block, cursor.id, report)]));
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
function writeOne(options: MergeOptions, cursors: readonly Cursor[], to: Writing): number {
  const { tierMs } = cursors[0]!.block.meta;
  const pairs = cursors[0]!.labels;
  const chunks = cursors.flatMap(({ block, series }) => series.chunks.map((chunk) => ({ block, chunk })));
  const isMerge = to.outputs.length === 1 && to.outputs[0]!.name.tierMs === tierMs;
  const first = Math.min(...chunks.map(({ chunk }) => chunk.start));
  const last = Math.max(...chunks.map(({ chunk }) => chunk.end));
  const sorted =
    isMerge && !options.tombstones.touches(first, last)
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

function takeOver(options: MergeOptions, series: SeriesChunks, writer: BlockWriter): number {
  const { pairs, tierMs, chunks } = series;
  writer.begin(pairs);
  let spent = 0;
  for (const group of groupsOf(chunks)) {
    if (group.length === 1) {
      const only = group[0]!;
      guarded(
        only.block,
        (message) => options.blocks.damage(message),
        () => copyChunk(writer, only),
      );
      continue;
    }
    spent += group.reduce((sum, { chunk }) => sum + chunk.count, 0) * (tierMs === 0 ? 1 : 5);
    if (tierMs === 0) addSamples(writer, joinSamples(readAll(options, group, readSamples)));
    else addBuckets(writer, joinRollups(readAll(options, group, readBuckets), tierMs));
  }
  return spent;
}

/** What can be read of chunks; what cannot is told and left out. */
function readAll<T>(
  options: MergeOptions,
  chunks: readonly PlacedChunk[],
  read: (block: Block, chunk: ChunkPlace) => T,
): T[] {
  const report = (message: string): void => options.blocks.damage(message);
  return chunks.flatMap(({ block, chunk }) => {
    const part = guarded(block, report, () => read(block, chunk));
    return part === undefined ? [] : [part];
  });
}

function joinBuckets(options: MergeOptions, series: SeriesChunks, writer: BlockWriter): number {
  const { pairs, tierMs, chunks } = series;
  const joined = joinRollups(readAll(options, chunks, readBuckets), tierMs);
  const rollup = withoutDeleted(joined, options.tombstones, Object.fromEntries(pairs));
  if (rollup.length > 0) writeBuckets(writer, pairs, rollup);
  return joined.length * 5;
}

function joinRaw(options: MergeOptions, cursors: readonly Cursor[], to: Writing): number {
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
  const samples = options.tombstones.apply(Object.fromEntries(pairs), joinSamples(parts));
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
function withoutDeleted(rollup: Rollup, tombstones: Tombstones, labels: Labels): Rollup {
  const { length, times } = rollup;
  if (length === 0 || !tombstones.touches(times[0]!, times[length - 1]!)) return rollup;
  const kept = new Set(tombstones.apply(labels, { timestamps: times, values: times }).timestamps);
  if (kept.size === length) return rollup;
  const out = emptyRollup(kept.size);
  for (let i = 0, at = 0; i < length; i++) {
    if (!kept.has(times[i]!)) continue;
    for (const field of rollupFields) out[field][at] = rollup[field][i]!;
    at++;
  }
  return out;
}
