/**
 * Moves what the head holds before a time into a block. The compressed chunks are handed to whoever writes it, in the
 * order of the file and a few at a time, while appends go on; when the block is in place the samples leave the head. A
 * series that got a late sample for that stretch in between keeps all of its samples: they are in both places then, and
 * the next cut takes them.
 */
import type { Tombstones } from '../delete/tombstones.ts';
import type { Head } from '../head/head.ts';
import { ExtractBuilder } from '../select/head-extract.ts';
import { type BlockName, blockName } from './block-file.ts';
import type { BlockSet } from './block-set.ts';
import type { BlockWork, CutDone, CutPiece } from './block-work.ts';
import { type PackedRows, packRows } from './series-parcel.ts';
import { Slices } from './slices.ts';

export interface CutOptions {
  readonly head: Head;
  readonly blocks: BlockSet;
  readonly tombstones: Tombstones;
  readonly work: BlockWork;
  readonly name: BlockName;
  readonly pause: () => Promise<void>;
}

/** Copied in one go: about a millisecond. */
const bytesAtOnce = 2 ** 18;
const seriesAtOnce = 1_000;
/** So that the writer always has the next piece, and no more of the head is held twice. */
const piecesUnderWay = 2;
/** To forget the samples of a series costs as much as so many samples of other work. */
const costOfForgetting = 10;

/** Settles when the block is in place and the head is lighter; rejects when it could not be written. */
export async function cutHead(options: CutOptions): Promise<void> {
  const { head, blocks, tombstones, work, name, pause } = options;
  const packed = await packRows(head, name.to, pause);
  if (packed.labels.count === 0) return;
  const { to } = name;
  const order = await work.beginCut({ name, to, series: packed.labels, tombstones: tombstones.list });
  const written = await handOver(options, packed, order);
  if (await work.finishCut()) await blocks.add(blockName(name));
  const slices = new Slices(pause);
  for (const { rows, refs, done } of written) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (head.series.refs[row] === refs[i] && done.counts[i]! > 0) head.cutBefore(row, to, countedIn(done, i));
      await slices.spend(costOfForgetting);
    }
  }
}

interface Written {
  readonly rows: Uint32Array;
  readonly refs: Uint32Array;
  readonly done: CutDone;
}

/** Hands over all that is before the end of the cut; a row that was given to another series meanwhile is left out. */
async function handOver(options: CutOptions, packed: PackedRows, order: Uint32Array): Promise<Written[]> {
  const { work, pause } = options;
  const written: Promise<Written>[] = [];
  for (let from = 0; from < order.length; ) {
    await written.at(-piecesUnderWay);
    await pause();
    const { piece, next } = nextPiece(options, packed, { order, from });
    from = next;
    const { places } = piece;
    const rows = places.map((place) => packed.rows[place]!);
    const refs = places.map((place) => packed.refs[place]!);
    const one = work.addToCut(piece).then((done) => ({ rows, refs, done }));
    // Told when it is waited for.
    one.catch(() => {});
    written.push(one);
  }
  return Promise.all(written);
}

function nextPiece(
  { head, name }: CutOptions,
  packed: PackedRows,
  { order, from }: { order: Uint32Array; from: number },
): { piece: CutPiece; next: number } {
  const most = Math.min(seriesAtOnce, order.length - from);
  const builder = new ExtractBuilder(most);
  const places = new Uint32Array(most);
  const range = { from: Number.NEGATIVE_INFINITY, to: name.to - 1 };
  let next = from;
  for (; next < from + most && builder.bytes < bytesAtOnce; next++) {
    const place = order[next]!;
    const row = packed.rows[place]!;
    if (head.series.refs[row] !== packed.refs[place]) continue;
    places[builder.series] = place;
    builder.row(head, row, range);
  }
  const extract = builder.finish(head.series);
  return { piece: { places: places.slice(0, extract.series), extract }, next };
}

/** What was found of a series, as the head wants to know it. */
function countedIn(done: CutDone, i: number): Parameters<Head['cutBefore']>[2] {
  const count = done.counts[i]!;
  if (done.chunkCounts[i] === 0) return { count };
  const from = i === 0 ? 0 : done.restEnds[i - 1]!;
  const bytes = done.restBytes.subarray(from, done.restEnds[i]);
  return {
    count,
    rest: {
      of: { start: done.chunkStarts[i]!, count: done.chunkCounts[i]! },
      made: { bytes, start: done.restStarts[i]!, count: done.restCounts[i]! },
    },
  };
}
