/**
 * The other end of a handover (handover.ts): answers questions over what the thread of the store took out of its head and
 * over blocks that are opened here, by name. Reads only; it changes nothing on the disk.
 */
import { Block, type BlockCache } from '../block/block.ts';
import type { Compression } from '../block/block-file.ts';
import { LruCache } from '../block/lru-cache.ts';
import { deletionOf, withoutDeleted } from '../delete/deletion.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import { FrozenHead } from './frozen-head.ts';
import type { HandedOver, Selection } from './handover.ts';
import { SampleReceiver } from './kept-samples.ts';
import { LabelReceiver } from './label-parcel.ts';
import { findMerged, type SelectLimits, type SelectSources, type SeriesReader } from './select-merged.ts';

export interface DistantStoreOptions {
  readonly directory: Pick<StorageDirectory, 'openRead'>;
  readonly cacheBytes: number;
  readonly compression?: Compression;
}

/** The answers to the selections of one handover. */
export interface DistantAnswers {
  /** The series of a selection, by its place. Throws `SelectLimitError`. */
  find(index: number, selection: Selection, limits: SelectLimits): SeriesReader[];
  /** Damages met so far, in words. */
  readonly damages: readonly string[];
}

export class DistantStore {
  readonly #options: DistantStoreOptions;
  readonly #cache: BlockCache;
  readonly #labels = new LabelReceiver();
  readonly #samples = new SampleReceiver();
  readonly #blocks = new Map<string, Block>();

  constructor(options: DistantStoreOptions) {
    this.#options = options;
    this.#cache = new LruCache(options.cacheBytes);
  }

  /** Takes a handover; every one must be taken, in the order in which they were given. */
  async take(handed: HandedOver): Promise<DistantAnswers> {
    this.#labels.take(handed.labels);
    if (handed.forgets) this.#samples.forget();
    const kept = this.#samples.takeAll(handed.extracts);
    const damages: string[] = [];
    const sources = await this.#sourcesOf(handed, damages);
    return {
      damages,
      find: (index, { matchers, fromMs, toMs }, limits) => {
        const head = new FrozenHead(handed.extracts[index]!, this.#labels, kept[index]);
        return findMerged({ ...sources, head }, matchers, { from: fromMs, to: toMs, limits });
      },
    };
  }

  async #sourcesOf(handed: HandedOver, damages: string[]): Promise<Omit<SelectSources, 'head'>> {
    await this.#open(handed.blocks, damages);
    const names = handed.blocks.filter((name) => this.#blocks.has(name));
    const all = names.map((name) => this.#blocks.get(name)!);
    const of = (tierMs: number): readonly Block[] => all.filter((block) => block.meta.tierMs === tierMs);
    const deletions = handed.tombstones.map(deletionOf);
    return {
      blocks: { of, damage: (message) => damages.push(message) },
      tombstones: {
        size: deletions.length,
        apply: (labels, samples) => withoutDeleted(deletions, labels, samples),
      },
      widths: handed.widths,
      oldest: (tierMs) => {
        const first = of(tierMs)[0]?.meta.from;
        if (first !== undefined) return first;
        return tierMs === 0 ? handed.oldestInHead : Number.POSITIVE_INFINITY;
      },
    };
  }

  /** Opens those that are new and lets go of those that are gone. */
  async #open(names: readonly string[], damages: string[]): Promise<void> {
    const wanted = new Set(names);
    for (const [name, block] of this.#blocks) {
      if (wanted.has(name)) continue;
      block.close();
      this.#blocks.delete(name);
    }
    const { directory, compression } = this.#options;
    for (const name of names) {
      if (this.#blocks.has(name)) continue;
      try {
        this.#blocks.set(name, await Block.open(name, { directory, cache: this.#cache, compression }));
      } catch (error) {
        damages.push(`Cannot open ${name}: ${error instanceof Error ? error.message : String(error)}; it is left out`);
      }
    }
  }
}
