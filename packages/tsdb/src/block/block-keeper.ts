/**
 * Keeps the blocks in order, in the background: cuts the head, merges, rolls up, drops what is past its retention or over
 * the size, carries out deletions. It plans and puts blocks in place; writing them is done by `BlockWork`, in another
 * thread where there is one. One thing at a time; a thread that is lost is told, counted, and its work done again by the
 * next; a failing disk is told in `error` and tried again a minute later, the head serving on.
 */
import type { Tombstone } from '../delete/deletion.ts';
import type { Tombstones } from '../delete/tombstones.ts';
import { filterRow } from '../head/filter-row.ts';
import type { Head } from '../head/head.ts';
import type { StorageDirectory } from '../storage-directory.ts';
import type { Block } from './block.ts';
import { type BlockName, blockName } from './block-file.ts';
import { type BlockSet, textOf } from './block-set.ts';
import { type BlockThread, BlockThreadLostError, type BlockWork, BlockWorkshop } from './block-work.ts';
import { unfinishedSuffix } from './block-writer.ts';
import { cutHead } from './cut-head.ts';
import type { MergeOutput } from './merge-blocks.ts';
import { type BlockSpan, planCut, planMerge, planRollup } from './plan-blocks.ts';

/** A rollup that is kept beside the raw samples. */
export interface RollupTier {
  /** Width of a bucket in ms; a multiple of the tier before. */
  readonly widthMs: number;
  readonly retentionMs: number;
}

export interface BlockKeeperOptions {
  readonly directory: StorageDirectory;
  readonly head: Head;
  readonly blocks: BlockSet;
  readonly tombstones: Tombstones;
  readonly rawRetentionMs: number;
  readonly rollups: readonly RollupTier[];
  readonly blockRangeMs: number;
  /** All blocks together may take this much; Infinity for no limit. */
  readonly maxBytes: number;
  /** How late a sample may be: what is older than this is settled. */
  readonly outOfOrderWindowMs: number;
  /** Compressed bytes in the head past which it is cut before a block's time is full. */
  readonly headBytesLimit: number;
  readonly pause: () => Promise<void>;
  /** What writes blocks beside this thread; left out, it is done here. */
  readonly thread?: BlockThread | undefined;
  /** Told of a lost thread, in words. */
  readonly onLost: (message: string) => void;
  /** Time of the head's oldest sample; Infinity without one. */
  readonly oldestInHead: () => number;
  /** Called when samples have left the head for good: writes it as a checkpoint. False when that failed. */
  readonly checkpoint: () => Promise<boolean>;
}

/** A block that is to be written. */
interface PlannedBlock extends Omit<BlockName, 'sequence'> {
  readonly rolledFrom: readonly string[];
}

/** How long the blocks of a tier become, step by step. */
interface TierLevels {
  readonly tierMs: number;
  readonly levels: readonly number[];
}

/** In ms of `maintain`'s clock; sooner where blocks are short. */
const betweenRuns = 60_000;
const betweenPressedRuns = 5_000;
const mostCuts = 50;
/** Threads that may be lost over one piece of work before it waits for the next run. */
const mostLost = 3;

export class BlockKeeper {
  readonly #options: BlockKeeperOptions;
  readonly #work: BlockWork;
  readonly #levels: readonly number[];
  /** What is rolled up at once: whole blocks and whole buckets, of the widest too. */
  readonly #rollupSpan: number;
  #running: Promise<void> | undefined;
  #lastRun = Number.NEGATIVE_INFINITY;
  #isClosing = false;
  cuts = 0;
  merges = 0;
  droppedBlocks = 0;
  lostThreads = 0;
  /** The last failure, empty while all is well. */
  error = '';

  constructor(options: BlockKeeperOptions) {
    this.#options = options;
    const { blockRangeMs, directory, blocks, pause } = options;
    this.#work = options.thread ?? new BlockWorkshop({ directory, compression: blocks.compression, pause });
    this.#levels = [blockRangeMs, 3 * blockRangeMs, 12 * blockRangeMs];
    this.#rollupSpan = leastCommonMultiple(12 * blockRangeMs, options.rollups.at(-1)?.widthMs ?? 1);
  }

  /** To be called each second; begins work when some is due, without waiting for it. */
  maintain(now: number): void {
    const since = now - this.#lastRun;
    const soon = this.#options.blockRangeMs / 4;
    if (this.#running !== undefined || this.#isClosing || since < Math.min(betweenPressedRuns, soon)) return;
    if (since >= Math.min(betweenRuns, soon) || (this.#isPressed && this.error === '')) void this.run(now);
  }

  get #isPressed(): boolean {
    return this.#options.head.chunkBytes > this.#options.headBytesLimit;
  }

  /** Does all that is due, and waits for it. */
  async run(now: number): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    this.#lastRun = now;
    await this.#exclusively(async () => {
      await this.#cutAll(now);
      await this.#mergeAll(now, [{ tierMs: 0, levels: this.#levels }]);
      await this.#rollUpAll(now);
      await this.#mergeAll(now, this.#rollupLevels());
      await this.#dropOld(now);
    });
  }

  /** Carries out the deletions that are there now: rewrites the blocks that they reach into, and forgets them. */
  async cleanTombstones(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    let failure: unknown;
    await this.#exclusively(async () => {
      try {
        await this.#clean();
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    if (failure !== undefined) throw failure;
  }

  /** Runs `use` while no block comes or goes. */
  async still<T>(use: () => Promise<T>): Promise<T> {
    while (this.#running !== undefined) await this.#running;
    const result = use();
    this.#running = result.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await result;
    } finally {
      this.#running = undefined;
    }
  }

  /** What a thread is at is given up: it would be done again after the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#options.thread?.rest();
    while (this.#running !== undefined) await this.#running;
  }

  async #exclusively(work: () => Promise<void>): Promise<void> {
    await this.still(async () => {
      try {
        await work();
        this.error = '';
      } catch (error) {
        this.error = `Cannot write a block: ${textOf(error)}`;
      }
      this.#options.thread?.rest();
    });
  }

  /** Runs `write`, which leaves blocks with the names that it is given; once more with other names when a thread was lost. */
  async #writing(names: () => readonly BlockName[], write: (names: readonly BlockName[]) => Promise<void>) {
    for (let lost = 0; ; ) {
      const given = names();
      try {
        await write(given);
        return;
      } catch (error) {
        await this.#discard(given);
        if (!(error instanceof BlockThreadLostError) || this.#isClosing) throw error;
        this.lostThreads++;
        if (++lost === mostLost) throw error;
        this.#options.onLost(`${error.message}; its work is done again`);
      }
    }
  }

  /** Takes away what a failed attempt has left behind. */
  async #discard(names: readonly BlockName[]): Promise<void> {
    const { directory, blocks } = this.#options;
    const taken = new Set(blocks.all.map(({ name }) => name));
    const present: readonly string[] = await directory.list().catch(() => []);
    for (const name of names.map(blockName)) {
      if (taken.has(name)) continue;
      for (const file of [name, name + unfinishedSuffix]) {
        // On a disk that fails so badly an unfinished file stays until the next start.
        if (present.includes(file)) await directory.remove(file).catch(() => {});
      }
    }
  }

  #settled(now: number): number {
    return now - this.#options.outOfOrderWindowMs;
  }

  async #cutAll(now: number): Promise<void> {
    const { head, oldestInHead, checkpoint } = this.#options;
    let before = Number.NEGATIVE_INFINITY;
    for (let cuts = 0; cuts < mostCuts && !this.#isClosing; cuts++) {
      const samples = head.samples;
      const plan = planCut(oldestInHead(), {
        levels: this.#levels,
        settled: this.#settled(now),
        isPressed: this.#isPressed,
      });
      // A cut that takes nothing away (late samples came for every series) would be planned again without end.
      if (plan === undefined || (plan.to <= before && head.samples >= samples)) break;
      before = plan.to;
      await this.#writing(
        () => [this.#options.blocks.name({ tierMs: 0, ...plan })],
        ([name]) => cutHead({ ...this.#options, work: this.#work, name: name! }),
      );
      this.cuts++;
      if (head.samples === samples) break;
    }
    if (before > Number.NEGATIVE_INFINITY) await checkpoint();
  }

  /** The hours of a year are few: longer blocks, so that a question about a year opens few. */
  #rollupLevels(): TierLevels[] {
    const { blockRangeMs, rollups } = this.#options;
    const day = this.#rollupSpan;
    return rollups.map(({ widthMs }) => ({
      tierMs: widthMs,
      levels: widthMs >= blockRangeMs / 2 ? [day, 8 * day, 32 * day] : [day, 4 * day, 16 * day],
    }));
  }

  async #mergeAll(now: number, tiers: readonly TierLevels[]): Promise<void> {
    const { blocks } = this.#options;
    for (const { tierMs, levels } of tiers) {
      for (;;) {
        const group = this.#isClosing
          ? undefined
          : planMerge(blocks.of(tierMs).map(spanOf), levels, this.#settled(now));
        if (group === undefined) break;
        await this.#replace(
          tierMs,
          group.map(({ block }) => block),
        );
        this.merges++;
      }
    }
  }

  /** Writes blocks of one tier as one, and puts it in their place. */
  async #replace(tierMs: number, group: readonly Block[]): Promise<void> {
    const { blocks } = this.#options;
    const from = Math.min(...group.map(({ meta }) => meta.from));
    const to = Math.max(...group.map(({ meta }) => meta.to));
    const raw = new Set(blocks.of(0).map(({ name }) => name));
    const rolledFrom = group.flatMap(({ meta }) => meta.rolledFrom).filter((name) => raw.has(name));
    await this.#write(group, [{ tierMs, from, to, rolledFrom: [...new Set(rolledFrom)] }]);
    // The new one is in the set before the old ones leave it: a question never finds a gap.
    await blocks.remove(group.map((block) => block.name));
  }

  async #write(sources: readonly Block[], outputs: readonly PlannedBlock[]): Promise<void> {
    const { blocks, tombstones, directory } = this.#options;
    await this.#writing(
      () => outputs.map((output) => blocks.name(output)),
      async (names) => {
        const damages = await this.#work.merge({
          sources: sources.map(({ name }) => name),
          outputs: outputs.map(({ rolledFrom }, i): MergeOutput => ({ name: names[i]!, rolledFrom })),
          tombstones: tombstones.list,
        });
        for (const damage of damages) blocks.damage(damage);
        const present = new Set(await directory.list());
        // A block that would have held nothing (all of it was deleted) has no file.
        for (const name of names.map(blockName)) if (present.has(name)) await blocks.add(name);
      },
    );
  }

  async #rollUpAll(now: number): Promise<void> {
    const { blocks, rollups } = this.#options;
    if (rollups.length === 0) return;
    const length = this.#rollupSpan;
    while (!this.#isClosing) {
      const rolled = new Set(rollups.map(({ widthMs }) => this.#rolledInto(widthMs)).reduce(intersection));
      const plan = planRollup(blocks.of(0).map(spanOf), {
        length,
        settled: this.#settled(now),
        isRolled: (name) => rolled.has(name),
      });
      if (plan === undefined) return;
      const rolledFrom = plan.group.map(({ name }) => name);
      const to = plan.from + length;
      const outputs = rollups.map(({ widthMs }) => ({ tierMs: widthMs, from: plan.from, to, rolledFrom }));
      await this.#write(
        plan.group.map(({ block }) => block),
        outputs,
      );
      // Nothing could be read, or all was deleted: there is nothing to wait for.
      if (plan.group.some(({ name }) => !rollups.every(({ widthMs }) => this.#rolledInto(widthMs).has(name)))) return;
    }
  }

  #rolledInto(widthMs: number): Set<string> {
    return new Set(this.#options.blocks.of(widthMs).flatMap(({ meta }) => meta.rolledFrom));
  }

  async #dropOld(now: number): Promise<void> {
    const { blocks, rawRetentionMs, rollups, maxBytes } = this.#options;
    const keptMs = new Map([[0, rawRetentionMs], ...rollups.map((tier) => [tier.widthMs, tier.retentionMs] as const)]);
    const rolled = rollups.map(({ widthMs }) => this.#rolledInto(widthMs));
    const gone: string[] = [];
    for (const { name, meta } of blocks.all) {
      const kept = keptMs.get(meta.tierMs);
      if (kept === undefined || meta.newest >= now - kept) continue;
      // Raw samples wait until they are rolled up, unless even the rollups would not be kept any more.
      const isNeeded =
        meta.tierMs === 0 &&
        rolled.some((names, i) => !names.has(name) && meta.newest >= now - rollups[i]!.retentionMs);
      if (!isNeeded) gone.push(name);
    }
    for (const { name, tierMs, to } of blocks.damaged) if (to < now - (keptMs.get(tierMs) ?? 0)) gone.push(name);
    await this.#drop(gone);
    while (blocks.bytes > maxBytes && blocks.all.length > 0) await this.#drop([this.#leastNeeded()]);
  }

  async #drop(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    this.droppedBlocks += names.length;
    await this.#options.blocks.remove(names);
  }

  /** When there is no room for all: the oldest block of the tier that takes most. */
  #leastNeeded(): string {
    const { blocks } = this.#options;
    const sizes = new Map<number, number>();
    for (const { bytes, meta } of blocks.all) sizes.set(meta.tierMs, (sizes.get(meta.tierMs) ?? 0) + bytes);
    const [tier] = [...sizes].reduce((most, each) => (each[1] > most[1] ? each : most));
    return blocks.of(tier)[0]!.name;
  }

  async #clean(): Promise<void> {
    const { blocks, tombstones, head, checkpoint } = this.#options;
    const list: readonly Tombstone[] = tombstones.list;
    if (list.length === 0) return;
    for (const block of [...blocks.all]) {
      const { oldest, newest, tierMs } = block.meta;
      if (list.some(({ from, to }) => from <= newest && to >= oldest)) await this.#replace(tierMs, [block]);
    }
    for (let row = 0; row < head.series.end; row++) {
      if (head.series.refs[row] === 0) continue;
      filterRow(head, row, (samples) => tombstones.apply(head.series.labels(row), samples));
      if (row % 1_000 === 0) await this.#options.pause();
    }
    // The log still holds what was deleted: a checkpoint of the head does away with it before the deletion is forgotten.
    if (await checkpoint()) await tombstones.forget(list);
  }
}

function spanOf(block: Block): BlockSpan & { block: Block } {
  const { from, to } = block.meta;
  return { name: block.name, from, to, bytes: block.bytes, block };
}

function intersection(a: Set<string>, b: Set<string>): Set<string> {
  return new Set([...a].filter((each) => b.has(each)));
}

function leastCommonMultiple(a: number, b: number): number {
  let divisor = a;
  for (let rest = b; rest !== 0; ) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}
