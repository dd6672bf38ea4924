/**
 * A block: the samples of many series over a stretch of time, in one file that never changes once it has its name.
 * `block-T-FROM-TO-SEQ.jgb`: tier (0 raw, else the width of its buckets in ms), the stretch [FROM, TO) in epoch ms, and
 * a number of its own. While it is being written it is called `....part`; one that is found at the start was never whole.
 *
 *   "JGSBLK01"      8 bytes
 *   chunks          pieces, in the order of the series
 *   times           pieces: columns of times (time-column.ts), each distinct one once
 *   pages           pieces: 128 series each
 *   postings        pieces: which series carry a pair of name and value
 *   dictionary      a piece
 *   meta            a piece: JSON (BlockMeta)
 *   footer          offset of meta (f64), its length (u32), CRC-32C of those 12 bytes (u32), "JGSBLK01"
 *
 * A piece is bytes and their CRC-32C (u32). What is damaged is thereby told from what is not, piece by piece: a flipped
 * bit in a chunk costs that chunk, in a page 128 series, in the dictionary or the meta the block.
 * Pages and dictionary begin with a byte, 1 where the rest is compressed (zlib by `Compression`) or 0.
 *
 *   chunk       raw: a value column (value-column.ts); rollup: rollup-column.ts
 *   page        offset of its first chunk piece (varint); for each series: how many pairs it shares with the series before
 *               it, how many follow, (name, value) symbols of those; number of chunks, for each: first time minus FROM
 *               (zigzag), number of its column of times, length. The pieces of a page's chunks follow each other.
 *   posting     pairs of varints: gap to the next run of series, length of the run
 *   dictionary  symbols: count, texts (the position is the number of a symbol). Series: count.
 *               Pages: count, offset of the first, lengths. Times: offset of the first; count, for each: number of times,
 *               last minus first, length. Postings: offset of the first; names: count, for each: symbol, number of values,
 *               for each: symbol, number of series, length.
 *
 * Series are in the order of `compareLabels`: the metric's name first, so that what is asked for together lies together.
 * All numbers are varints unless said; lengths are without the CRC.
 */
import type { Labels } from '@jaegis/model';

export const blockMagic = 'JGSBLK01';
export const footerBytes = 24;
export const pageSeries = 128;

export interface BlockMeta {
  readonly version: 1;
  /** 0 for raw samples, else the width of a bucket in ms. */
  readonly tierMs: number;
  readonly from: number;
  readonly to: number;
  /** Times of the first and last sample. */
  readonly oldest: number;
  readonly newest: number;
  readonly series: number;
  readonly chunks: number;
  /** Samples; in a rollup, buckets. */
  readonly samples: number;
  readonly dictionary: { readonly at: number; readonly length: number };
  /** Rollup: names of the raw blocks that it holds, as far as they were still there. */
  readonly rolledFrom: readonly string[];
}

export interface BlockName {
  readonly tierMs: number;
  readonly from: number;
  readonly to: number;
  readonly sequence: number;
}

export function blockName(of: BlockName): string {
  return `block-${of.tierMs}-${of.from}-${of.to}-${String(of.sequence).padStart(8, '0')}.jgb`;
}

/** What a block's name says; `undefined` for other files. */
export function parseBlockName(name: string): BlockName | undefined {
  const match = /^block-(\d+)-(-?\d+)-(-?\d+)-(\d{8,})\.jgb$/.exec(name);
  if (match === null) return undefined;
  return { tierMs: Number(match[1]), from: Number(match[2]), to: Number(match[3]), sequence: Number(match[4]) };
}

export type LabelPairs = readonly (readonly [name: string, value: string])[];

/** Pairs in the order of the file: the metric's name first, then by name. */
export function sortedPairs(labels: Labels): LabelPairs {
  const names = Object.keys(labels).filter((name) => labels[name] !== '');
  names.sort((a, b) => (a === '__name__' ? -1 : b === '__name__' ? 1 : a < b ? -1 : 1));
  return names.map((name) => [name, labels[name]!]);
}

/** Equal for equal labels, whatever their order. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(sortedPairs(labels));
}

/** The order of series in a block. */
export function compareLabels(a: LabelPairs, b: LabelPairs): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const [name, value] = a[i]!;
    const [otherName, otherValue] = b[i]!;
    if (name !== otherName) {
      if (name === '__name__') return -1;
      if (otherName === '__name__') return 1;
      return name < otherName ? -1 : 1;
    }
    if (value !== otherValue) return value < otherValue ? -1 : 1;
  }
  return a.length - b.length;
}

/** How pages and dictionaries are packed; `inflate` throws on what is damaged. */
export interface Compression {
  deflate(bytes: Uint8Array): Uint8Array;
  inflate(bytes: Uint8Array): Uint8Array;
}

/** A piece that is not what was written. */
export class DamagedBlockError extends Error {
  override readonly name = 'DamagedBlockError';
}
