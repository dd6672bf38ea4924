/** Puts the samples or buckets of one series into a block that is being written, in chunks of even size. */

import { ByteWriter } from '../byte-stream.ts';
import { type Rollup, sliceRollup } from '../rollup/rollup.ts';
import { writeRollup } from '../rollup/rollup-column.ts';
import type { Samples } from '../select/join-samples.ts';
import type { LabelPairs } from './block-file.ts';
import type { BlockWriter } from './block-writer.ts';
import { maxColumn, writeValues } from './value-column.ts';

const out = new ByteWriter();
const scratch = new ByteWriter();

export function writeSamples(writer: BlockWriter, labels: LabelPairs, samples: Samples): void {
  writer.begin(labels);
  addSamples(writer, samples);
}

/** More samples of the series that was begun last, after those before. */
export function addSamples(writer: BlockWriter, samples: Samples): void {
  const { timestamps, values } = samples;
  for (const { from, to } of chunksOf(timestamps.length)) {
    out.reset();
    // A copy: the encoder looks at the bits through a view that must begin where the values do.
    writeValues(out, values.slice(from, to), to - from);
    writer.chunk(timestamps.subarray(from, to), to - from, out.view());
  }
}

export function writeBuckets(writer: BlockWriter, labels: LabelPairs, rollup: Rollup): void {
  writer.begin(labels);
  addBuckets(writer, rollup);
}

/** More buckets of the series that was begun last, after those before. */
export function addBuckets(writer: BlockWriter, rollup: Rollup): void {
  for (const { from, to } of chunksOf(rollup.length)) {
    out.reset();
    const part = sliceRollup(rollup, from, to);
    writeRollup(out, part, scratch);
    writer.chunk(part.times, part.length, out.view());
  }
}

function* chunksOf(length: number): Iterable<{ from: number; to: number }> {
  const chunks = Math.ceil(length / maxColumn);
  for (let i = 0; i < chunks; i++) {
    yield { from: Math.floor((length * i) / chunks), to: Math.floor((length * (i + 1)) / chunks) };
  }
}
