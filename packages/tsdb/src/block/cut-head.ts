/**
 * Moves what the head holds before a time into a block. First all of it is written, series by series in the order of the
 * file, while appends go on; when the block is in place the samples leave the head. A series that got a late sample for
 * that stretch in between keeps all of its samples: they are in both places then, and the next cut takes them.
 */
import type { Tombstones } from '../delete/tombstones.ts';
import type { Head } from '../head/head.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import { blockName, compareLabels, type LabelPairs, sortedPairs } from './block-file.ts';
import type { BlockSet } from './block-set.ts';
import { BlockWriter } from './block-writer.ts';
import { rowsInOrder } from './rows-in-order.ts';
import { Slices } from './slices.ts';
import { writeSamples } from './write-series.ts';

export interface CutOptions {
  readonly head: Head;
  readonly blocks: BlockSet;
  readonly tombstones: Tombstones;
  readonly directory: StorageDirectory;
  /** Nothing in the head is older than `from`. */
  readonly from: number;
  readonly to: number;
  readonly pause: () => Promise<void>;
}

/** Settles when the block is in place and the head is lighter; rejects when it could not be written. */
export async function cutHead(options: CutOptions): Promise<void> {
  const { head, blocks, tombstones, directory, from, to, pause } = options;
  const slices = new Slices(pause);
  const name = blocks.name({ tierMs: 0, from, to });
  const writer = await BlockWriter.create({ directory, name, compression: blocks.compression });
  const written: { readonly ref: number; readonly row: number; readonly count: number }[] = [];
  let before: LabelPairs | undefined;
  try {
    for await (const row of rowsInOrder(head, to, pause)) {
      const ref = head.series.refs[row]!;
      if (ref === 0) continue;
      const samples = head.read(row, Number.NEGATIVE_INFINITY, to - 1);
      const count = samples.timestamps.length;
      if (count === 0) continue;
      const labels = head.series.labels(row);
      const pairs = sortedPairs(labels);
      // A row that another series has taken while others had their turn: it waits for the next cut.
      if (before !== undefined && compareLabels(before, pairs) >= 0) continue;
      before = pairs;
      const kept = tombstones.apply(labels, samples);
      writeSamples(writer, pairs, kept);
      written.push({ ref, row, count });
      await writer.flush();
      await slices.spend(count);
    }
    const meta = await writer.finish();
    if (meta !== undefined) await blocks.add(blockName(name));
  } catch (error) {
    await abandon(writer);
    throw error;
  }
  for (const { ref, row, count } of written) {
    if (head.series.refs[row] === ref) head.cutBefore(row, to, count);
    await slices.spend(count);
  }
}

async function abandon(writer: BlockWriter): Promise<void> {
  try {
    await writer.abandon();
  } catch {
    // On a disk that fails so badly the unfinished file stays until the next start.
  }
}
