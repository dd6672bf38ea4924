/**
 * A sample that comes after its place was compressed: the chunk it belongs to is decoded, and encoded again with it.
 * Dear (some ten microseconds), and rare. A chunk that grows past twice the usual size is split.
 */
import { decodeChunk, encodeChunk, maxChunkSamples } from '../chunk/chunk-codec.ts';
import type { ChunkId, ChunkStore } from './chunk-store.ts';

const splitAbove = 240;

const times = new Float64Array(maxChunkSamples);
const values = new Float64Array(maxChunkSamples);

export interface LateInsertion {
  /** The newest chunk of the series from now on. */
  readonly tail: ChunkId;
  /** `same` and `different`: a sample of that time was there, with this value or another, and was left as it is. */
  readonly outcome: 'inserted' | 'same' | 'different';
}

/** Puts a sample into the list of chunks that ends in `tail`; its time is at or before the end of `tail`. */
export function insertLate(chunks: ChunkStore, tail: ChunkId, sample: { time: number; value: number }): LateInsertion {
  let newer = 0;
  let id = tail;
  while (sample.time < chunks.starts[id]! && chunks.previous[id] !== 0) {
    newer = id;
    id = chunks.previous[id]!;
  }
  const count = chunks.counts[id]!;
  decodeChunk(chunks.view(id), { times, values, at: 0 });
  let at = count;
  while (at > 0 && times[at - 1]! > sample.time) at--;
  if (at > 0 && times[at - 1] === sample.time) {
    return { tail, outcome: Object.is(values[at - 1], sample.value) ? 'same' : 'different' };
  }
  times.copyWithin(at + 1, at, count);
  values.copyWithin(at + 1, at, count);
  times[at] = sample.time;
  values[at] = sample.value;
  const replacement = replace(chunks, id, count + 1);
  if (newer === 0) return { tail: replacement, outcome: 'inserted' };
  chunks.previous[newer] = replacement;
  return { tail, outcome: 'inserted' };
}

/** Stores the scratch samples in place of a chunk; returns the newer of the two when they were split. */
function replace(chunks: ChunkStore, id: ChunkId, count: number): ChunkId {
  const before = chunks.previous[id]!;
  chunks.remove(id);
  if (count <= splitAbove) return addRange(chunks, { from: 0, to: count }, before);
  const middle = count >>> 1;
  const older = addRange(chunks, { from: 0, to: middle }, before);
  return addRange(chunks, { from: middle, to: count }, older);
}

function addRange(chunks: ChunkStore, range: { from: number; to: number }, previous: ChunkId): ChunkId {
  const { from, to } = range;
  const bytes = encodeChunk(times.subarray(from, to), values.subarray(from, to), to - from);
  return chunks.add(bytes, { start: times[from]!, end: times[to - 1]!, count: to - from }, previous);
}
