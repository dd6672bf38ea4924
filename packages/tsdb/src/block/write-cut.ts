/** Writes what a head gives up (cut-head.ts) as a block, piece by piece; the end of a chunk that stays goes back encoded. */
import { encodeChunk, maxChunkSamples } from '../chunk/chunk-codec.ts';
import { type Deletion, deletionOf, withoutDeleted } from '../delete/deletion.ts';
import { lowerBound } from '../head/lower-bound.ts';
import { FrozenHead } from '../select/frozen-head.ts';
import type { CutDone, CutJob, CutPiece, WorkshopOptions } from './block-work.ts';
import { BlockWriter } from './block-writer.ts';
import { OrderedSeries } from './series-parcel.ts';
import { Slices } from './slices.ts';
import { writeSamples } from './write-series.ts';

export class CutWriting {
  readonly #to: number;
  readonly #series: OrderedSeries;
  readonly #deletions: readonly Deletion[];
  readonly #writer: BlockWriter;
  readonly #slices: Slices;
  /** Pieces one after the other, whenever they come. */
  #before: Promise<unknown> = Promise.resolve();

  static async begin(job: CutJob, options: WorkshopOptions): Promise<CutWriting> {
    const { directory, compression, pause } = options;
    const series = await OrderedSeries.of(job.series, pause);
    const writer = await BlockWriter.create({ directory, name: job.name, compression });
    return new CutWriting(job, { series, writer, slices: new Slices(pause) });
  }

  private constructor(job: CutJob, of: { series: OrderedSeries; writer: BlockWriter; slices: Slices }) {
    this.#to = job.to;
    this.#deletions = job.tombstones.map(deletionOf);
    this.#series = of.series;
    this.#writer = of.writer;
    this.#slices = of.slices;
  }

  get order(): Uint32Array<ArrayBuffer> {
    return this.#series.order;
  }

  /** On failure the block is given up. */
  async add(piece: CutPiece): Promise<CutDone> {
    const done = this.#before.then(() => this.#add(piece));
    this.#before = done;
    try {
      return await done;
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  async #add({ places, extract }: CutPiece): Promise<CutDone> {
    const head = new FrozenHead(extract);
    const done = new CutDoneBuilder(extract.series);
    for (let i = 0; i < extract.series; i++) {
      const samples = head.read(i, Number.NEGATIVE_INFINITY, this.#to - 1);
      const count = samples.timestamps.length;
      done.begin(count);
      if (count > 0) {
        const pairs = this.#series.pairs(places[i]!);
        const kept =
          this.#deletions.length === 0 ? samples : withoutDeleted(this.#deletions, Object.fromEntries(pairs), samples);
        writeSamples(this.#writer, pairs, kept);
        done.rest(head, i, this.#to);
        await this.#writer.flush();
      }
      await this.#slices.spend(count);
    }
    return done.finish();
  }

  async finish(): Promise<boolean> {
    try {
      await this.#before;
      return (await this.#writer.finish()) !== undefined;
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  async abandon(): Promise<void> {
    await this.#before.catch(() => {});
    // On a disk that fails so badly the unfinished file stays until the next start.
    await this.#writer.abandon().catch(() => {});
  }
}

class CutDoneBuilder {
  readonly #done: { -readonly [K in keyof CutDone]: CutDone[K] };
  readonly #times = new Float64Array(maxChunkSamples);
  readonly #values = new Float64Array(maxChunkSamples);
  #at = -1;
  #used = 0;

  constructor(series: number) {
    this.#done = {
      counts: new Uint32Array(series),
      chunkStarts: new Float64Array(series),
      chunkCounts: new Uint16Array(series),
      restStarts: new Float64Array(series),
      restCounts: new Uint16Array(series),
      restEnds: new Uint32Array(series),
      restBytes: new Uint8Array(64 * series),
    };
  }

  /** The next series. */
  begin(count: number): void {
    this.#at++;
    this.#done.counts[this.#at] = count;
    this.#done.restEnds[this.#at] = this.#used;
  }

  /** What stays of the chunk of a row that reaches over `to`, if there is one. */
  rest(head: FrozenHead, row: number, to: number): void {
    const chunk = head.chunkAt(row, to, { times: this.#times, values: this.#values });
    if (chunk === undefined) return;
    const { count, start } = chunk;
    const split = lowerBound(this.#times.subarray(0, count), to);
    const times = this.#times.slice(split, count);
    const bytes = encodeChunk(times, this.#values.slice(split, count), count - split);
    const done = this.#done;
    if (this.#used + bytes.length > done.restBytes.length) {
      const longer = new Uint8Array(2 * (this.#used + bytes.length));
      longer.set(done.restBytes);
      done.restBytes = longer;
    }
    done.restBytes.set(bytes, this.#used);
    this.#used += bytes.length;
    done.chunkStarts[this.#at] = start;
    done.chunkCounts[this.#at] = count;
    done.restStarts[this.#at] = times[0]!;
    done.restCounts[this.#at] = count - split;
    done.restEnds[this.#at] = this.#used;
  }

  finish(): CutDone {
    return { ...this.#done, restBytes: this.#done.restBytes.slice(0, this.#used) };
  }
}
