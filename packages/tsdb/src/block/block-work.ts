/**
 * What is done about blocks away from ingest: writing what the head gives up, merging, rolling up. The work is asked for
 * in messages of plain data, so that another thread can do it; a host that has one provides it (`BlockThread`), else
 * `BlockWorkshop` does the same in this thread. Whoever does it only writes files: a block counts when the store has
 * taken it into its set, so that a thread which ends half way costs nothing but the work.
 */
import type { Tombstone } from '../delete/deletion.ts';
import type { HeadExtract } from '../select/head-extract.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import type { BlockName, Compression } from './block-file.ts';
import { type MergeJob, mergeBlocks } from './merge-blocks.ts';
import type { SeriesParcel } from './series-parcel.ts';
import { CutWriting } from './write-cut.ts';

export interface CutJob {
  readonly name: BlockName;
  /** Samples before this time are taken. */
  readonly to: number;
  readonly series: SeriesParcel;
  readonly tombstones: readonly Tombstone[];
}

/** Samples of series that follow each other in the order of the cut. */
export interface CutPiece {
  /** The place of each series of the extract. */
  readonly places: Uint32Array<ArrayBuffer>;
  readonly extract: HeadExtract;
}

/** What became of a piece, by its series. */
export interface CutDone {
  /** Samples before the end of the cut, deleted ones too. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** Of the chunk that reaches over the end: its first time and its samples; 0 samples where none does. */
  readonly chunkStarts: Float64Array<ArrayBuffer>;
  readonly chunkCounts: Uint16Array<ArrayBuffer>;
  /** What of that chunk stays in the head, encoded anew: first time, samples, and where it ends in `restBytes`. */
  readonly restStarts: Float64Array<ArrayBuffer>;
  readonly restCounts: Uint16Array<ArrayBuffer>;
  readonly restEnds: Uint32Array<ArrayBuffer>;
  readonly restBytes: Uint8Array<ArrayBuffer>;
}

/** One thing at a time: a cut from beginning to end, or a merge. All reject when the disk fails. */
export interface BlockWork {
  /** Begins a block of the head's samples; gives the places of the series in the order in which they are wanted. */
  beginCut(job: CutJob): Promise<Uint32Array<ArrayBuffer>>;
  /** The next piece; another may be given before the first is done. */
  addToCut(piece: CutPiece): Promise<CutDone>;
  /** Ends the block; false when it would hold nothing and there is none. */
  finishCut(): Promise<boolean>;
  /** Writes the blocks that hold something; gives the damages that were met, in words. */
  merge(job: MergeJob): Promise<readonly string[]>;
}

/** The same in another thread. */
export interface BlockThread extends BlockWork {
  /** Nothing is wanted for now: the thread may go, and its memory with it. What is under way rejects. */
  rest(): void;
}

/** The thread ended, or could not begin. What was asked of it is to be asked again, from the start. */
export class BlockThreadLostError extends Error {
  override readonly name = 'BlockThreadLostError';
}

export interface WorkshopOptions {
  readonly directory: StorageDirectory;
  readonly compression?: Compression | undefined;
  /** Gives others their turn in the middle of long work. */
  readonly pause: () => Promise<void>;
}

export class BlockWorkshop implements BlockWork {
  readonly #options: WorkshopOptions;
  #cut: CutWriting | undefined;

  constructor(options: WorkshopOptions) {
    this.#options = options;
  }

  async beginCut(job: CutJob): Promise<Uint32Array<ArrayBuffer>> {
    // One that was given up.
    await this.#cut?.abandon();
    this.#cut = await CutWriting.begin(job, this.#options);
    return this.#cut.order.slice();
  }

  addToCut(piece: CutPiece): Promise<CutDone> {
    if (this.#cut === undefined) throw new Error('BUG: no cut was begun');
    return this.#cut.add(piece);
  }

  async finishCut(): Promise<boolean> {
    const cut = this.#cut;
    if (cut === undefined) throw new Error('BUG: no cut was begun');
    this.#cut = undefined;
    return cut.finish();
  }

  async merge(job: MergeJob): Promise<readonly string[]> {
    const damages: string[] = [];
    await mergeBlocks(job, { ...this.#options, report: (message) => damages.push(message) });
    return damages;
  }
}
