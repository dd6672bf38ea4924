/** From a chunk in a block to samples or buckets. */

import { type Rollup, type RollupField, rollupFields } from '../rollup/rollup.ts';
import { type FieldsToRead, readRollup, readRollupInto } from '../rollup/rollup-column.ts';
import type { SampleMemory } from '../select/head-view.ts';
import type { Course } from '../select/join-samples.ts';
import type { Block, ChunkPlace } from './block.ts';
import { readValues } from './value-column.ts';

export interface Samples {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** All samples of a raw chunk. Throws where it is damaged. */
export function readSamples(block: Block, chunk: ChunkPlace): Samples {
  const values = new Float64Array(chunk.count);
  readValues(block.values(chunk), chunk.count, { values, at: 0 });
  return { timestamps: timesOf(block, chunk), values };
}

/** The same for a question, which many ask: shared, not to be changed. */
export function samplesOf(block: Block, chunk: ChunkPlace): Samples {
  return { timestamps: timesOf(block, chunk), values: block.decoded(chunk).values };
}

/** Puts all samples of a raw chunk into `memory` from `at` on; gives what is known of their values. Throws where it is damaged. */
export function readSamplesInto(
  block: Block,
  chunk: ChunkPlace,
  { memory, at }: { memory: SampleMemory; at: number },
): Course | undefined {
  const { times } = memory;
  const { values, course } = block.decoded(chunk);
  memory.values.set(values, at);
  const distances = block.times(chunk.column);
  for (let i = 0; i < chunk.count; i++) {
    const time = chunk.start + distances[i]!;
    if (times[at + i] === time) continue;
    times[at + i] = time;
    memory.isChanged = true;
  }
  return course;
}

/** All buckets of a rollup's chunk, with the fields that are asked for. Throws where it is damaged. */
export function readBuckets(block: Block, chunk: ChunkPlace, fields: readonly RollupField[] = rollupFields): Rollup {
  return readRollup(block.values(chunk), timesOf(block, chunk), fields);
}

/** The same into the entries from `at` on of a rollup that has the fields of `wanted.withFoundations`, and times. */
export function readBucketsInto(
  block: Block,
  chunk: ChunkPlace,
  wanted: FieldsToRead,
  into: { rollup: Rollup; at: number },
): void {
  const { rollup, at } = into;
  const { count, start } = chunk;
  const distances = block.times(chunk.column);
  for (let i = 0; i < count; i++) rollup.times[at + i] = start + distances[i]!;
  readRollupInto(block.values(chunk), wanted, { rollup, at, count });
}

/** The times of a chunk's samples. */
export function timesOf(block: Block, chunk: ChunkPlace): Float64Array {
  const distances = block.times(chunk.column);
  const times = new Float64Array(chunk.count);
  for (let i = 0; i < chunk.count; i++) times[i] = chunk.start + distances[i]!;
  return times;
}

/** Runs a reading of a block; what it throws about damage goes to `onDamage`, and `undefined` comes back. */
export function guarded<T>(block: Block, onDamage: (message: string) => void, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    // Whatever is thrown while bytes are read is about these bytes: a bit that flipped, or a disk that cannot read.
    onDamage(`${block.name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
