/** What a cut leaves in the head of a chunk that reaches over its end. */
import { decodeChunk, encodeChunk } from '../chunk/chunk-codec.ts';
import type { ChunkId, ChunkStore } from './chunk-store.ts';
import { lowerBound } from './lower-bound.ts';

/** The samples from the end of the cut on, as a chunk that ends where the whole one does. */
export interface ChunkRest {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly count: number;
}

/** What was found before a time, when it was handed over. */
export interface CountedSamples {
  readonly count: number;
  /** Made beforehand of the chunk that reaches over that time, where there was one. */
  readonly rest?:
    | { readonly of: { readonly start: number; readonly count: number }; readonly made: ChunkRest }
    | undefined;
}

/** The rest of a chunk: the one that was made beforehand, unless the chunk has become another since. */
export function restOf(chunks: ChunkStore, id: ChunkId, to: number, counted: CountedSamples): ChunkRest {
  const { rest } = counted;
  const total = chunks.counts[id]!;
  if (rest !== undefined && rest.of.start === chunks.starts[id] && rest.of.count === total) return rest.made;
  const times = new Float64Array(total);
  const values = new Float64Array(total);
  decodeChunk(chunks.view(id), { times, values, at: 0 });
  const split = lowerBound(times, to);
  const count = total - split;
  const bytes = encodeChunk(times.slice(split), values.slice(split), count).slice();
  return { bytes, start: times[split]!, count };
}
