/**
 * An open block (block-file.ts). Only its meta stays in memory; dictionary, pages and columns of times are read when they
 * are asked for and kept in a cache that all blocks share. Reading is synchronous: a piece comes from the page cache of
 * the system in microseconds, and a question need not be torn into promises.
 */
import type { Labels } from '@jaegis/model';
import { ByteReader } from '../byte-stream.ts';
import { type Course, courseFrom } from '../select/join-samples.ts';
import type { ReadFile, StorageDirectory } from '../storage-directory.ts';
import { crc32c } from '../wal/crc32c.ts';
import { BlockDictionary, type PostingPlace, pieceTail } from './block-dictionary.ts';
import {
  type BlockMeta,
  blockMagic,
  type Compression,
  DamagedBlockError,
  footerBytes,
  keyOf,
  type LabelPairs,
  pageSeries,
} from './block-file.ts';
import type { LruCache } from './lru-cache.ts';
import { readTimes } from './time-column.ts';
import { readValues } from './value-column.ts';

/** A chunk of a series in a block. */
export interface ChunkPlace {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly column: number;
  readonly at: number;
  readonly length: number;
}

export interface BlockSeries {
  /** Symbols of names and values in turn. */
  readonly ids: readonly number[];
  readonly chunks: readonly ChunkPlace[];
  /** Made when they are asked for (`labels`, `labelsKey`): the same series are asked for again and again. */
  known?: { readonly labels: Labels; readonly key: string };
}

/** What a series takes in memory, its labels and key included: the texts of labels are those of the dictionary. */
export function seriesBytes({ ids, chunks }: BlockSeries): number {
  return 400 + ids.length * 20 + chunks.length * 110;
}

/** So much is read at once, and kept of each block beside the cache. */
const readAhead = 8_192;

export type BlockCache = LruCache<string, unknown>;

interface DecodedValues {
  readonly values: Float64Array;
  readonly course: Course | undefined;
}

export interface OpenBlockOptions {
  readonly directory: Pick<StorageDirectory, 'openRead'>;
  readonly cache: BlockCache;
  readonly compression?: Compression | undefined;
}

export class Block {
  readonly name: string;
  readonly meta: BlockMeta;
  readonly #file: ReadFile;
  readonly #options: OpenBlockOptions;
  #lastTimes: { readonly column: number; readonly times: Float64Array } | undefined;
  #near: { readonly at: number; readonly bytes: Uint8Array } | undefined;

  /** Reads footer and meta. Rejects with `DamagedBlockError` where they are not what was written. */
  static async open(name: string, options: OpenBlockOptions): Promise<Block> {
    const file = await options.directory.openRead(name);
    try {
      return new Block(name, file, options);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  private constructor(name: string, file: ReadFile, options: OpenBlockOptions) {
    this.name = name;
    this.#file = file;
    this.#options = options;
    this.meta = this.#readMeta();
  }

  get bytes(): number {
    return this.#file.size;
  }

  close(): void {
    for (const key of [...this.#options.cache.keys()])
      if (key.startsWith(`${this.name}/`)) this.#options.cache.delete(key);
    this.#file.close();
  }

  #readMeta(): BlockMeta {
    const size = this.#file.size;
    if (size < footerBytes) throw new DamagedBlockError(`has ${size} bytes, must have more than ${footerBytes}`);
    const footer = new ByteReader(this.#file.read(size - footerBytes, footerBytes));
    const at = footer.f64();
    const length = footer.u32();
    const sum = footer.u32();
    const isOurs = new TextDecoder().decode(footer.raw(8)) === blockMagic && crc32c(footer.bytes, 0, 12) === sum;
    if (!isOurs) throw new DamagedBlockError('its footer is damaged');
    const bytes = this.#piece(at, length, 'meta');
    const meta = JSON.parse(new TextDecoder().decode(bytes)) as BlockMeta;
    if (meta.version !== 1) throw new DamagedBlockError(`its version is ${meta.version}, must be 1`);
    return meta;
  }

  /** Reads and checks a piece. */
  #piece(at: number, length: number, what: string): Uint8Array {
    if (at + length + pieceTail > this.#file.size) throw new DamagedBlockError(`${what} lies past the end`);
    const bytes = this.#read(at, length + pieceTail);
    const stored = new ByteReader(bytes, length).u32();
    if (crc32c(bytes, 0, length) !== stored) throw new DamagedBlockError(`${what} at ${at} is damaged`);
    return bytes.subarray(0, length);
  }

  #unpacked(at: number, length: number, what: string): ByteReader {
    const bytes = this.#piece(at, length, what);
    if (bytes[0] === 0) return new ByteReader(bytes, 1);
    const { compression } = this.#options;
    if (compression === undefined) throw new DamagedBlockError(`${what} is compressed and there is no zlib`);
    return new ByteReader(compression.inflate(bytes.subarray(1)));
  }

  #cached<T extends object>(key: string, make: () => { value: T; bytes: number }): T {
    const known = this.kept<T>(key);
    if (known !== undefined) return known;
    const { value, bytes } = make();
    this.keep(key, value, bytes);
    return value;
  }

  /** What `keep` was given, while there is room for it. */
  kept<T>(key: string): T | undefined {
    return this.#options.cache.get(`${this.name}/${key}`) as T | undefined;
  }

  /** Keeps what was made of this block, and perhaps of others, for as long as it is open. */
  keep(key: string, value: object, bytes: number): void {
    this.#options.cache.set(`${this.name}/${key}`, value, bytes);
  }

  get dictionary(): BlockDictionary {
    return this.#cached('dictionary', () => {
      const { at, length } = this.meta.dictionary;
      const value = new BlockDictionary(this.#unpacked(at, length, 'dictionary'));
      return { value, bytes: value.bytes };
    });
  }

  /** The series that carry a pair, rising. */
  posting(place: PostingPlace): Uint32Array {
    const input = new ByteReader(this.#piece(place.at, place.length, 'posting'));
    if (place.count > this.meta.series) throw new DamagedBlockError('a posting has more series than the block');
    const result = new Uint32Array(place.count);
    let next = 0;
    let count = 0;
    while (!input.isDone) {
      next += input.varint();
      for (let left = input.varint(); left > 0 && count < result.length; left--) result[count++] = next++;
    }
    return result;
  }

  /** A series by its number. */
  series(id: number): BlockSeries {
    const page = Math.floor(id / pageSeries);
    const series = this.#cached(`page/${page}`, () => this.#readPage(page));
    const found = series[id % pageSeries];
    if (found === undefined) throw new DamagedBlockError(`no series ${id}`);
    return found;
  }

  #readPage(page: number): { value: BlockSeries[]; bytes: number } {
    const dictionary = this.dictionary;
    const input = this.#unpacked(dictionary.pagesAt[page]!, dictionary.pageLengths[page]!, 'page');
    const value: BlockSeries[] = [];
    let before: readonly number[] = [];
    let at = input.varint();
    let bytes = 0;
    while (!input.isDone) {
      const ids = before.slice(0, 2 * input.varint());
      for (let left = 2 * input.varint(); left > 0; left--) ids.push(input.varint());
      const chunks: ChunkPlace[] = [];
      for (let left = input.varint(); left > 0; left--) {
        const start = this.meta.from + input.zigzag();
        const column = input.varint();
        const length = input.varint();
        const count = dictionary.columnCounts[column];
        if (count === undefined) throw new DamagedBlockError(`no column of times ${column}`);
        chunks.push({ start, end: start + dictionary.columnSpans[column]!, count, column, at, length });
        at += length + pieceTail;
      }
      value.push({ ids, chunks });
      bytes += seriesBytes({ ids, chunks });
      before = ids;
    }
    return { value, bytes };
  }

  /** Shared: not to be changed. */
  labels(series: BlockSeries): Labels {
    return this.#known(series).labels;
  }

  /** Equal for equal labels, in whatever block or head they are (`keyOf`). */
  labelsKey(series: BlockSeries): string {
    return this.#known(series).key;
  }

  #known(series: BlockSeries): { readonly labels: Labels; readonly key: string } {
    if (series.known === undefined) {
      const labels: Record<string, string> = {};
      const { dictionary } = this;
      for (let i = 0; i < series.ids.length; i += 2)
        labels[dictionary.text(series.ids[i]!)] = dictionary.text(series.ids[i + 1]!);
      series.known = { labels, key: keyOf(labels) };
    }
    return series.known;
  }

  pairs(series: BlockSeries): LabelPairs {
    const result: [string, string][] = [];
    const { dictionary } = this;
    for (let i = 0; i < series.ids.length; i += 2)
      result.push([dictionary.text(series.ids[i]!), dictionary.text(series.ids[i + 1]!)]);
    return result;
  }

  /** The times of a chunk, less the first. Shared: not to be changed. */
  times(column: number): Float64Array {
    // Series that were sent together share it: mostly it is the one of the chunk before.
    if (this.#lastTimes?.column !== column) this.#lastTimes = { column, times: this.#readTimes(column) };
    return this.#lastTimes.times;
  }

  #readTimes(column: number): Float64Array {
    return this.#cached(`times/${column}`, () => {
      const dictionary = this.dictionary;
      const bytes = this.#piece(dictionary.columnsAt[column]!, dictionary.columnLengths[column]!, 'column of times');
      const value = readTimes(new ByteReader(bytes), dictionary.columnCounts[column]!);
      return { value, bytes: value.byteLength + 100 };
    });
  }

  /** The values of a raw chunk. Shared: not to be changed. For questions, of which many look at the same. */
  decoded(chunk: ChunkPlace): DecodedValues {
    return this.#cached(`values/${chunk.at}`, () => {
      const values = new Float64Array(chunk.count);
      readValues(this.values(chunk), chunk.count, { values, at: 0 });
      const course = courseFrom('rising', values, { from: 0, to: chunk.count });
      return { value: { values, course }, bytes: values.byteLength + 300 };
    });
  }

  /** The encoded values of a chunk, checked. */
  values(chunk: ChunkPlace): ByteReader {
    return new ByteReader(this.#piece(chunk.at, chunk.length, 'chunk'));
  }

  /** Chunks of series that follow one another lie side by side: more is read than is asked for, and kept for the next. */
  #read(at: number, length: number): Uint8Array {
    let near = this.#near;
    if (near === undefined || at < near.at || at + length > near.at + near.bytes.length) {
      const size = Math.max(length, Math.min(readAhead, this.#file.size - at));
      near = { at, bytes: this.#file.read(at, size) };
      if (length < readAhead) this.#near = near;
    }
    return near.bytes.subarray(at - near.at, at - near.at + length);
  }
}
