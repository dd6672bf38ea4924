/**
 * What is to be done with the blocks of a tier. Levels are lengths of time, each a multiple of the one before; blocks that
 * lie within one aligned stretch of a level are merged when that stretch is over. A great block is not written again for
 * a little one that came late, unless there are several of those.
 */
export interface BlockSpan {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

const lateBlocks = 4;
const greatShare = 8;

/** A group of blocks to merge, of the lowest level that has one; `undefined` when all is in order. `settled`: nothing more is expected before it. */
export function planMerge<T extends BlockSpan>(
  blocks: readonly T[],
  levels: readonly number[],
  settled: number,
): T[] | undefined {
  for (const length of levels) {
    for (const [at, group] of alignedGroups(blocks, length)) {
      if (group.length < 2 || at + length > settled) continue;
      const largest = Math.max(...group.map(({ bytes }) => bytes));
      const others = group.reduce((sum, { bytes }) => sum + bytes, 0) - largest;
      if (others * greatShare < largest && group.length <= lateBlocks) continue;
      return group;
    }
  }
  return undefined;
}

/** The raw blocks of one stretch that is over and that are not rolled up yet. */
export function planRollup<T extends BlockSpan>(
  blocks: readonly T[],
  of: { length: number; settled: number; isRolled: (name: string) => boolean },
): { from: number; group: T[] } | undefined {
  for (const [from, group] of alignedGroups(blocks, of.length)) {
    if (from + of.length > of.settled) continue;
    const missing = group.filter(({ name }) => !of.isRolled(name));
    if (missing.length > 0) return { from, group: missing };
  }
  return undefined;
}

function alignedGroups<T extends BlockSpan>(blocks: readonly T[], length: number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const block of blocks) {
    const at = Math.floor(block.from / length) * length;
    if (block.to > at + length) continue;
    const group = groups.get(at);
    if (group === undefined) groups.set(at, [block]);
    else group.push(block);
  }
  return groups;
}

export interface CutPlan {
  readonly from: number;
  readonly to: number;
}

/**
 * The stretch that the head should give up next: the longest aligned one that begins with its oldest sample and is over.
 * Under pressure quarters of the shortest will do.
 */
export function planCut(
  oldest: number,
  of: { levels: readonly number[]; settled: number; isPressed: boolean },
): CutPlan | undefined {
  if (!Number.isFinite(oldest)) return undefined;
  const shortest = of.levels[0]!;
  const lengths = [...of.levels].reverse();
  for (const length of lengths) {
    const from = Math.floor(oldest / length) * length;
    if (from + length <= of.settled) return { from, to: from + length };
  }
  if (!of.isPressed) return undefined;
  const quarter = Math.ceil(shortest / 4);
  const from = Math.floor(oldest / quarter) * quarter;
  const to = Math.floor(of.settled / quarter) * quarter;
  return to > from ? { from, to } : undefined;
}
