/** A block's dictionary (block-file.ts) in memory: symbols, and where pages, columns of times and postings lie. */

import type { ByteReader } from '../byte-stream.ts';
import { DamagedBlockError } from './block-file.ts';

/** Bytes of the CRC behind each piece. */
export const pieceTail = 4;

export interface PostingPlace {
  readonly value: number;
  readonly count: number;
  readonly at: number;
  readonly length: number;
}

export class BlockDictionary {
  readonly symbols: readonly string[];
  readonly ids: ReadonlyMap<string, number>;
  readonly series: number;
  readonly pagesAt: Float64Array;
  readonly pageLengths: Uint32Array;
  readonly columnsAt: Float64Array;
  readonly columnLengths: Uint32Array;
  readonly columnCounts: Uint32Array;
  readonly columnSpans: Float64Array;
  /** By the symbol of the name, then of the value. */
  readonly names: ReadonlyMap<number, ReadonlyMap<number, PostingPlace>>;
  /** An estimate, for the cache. */
  readonly bytes: number;

  constructor(input: ByteReader) {
    const symbols: string[] = [];
    const ids = new Map<string, number>();
    let characters = 0;
    for (let left = input.varint(); left > 0; left--) {
      const text = input.text();
      ids.set(text, symbols.length);
      symbols.push(text);
      characters += text.length;
    }
    this.symbols = symbols;
    this.ids = ids;
    this.series = input.varint();
    const pages = boundedCount(input);
    this.pagesAt = new Float64Array(pages);
    this.pageLengths = new Uint32Array(pages);
    for (let i = 0, at = input.varint(); i < pages; i++) {
      this.pagesAt[i] = at;
      this.pageLengths[i] = input.varint();
      at += this.pageLengths[i]! + pieceTail;
    }
    let at = input.varint();
    const columns = boundedCount(input);
    this.columnsAt = new Float64Array(columns);
    this.columnLengths = new Uint32Array(columns);
    this.columnCounts = new Uint32Array(columns);
    this.columnSpans = new Float64Array(columns);
    for (let i = 0; i < columns; i++) {
      this.columnsAt[i] = at;
      this.columnCounts[i] = input.varint();
      this.columnSpans[i] = input.varint();
      this.columnLengths[i] = input.varint();
      at += this.columnLengths[i]! + pieceTail;
    }
    let lists = 0;
    const names = new Map<number, ReadonlyMap<number, PostingPlace>>();
    at = input.varint();
    for (let left = input.varint(); left > 0; left--) {
      const name = input.varint();
      const values = new Map<number, PostingPlace>();
      for (let rest = input.varint(); rest > 0; rest--) {
        const value = input.varint();
        const count = input.varint();
        const length = input.varint();
        values.set(value, { value, count, at, length });
        at += length + pieceTail;
        lists++;
      }
      names.set(name, values);
    }
    this.names = names;
    this.bytes = characters + symbols.length * 80 + lists * 120 + pages * 12 + columns * 24;
  }

  text(symbol: number): string {
    const text = this.symbols[symbol];
    if (text === undefined) throw new DamagedBlockError(`no symbol ${symbol}`);
    return text;
  }
}

function boundedCount(input: ByteReader): number {
  const count = input.varint();
  if (count > input.end) throw new RangeError('a dictionary has no such count');
  return count;
}
