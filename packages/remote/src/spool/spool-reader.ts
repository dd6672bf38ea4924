/** Reads a spool from a position on, record by record, and goes on into what is written meanwhile. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Labels } from '@jaegis/model';
import { headerBytes, payloadLength, readRecord, type SpooledSamples } from './record.ts';
import type { Spool } from './spool.ts';

export interface SpoolPosition {
  readonly segment: number;
  readonly offset: number;
}

export interface SpooledRecord {
  /** Of the segment; the numbers of the samples are places in it. It grows as the segment is read. */
  readonly series: readonly Labels[];
  readonly samples: SpooledSamples;
  /** Where the next record begins. */
  readonly end: SpoolPosition;
}

export class SpoolReader {
  readonly #spool: Spool;
  #position: SpoolPosition;
  #handle: FileHandle | undefined;
  #series: Labels[] = [];
  /** Segments that were gone before they were read, and those with a damaged record. */
  skipped = 0;
  damaged = 0;

  constructor(spool: Spool, position: SpoolPosition) {
    this.#spool = spool;
    this.#position = position;
  }

  get position(): SpoolPosition {
    return this.#position;
  }

  /** The next record; `undefined` when everything that is written has been read. */
  async next(): Promise<SpooledRecord | undefined> {
    for (;;) {
      const segment = this.#spool.segmentFrom(this.#position.segment);
      if (segment === undefined) return undefined;
      if (segment.id !== this.#position.segment) {
        if (this.#handle !== undefined || this.#position.offset > 0) this.skipped++;
        await this.#leave({ segment: segment.id, offset: 0 });
      }
      const recent = this.#spool.recent(this.#position);
      if (recent !== undefined) {
        await this.#leave(recent.end);
        return recent;
      }
      const record = await this.#readAt(segment.size);
      if (record === 'damaged') {
        // The end of the newest segment may be torn by a crash: reading goes on in the next one, when there is one.
        if (segment.isLast) return undefined;
        this.damaged++;
        await this.#leave({ segment: segment.id + 1, offset: 0 });
        continue;
      }
      if (record !== undefined) return record;
      // A segment that is not the last is written to its end; `size` was read before that was known.
      if (segment.isLast) return undefined;
      await this.#leave({ segment: segment.id + 1, offset: 0 });
    }
  }

  async #readAt(size: number): Promise<SpooledRecord | 'damaged' | undefined> {
    if (this.#position.offset >= size) return undefined;
    if (this.#handle === undefined && !(await this.#enter(size))) return 'damaged';
    return this.#readRecord(size);
  }

  /** Opens the segment and reads its series up to the position. */
  async #enter(size: number): Promise<boolean> {
    const wanted = this.#position;
    try {
      this.#handle = await open(this.#spool.pathOf(wanted.segment), 'r');
    } catch {
      return false;
    }
    this.#series = [];
    this.#position = { segment: wanted.segment, offset: 0 };
    while (this.#position.offset < wanted.offset) {
      const record = await this.#readRecord(size);
      if (record === undefined || record === 'damaged') return false;
    }
    return true;
  }

  async #readRecord(size: number): Promise<SpooledRecord | 'damaged' | undefined> {
    const { segment, offset } = this.#position;
    const header = await this.#bytes(offset, headerBytes);
    const length = header === undefined ? undefined : payloadLength(header);
    if (header === undefined || length === undefined || offset + headerBytes + length > size) return 'damaged';
    const payload = await this.#bytes(offset + headerBytes, length);
    const record = payload === undefined ? undefined : readRecord(header, payload);
    if (record === undefined) return 'damaged';
    for (const labels of record.newSeries) this.#series.push(labels);
    this.#position = { segment, offset: offset + headerBytes + length };
    return { series: this.#series, samples: record.samples, end: this.#position };
  }

  async #bytes(at: number, length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    let have = 0;
    while (have < length) {
      const { bytesRead } = await this.#handle!.read(bytes, have, length - have, at + have);
      if (bytesRead === 0) return undefined;
      have += bytesRead;
    }
    return bytes;
  }

  async #leave(position: SpoolPosition): Promise<void> {
    if (this.#handle !== undefined) await this.#handle.close();
    this.#handle = undefined;
    this.#series = [];
    this.#position = position;
  }

  /** Samples from the position to the end of its segment, to say what is lost with it. */
  async countRest(): Promise<number> {
    const { segment } = this.#position;
    let samples = 0;
    const ahead = new SpoolReader(this.#spool, this.#position);
    for (let record = await ahead.next(); record?.end.segment === segment; record = await ahead.next())
      samples += record.samples.length;
    await ahead.close();
    return samples;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}
