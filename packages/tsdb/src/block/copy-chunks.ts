/**
 * Merging without encoding again: where the chunks of a series follow each other in time, large ones are taken over as
 * they are (their sums checked), and runs of small ones are joined, for few large chunks take less than many small ones.
 */
import type { Block, ChunkPlace } from './block.ts';
import type { BlockWriter } from './block-writer.ts';
import { timesOf } from './read-chunk.ts';
import { maxColumn } from './value-column.ts';

export interface PlacedChunk {
  readonly block: Block;
  readonly chunk: ChunkPlace;
}

/** The chunks in time order, or `undefined` when some reach into each other; `placeOf` gives a time its bucket. */
export function inTurn(chunks: readonly PlacedChunk[], placeOf: (time: number) => number): PlacedChunk[] | undefined {
  const sorted = [...chunks].sort((a, b) => a.chunk.start - b.chunk.start);
  for (let i = 1; i < sorted.length; i++)
    if (placeOf(sorted[i]!.chunk.start) <= placeOf(sorted[i - 1]!.chunk.end)) return undefined;
  return sorted;
}

/** Chunks that belong together: one that is taken as it is, or several that are joined. */
export function groupsOf(chunks: readonly PlacedChunk[]): PlacedChunk[][] {
  const groups: PlacedChunk[][] = [];
  let room = 0;
  for (const each of chunks) {
    const { count } = each.chunk;
    const isLarge = count >= maxColumn / 2;
    if (isLarge || count > room) {
      groups.push([each]);
      room = isLarge ? 0 : maxColumn - count;
    } else {
      groups.at(-1)!.push(each);
      room -= count;
    }
  }
  return groups;
}

/** Takes a chunk over. Throws where it is damaged. */
export function copyChunk(writer: BlockWriter, { block, chunk }: PlacedChunk): void {
  const values = block.values(chunk);
  writer.chunk(timesOf(block, chunk), chunk.count, values.bytes.subarray(values.at, values.end));
}
