/**
 * Writes the log as files `wal-00000001.log`, `wal-00000002.log`, ...: a new one when the last is full, after a failed
 * write that could not be taken back, and at each start (a torn end is never written behind).
 */
import type { AppendFile, StorageDirectory } from '../storage-directory.ts';

export function segmentName(id: number): string {
  return `wal-${String(id).padStart(8, '0')}.log`;
}

/** The number in a segment's name; `undefined` for other files. */
export function segmentId(name: string): number | undefined {
  const match = /^wal-(\d{8,})\.log$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

export class SegmentWriter {
  readonly #directory: StorageDirectory;
  readonly #segmentBytes: number;
  readonly #syncEachWrite: boolean;
  #file: AppendFile | undefined;
  #nextId: number;
  #id = 0;
  #size = 0;
  #isDirty = false;
  /** Full segments that are not yet synced. */
  #full: AppendFile[] = [];
  /** Bytes in each segment that this writer or `known` told of. */
  readonly sizes = new Map<number, number>();

  constructor(directory: StorageDirectory, options: { nextId: number; segmentBytes: number; syncEachWrite?: boolean }) {
    this.#directory = directory;
    this.#nextId = options.nextId;
    this.#segmentBytes = options.segmentBytes;
    this.#syncEachWrite = options.syncEachWrite ?? false;
  }

  /** Appends; at most one call at a time. When it rejects, nothing of `bytes` counts. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#file ??= await this.#openNext();
    const file = this.#file;
    try {
      await file.append(bytes);
      if (this.#syncEachWrite) await file.sync();
    } catch (error) {
      await this.#takeBack(file);
      throw error;
    }
    this.#size += bytes.length;
    this.#isDirty = true;
    this.sizes.set(this.#id, this.#size);
    if (this.#size >= this.#segmentBytes) this.#end();
  }

  /** Ends the segment; what is written next goes to a new one. Returns a number of its own between the two. */
  rotate(): number {
    this.#end();
    return this.#nextId++;
  }

  #end(): void {
    if (this.#file !== undefined) this.#full.push(this.#file);
    this.#file = undefined;
  }

  /** Makes everything written so far survive loss of power. */
  async sync(): Promise<void> {
    const full = this.#full;
    this.#full = [];
    const current = this.#isDirty ? this.#file : undefined;
    this.#isDirty = false;
    try {
      for (const file of full) await file.sync();
      await current?.sync();
    } catch (error) {
      this.#isDirty = true;
      this.#full.unshift(...full);
      throw error;
    }
    for (const file of full) await file.close();
  }

  async close(): Promise<void> {
    this.#end();
    await this.sync();
  }

  async #openNext(): Promise<AppendFile> {
    this.#id = this.#nextId++;
    const file = await this.#directory.openAppend(segmentName(this.#id));
    this.#size = 0;
    return file;
  }

  /** Cuts off what a failed write may have left; where that fails too, the segment is ended and its end is damaged. */
  async #takeBack(file: AppendFile): Promise<void> {
    try {
      if (file.truncate === undefined) throw new Error('the file cannot be cut');
      await file.truncate(this.#size);
    } catch {
      this.#end();
    }
  }
}
