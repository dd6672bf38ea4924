/** Writes a block (block-file.ts) from front to back. Memory: the index and about a MiB of chunks. */

import { ByteWriter } from '../byte-stream.ts';
import type { AppendFile, StorageDirectory } from '../storage-directory.ts';
import { crc32c } from '../wal/crc32c.ts';
import {
  type BlockMeta,
  type BlockName,
  blockMagic,
  blockName,
  type Compression,
  type LabelPairs,
  pageSeries,
} from './block-file.ts';
import { PostingsBuilder } from './postings-builder.ts';
import { ColumnNumbers, writeTimes } from './time-column.ts';

const bytesPerWrite = 2 ** 20;
export const unfinishedSuffix = '.part';

interface PendingChunk {
  readonly start: number;
  readonly column: number;
  readonly length: number;
}

export interface BlockWriterOptions {
  readonly directory: StorageDirectory;
  readonly name: BlockName;
  readonly compression?: Compression | undefined;
  readonly rolledFrom?: readonly string[];
}

export class BlockWriter {
  readonly #options: BlockWriterOptions;
  readonly #file: AppendFile;
  readonly #out = new ByteWriter();
  readonly #page = new ByteWriter();
  readonly #scratch = new ByteWriter();
  readonly #pages: Uint8Array[] = [];
  readonly #columns = new ColumnNumbers();
  readonly #index = new PostingsBuilder();
  #written = 0;
  #series = 0;
  #inPage = 0;
  #labels: LabelPairs | undefined;
  #idsBefore: Uint32Array = new Uint32Array(0);
  #chunks: PendingChunk[] = [];
  #chunkCount = 0;
  #samples = 0;
  #oldest = Number.POSITIVE_INFINITY;
  #newest = Number.NEGATIVE_INFINITY;

  static async create(options: BlockWriterOptions): Promise<BlockWriter> {
    const name = blockName(options.name) + unfinishedSuffix;
    const writer = new BlockWriter(options, await options.directory.openAppend(name));
    return writer;
  }

  private constructor(options: BlockWriterOptions, file: AppendFile) {
    this.#options = options;
    this.#file = file;
    this.#out.raw(new TextEncoder().encode(blockMagic));
  }

  get samples(): number {
    return this.#samples;
  }

  /** Begins a series; they must come in the order of `compareLabels`. One that gets no chunk is left out. */
  begin(labels: LabelPairs): void {
    this.#endSeries();
    this.#labels = labels;
  }

  /** Adds a chunk of the series: `count` times in rising order, after those before, and its encoded values. */
  chunk(times: Float64Array, count: number, values: Uint8Array): void {
    const first = times[0]!;
    const last = times[count - 1]!;
    this.#scratch.reset();
    writeTimes(this.#scratch, times, count);
    const column = this.#columns.numberOf(this.#scratch.view(), { count, span: last - first });
    if (this.#inPage === 0 && this.#chunks.length === 0) this.#page.varint(this.#written + this.#out.length);
    this.#chunks.push({ start: first, column, length: values.length });
    this.#out.raw(values);
    this.#out.u32(crc32c(values));
    this.#chunkCount++;
    this.#samples += count;
    this.#oldest = Math.min(this.#oldest, first);
    this.#newest = Math.max(this.#newest, last);
  }

  /** To be awaited now and then, after whole series: hands to the file what has gathered. */
  async flush(): Promise<void> {
    if (this.#out.length >= bytesPerWrite) await this.#write();
  }

  /** Ends the block and gives it its name. `undefined` when it holds nothing: then there is no file. */
  async finish(): Promise<BlockMeta | undefined> {
    this.#endSeries();
    if (this.#inPage > 0) this.#endPage();
    if (this.#series === 0) {
      await this.abandon();
      return undefined;
    }
    const { directory, name, rolledFrom = [] } = this.#options;
    const times = this.#columns.columns.map(({ bytes, count, span }) => ({ bytes, count, span }));
    const timesAt = this.#written + this.#out.length;
    for (const { bytes } of times) await this.#piece(bytes);
    const pagesAt = this.#written + this.#out.length;
    for (const page of this.#pages) await this.#piece(page);
    const postingsAt = this.#written + this.#out.length;
    const postings = this.#index.encode();
    for (const { lists } of postings) for (const { bytes } of lists) await this.#piece(bytes);
    const dictionary = new ByteWriter();
    this.#index.writeSymbols(dictionary);
    dictionary.varint(this.#series);
    dictionary.varint(this.#pages.length);
    dictionary.varint(pagesAt);
    for (const page of this.#pages) dictionary.varint(page.length);
    dictionary.varint(timesAt);
    dictionary.varint(times.length);
    for (const { bytes, count, span } of times) {
      dictionary.varint(count);
      dictionary.varint(span);
      dictionary.varint(bytes.length);
    }
    dictionary.varint(postingsAt);
    dictionary.varint(postings.length);
    for (const { name: label, lists } of postings) {
      dictionary.varint(label);
      dictionary.varint(lists.length);
      for (const list of lists) {
        dictionary.varint(list.value);
        dictionary.varint(list.count);
        dictionary.varint(list.bytes.length);
      }
    }
    const packed = this.#pack(dictionary.view());
    const at = this.#written + this.#out.length;
    await this.#piece(packed);
    const meta: BlockMeta = {
      version: 1,
      tierMs: name.tierMs,
      from: name.from,
      to: name.to,
      oldest: this.#oldest,
      newest: this.#newest,
      series: this.#series,
      chunks: this.#chunkCount,
      samples: this.#samples,
      dictionary: { at, length: packed.length },
      rolledFrom,
    };
    await this.#end(meta);
    await this.#file.close();
    await directory.rename(blockName(name) + unfinishedSuffix, blockName(name));
    return meta;
  }

  /** Gives up: the file goes. */
  async abandon(): Promise<void> {
    await this.#file.close();
    await this.#options.directory.remove(blockName(this.#options.name) + unfinishedSuffix);
  }

  async #end(meta: BlockMeta): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(meta));
    const at = this.#written + this.#out.length;
    await this.#piece(bytes);
    const footer = new ByteWriter();
    footer.f64(at);
    footer.u32(bytes.length);
    footer.u32(crc32c(footer.view()));
    footer.raw(new TextEncoder().encode(blockMagic));
    this.#out.raw(footer.view());
    await this.#write();
    await this.#file.sync();
  }

  #endSeries(): void {
    const labels = this.#labels;
    this.#labels = undefined;
    if (labels === undefined || this.#chunks.length === 0) return;
    const id = this.#series++;
    const before = this.#idsBefore;
    const ids = this.#index.add(id, labels);
    let shared = 0;
    if (this.#inPage > 0) {
      const most = Math.min(ids.length, before.length);
      while (
        2 * shared < most &&
        ids[2 * shared] === before[2 * shared] &&
        ids[2 * shared + 1] === before[2 * shared + 1]
      )
        shared++;
    }
    this.#page.varint(shared);
    this.#page.varint(ids.length / 2 - shared);
    for (let i = 2 * shared; i < ids.length; i++) this.#page.varint(ids[i]!);
    this.#page.varint(this.#chunks.length);
    for (const { start, column, length } of this.#chunks) {
      this.#page.zigzag(start - this.#options.name.from);
      this.#page.varint(column);
      this.#page.varint(length);
    }
    this.#idsBefore = ids;
    this.#chunks = [];
    if (++this.#inPage === pageSeries) this.#endPage();
  }

  #endPage(): void {
    this.#pages.push(this.#pack(this.#page.view()));
    this.#page.reset();
    this.#inPage = 0;
  }

  #pack(bytes: Uint8Array): Uint8Array {
    const { compression } = this.#options;
    const packed = compression?.deflate(bytes);
    const isSmaller = packed !== undefined && packed.length < bytes.length;
    const body = isSmaller ? packed : bytes;
    const result = new Uint8Array(body.length + 1);
    result[0] = isSmaller ? 1 : 0;
    result.set(body, 1);
    return result;
  }

  async #piece(bytes: Uint8Array): Promise<void> {
    this.#out.raw(bytes);
    this.#out.u32(crc32c(bytes));
    await this.flush();
  }

  async #write(): Promise<void> {
    this.#written += this.#out.length;
    await this.#file.append(this.#out.view());
    this.#out.reset();
  }
}
