/** Keeps the log short and durable: fsync each second, a checkpoint when the log has grown, old files removed after it. */
import type { Head } from '../head/head.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import { checkpointAfter, writeCheckpoint } from './checkpoint.ts';
import type { GroupCommit } from './group-commit.ts';
import { type SegmentWriter, segmentId, segmentName } from './segment-writer.ts';

/** A minute, when `maintain` is called each second: a full disk does not empty sooner. */
const pauseAfterFailure = 60;

/** Some 25 million samples: a start reads them in a few seconds. */
const mostToReplay = 128 * 2 ** 20;

export interface LogKeeperOptions {
  readonly directory: StorageDirectory;
  readonly head: Head;
  readonly segments: SegmentWriter;
  readonly commits: GroupCommit;
  /** Files that were there at the start. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly checkpointBytes: number;
  /** Gives others their turn. */
  readonly pause: () => Promise<void>;
}

export class LogKeeper {
  readonly #options: LogKeeperOptions;
  /** Files that this process did not write itself as segments, with their sizes. */
  readonly #sizes: Map<string, number>;
  #lastCheckpointBytes = 0;
  /** Bytes of log from before this start, which the first checkpoint will do away with. */
  #inherited = 0;
  /** Calls of `maintain` until a checkpoint that failed is tried again. */
  #pause = 0;
  #checkpointing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  checkpoints = 0;
  /** The last failure, empty while all is well. */
  error = '';

  constructor(options: LogKeeperOptions) {
    this.#options = options;
    this.#sizes = new Map(options.sizes);
    for (const [name, size] of this.#sizes) {
      if (segmentId(name) !== undefined) this.#inherited += size;
      else if (checkpointAfter(name) !== undefined) this.#lastCheckpointBytes += size;
    }
  }

  get bytesOnDisk(): number {
    let bytes = 0;
    for (const size of this.#sizes.values()) bytes += size;
    for (const size of this.#options.segments.sizes.values()) bytes += size;
    return bytes;
  }

  /** Syncs, and starts a checkpoint when one is due; does not wait for the checkpoint. */
  async maintain(): Promise<void> {
    this.#syncing ??= this.#sync().finally(() => {
      this.#syncing = undefined;
    });
    await this.#syncing;
    if (this.#pause > 0) {
      this.#pause--;
      return;
    }
    const grown = this.#options.commits.bytesSinceRotation + this.#inherited;
    const bearable = Math.max(this.#options.checkpointBytes, Math.min(this.#lastCheckpointBytes, mostToReplay));
    if (grown >= bearable) void this.checkpoint();
  }

  /** Writes a checkpoint, or waits for the one under way. A failure is kept in `error`; the log stays as it was. */
  checkpoint(): Promise<void> {
    this.#checkpointing ??= this.#writeCheckpoint().finally(() => {
      this.#checkpointing = undefined;
    });
    return this.#checkpointing;
  }

  /** A checkpoint that begins now, not one that is half way; false when it failed. */
  async freshCheckpoint(): Promise<boolean> {
    while (this.#checkpointing !== undefined) await this.#checkpointing;
    const before = this.checkpoints;
    await this.checkpoint();
    return this.checkpoints > before;
  }

  async close(): Promise<void> {
    await this.#checkpointing;
    await this.#syncing;
    try {
      await this.#options.segments.close();
    } catch (error) {
      this.#fail('close the log', error);
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#options.segments.sync();
      this.error = '';
    } catch (error) {
      this.#fail('sync the log', error);
    }
  }

  async #writeCheckpoint(): Promise<void> {
    const { directory, head, commits, pause } = this.#options;
    const covered = commits.bytesSinceRotation;
    const after = await commits.rotate();
    try {
      this.#lastCheckpointBytes = await writeCheckpoint({ directory, head, after, pause });
    } catch (error) {
      this.#fail('write a checkpoint', error);
      this.#inherited += covered;
      this.#pause = pauseAfterFailure;
      await this.#giveUp(after);
      return;
    }
    this.checkpoints++;
    this.#inherited = 0;
    try {
      await this.#removeWhere((name) => (segmentId(name) ?? checkpointAfter(name) ?? after) < after);
      await this.#measure();
    } catch (error) {
      // What is left does no harm, and goes with the next checkpoint.
      this.#fail('remove old log files', error);
    }
  }

  /** Removes what an unfinished checkpoint left behind: on a full disk its space is needed. */
  async #giveUp(after: number): Promise<void> {
    try {
      await this.#removeWhere((name) => checkpointAfter(name) === after);
    } catch {
      // It is read and does no harm at the next start, and goes with the next checkpoint.
    }
  }

  async #removeWhere(wanted: (name: string) => boolean): Promise<void> {
    const { directory, segments } = this.#options;
    for (const name of (await directory.list()).filter(wanted)) {
      await directory.remove(name);
      this.#sizes.delete(name);
      const id = segmentId(name);
      if (id !== undefined) segments.sizes.delete(id);
    }
  }

  async #measure(): Promise<void> {
    const { directory, segments } = this.#options;
    const own = new Set([...segments.sizes.keys()].map(segmentName));
    for (const name of await directory.list()) if (!own.has(name)) this.#sizes.set(name, await directory.size(name));
  }

  #fail(what: string, error: unknown): void {
    this.error = `Cannot ${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
