/**
 * The blocks of a store, by tier. Opening reads a few hundred bytes of each. A block that is damaged is left out, counted
 * and told; its file stays for whoever wants to look at it until retention takes it.
 */
import type { StorageDirectory } from '../storage-directory.ts';
import { Block, type BlockCache } from './block.ts';
import { type BlockName, type Compression, parseBlockName } from './block-file.ts';
import { unfinishedSuffix } from './block-writer.ts';

export interface BlockSetOptions {
  readonly directory: StorageDirectory;
  readonly cache: BlockCache;
  readonly compression?: Compression | undefined;
  /** Told of each damage, in words. */
  readonly onDamage: (message: string) => void;
}

interface DamagedBlock extends BlockName {
  readonly name: string;
  readonly bytes: number;
}

export class BlockSet {
  readonly #options: BlockSetOptions;
  #blocks: Block[] = [];
  #damaged: DamagedBlock[] = [];
  #sequence = 0;
  /** Removals wait while a snapshot is being taken. */
  #holds = 0;
  #removals: string[] = [];
  damages = 0;

  static async open(options: BlockSetOptions): Promise<BlockSet> {
    const set = new BlockSet(options);
    for (const name of (await options.directory.list()).sort()) {
      if (name.startsWith('block-') && name.endsWith(unfinishedSuffix)) await options.directory.remove(name);
      else if (parseBlockName(name) !== undefined) await set.add(name);
    }
    return set;
  }

  private constructor(options: BlockSetOptions) {
    this.#options = options;
  }

  /** What is kept of blocks in memory. */
  get cacheBytes(): number {
    return this.#options.cache.bytes;
  }

  get compression(): Compression | undefined {
    return this.#options.compression;
  }

  /** Blocks of a tier, by time and then by age. */
  of(tierMs: number): readonly Block[] {
    return this.#blocks.filter((block) => block.meta.tierMs === tierMs);
  }

  get all(): readonly Block[] {
    return this.#blocks;
  }

  get damaged(): readonly DamagedBlock[] {
    return this.#damaged;
  }

  /** Bytes of all blocks, the damaged ones too. */
  get bytes(): number {
    return [...this.#blocks, ...this.#damaged].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** A number that no block has had. */
  nextSequence(): number {
    return ++this.#sequence;
  }

  /** Opens a block that is in the folder. */
  async add(name: string): Promise<void> {
    const { directory, cache, compression } = this.#options;
    const said = parseBlockName(name)!;
    this.#sequence = Math.max(this.#sequence, said.sequence);
    try {
      this.#blocks = [...this.#blocks, await Block.open(name, { directory, cache, compression })].sort(byTime);
    } catch (error) {
      this.damage(`Cannot open ${name}: ${textOf(error)}; it is left out`);
      this.#damaged.push({ ...said, name, bytes: await sizeOf(directory, name) });
    }
  }

  /** Counts a damage that was found while reading. */
  damage(message: string): void {
    this.damages++;
    this.#options.onDamage(message);
  }

  /** Takes blocks out of all questions at once, and their files off the disk. */
  async remove(names: readonly string[]): Promise<void> {
    const gone = new Set(names);
    const closing = this.#blocks.filter((block) => gone.has(block.name));
    this.#blocks = this.#blocks.filter((block) => !gone.has(block.name));
    this.#damaged = this.#damaged.filter((block) => !gone.has(block.name));
    for (const block of closing) block.close();
    this.#removals.push(...names);
    if (this.#holds === 0) await this.#removeFiles();
  }

  /** While `use` runs no file is taken away. */
  async hold<T>(use: () => Promise<T>): Promise<T> {
    this.#holds++;
    try {
      return await use();
    } finally {
      if (--this.#holds === 0) await this.#removeFiles();
    }
  }

  async #removeFiles(): Promise<void> {
    for (const name of this.#removals.splice(0)) {
      try {
        await this.#options.directory.remove(name);
      } catch (error) {
        this.damage(`Cannot remove ${name}: ${textOf(error)}`);
      }
    }
  }

  close(): void {
    for (const block of this.#blocks) block.close();
    this.#blocks = [];
  }

  name({ tierMs, from, to }: Omit<BlockName, 'sequence'>): BlockName {
    return { tierMs, from, to, sequence: this.nextSequence() };
  }
}

function byTime(a: Block, b: Block): number {
  return a.meta.from - b.meta.from || a.name.localeCompare(b.name);
}

async function sizeOf(directory: StorageDirectory, name: string): Promise<number> {
  try {
    return await directory.size(name);
  } catch {
    return 0;
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
