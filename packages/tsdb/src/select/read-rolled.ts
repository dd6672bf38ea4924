/**
 * What a stretch of a question that rollups answer gives for one series: buckets from the blocks of the tier, and what is
 * not rolled up yet (blocks of raw samples, the head) rolled up on the fly. What comes out of blocks is put together once
 * for each field that questions want, and kept for as long as it is of the same chunks; only the head is rolled up each
 * time. Where it has samples of a bucket that blocks have too, that bucket is made anew of both.
 */
import type { Block, ChunkPlace } from '../block/block.ts';
import { guarded, readBucketsInto, readSamples } from '../block/read-chunk.ts';
import { answerFromRollup, fieldsFor, plainField, type RollupQuestion } from '../rollup/answer-from-rollup.ts';
import { joinRollups } from '../rollup/join-rollups.ts';
import { emptyRollup, type Rollup, type RollupField, rollUp, sliceRollup } from '../rollup/rollup.ts';
import { fieldsToRead } from '../rollup/rollup-column.ts';
import type { Stretch } from './choose-tier.ts';
import type { HeadView } from './head-view.ts';
import { cutSamples, joinSamples, type Samples } from './join-samples.ts';
import type { Scratch } from './scratch.ts';

/** What is to be read of one series for a stretch. */
export interface Part {
  readonly stretch: Stretch;
  readonly chunks: { readonly block: Block; readonly chunk: ChunkPlace }[];
}

interface Sources {
  readonly head: Pick<HeadView, 'read'>;
  readonly blocks: { damage(message: string): void };
}

/** Raw samples from `from` to the end of the stretch, from wherever they are. */
export function readRaw(sources: Sources, row: number, { stretch, chunks }: Part, from = stretch.from): Samples {
  const report = (message: string): void => sources.blocks.damage(message);
  const raw: Samples[] = [];
  for (const { block, chunk } of chunks) {
    if (block.meta.tierMs !== 0 || chunk.end < from) continue;
    const samples = guarded(block, report, () => readSamples(block, chunk));
    if (samples !== undefined) raw.push(samples);
  }
  if (row !== -1) raw.push(sources.head.read(row, from, stretch.to));
  return cutSamples(joinSamples(raw), from, stretch.to);
}

/** @param of.scratch Where the answer may be put, when there is no other part of it. */
export function readRolled(
  sources: Sources,
  row: number,
  of: { part: Part; question: RollupQuestion; scratch: Scratch | undefined },
): Samples {
  const { part, question, scratch } = of;
  const { tierMs, from, to } = part.stretch;
  const history = historyOf(sources, part, fieldsFor(question));
  const rest = rollUpHead(sources, row, { part, last: history.times.at(-1) });
  const field = plainField(question);
  const isInTurn =
    rest.length === 0 || history.length === 0 || bucketOf(history.times.at(-1)!) < bucketOf(rest.times[0]!);
  if (field !== undefined && scratch !== undefined && isInTurn)
    return scratch.join([history, rest], { field, from, to });
  const own: readonly RollupField[] = ['times', 'counts', ...fieldsFor(question).filter((each) => each !== 'counts')];
  return cutSamples(answerFromRollup(joinRollups([history, rest], tierMs, own), question), from, to);

  function bucketOf(time: number): number {
    return Math.floor(time / tierMs);
  }
}

/** What blocks have of a series: buckets, and the chunks that they were made of. */
interface History {
  readonly chunks: readonly ChunkPlace[];
  readonly rollup: Rollup;
}

function historyOf(sources: Sources, part: Part, fields: readonly RollupField[]): Rollup {
  const { chunks, stretch } = part;
  if (chunks.length === 0) return noBuckets;
  const { block, chunk } = chunks[0]!;
  const key = `history/${chunk.at}/${stretch.tierMs}/${fields.join()}`;
  // Of a chunk that is not rolled up yet only what lies within is.
  let isKept = chunks.every((each) => each.block.meta.tierMs !== 0 || isWithin(each.chunk, stretch));
  const known = isKept ? block.kept<History>(key) : undefined;
  if (known !== undefined && isSame(known.chunks, chunks)) return known.rollup;
  const all: readonly RollupField[] = ['counts', ...fields.filter((field) => field !== 'counts')];
  const report = (message: string): void => {
    isKept = false;
    sources.blocks.damage(message);
  };
  const rolled = chunks.filter((each) => each.block.meta.tierMs !== 0);
  const parts = isInTurn(rolled, stretch.tierMs)
    ? [readTogether(rolled, all, report)]
    : rolled.map((each) => readTogether([each], all, report));
  const { timestamps, values } = readRaw({ ...sources, blocks: { damage: report } }, -1, part);
  parts.push(rollUp(timestamps, values, stretch.tierMs));
  const rollup = joinRollups(parts, stretch.tierMs, ['times', ...all]);
  if (isKept) {
    const bytes = 8 * (rollup.length * (all.length + 1) + chunks.length) + 1_000;
    block.keep(key, { chunks: chunks.map((each) => each.chunk), rollup }, bytes);
  }
  return rollup;
}

/** Whether each chunk begins in a bucket after the one in which the chunk before ends. */
function isInTurn(chunks: Part['chunks'], tierMs: number): boolean {
  for (let i = 1; i < chunks.length; i++) {
    const end = chunks[i - 1]!.chunk.end;
    if (Math.floor(chunks[i]!.chunk.start / tierMs) <= Math.floor(end / tierMs)) return false;
  }
  return true;
}

/** The buckets of chunks one after the other, those left out that are damaged. */
function readTogether(
  chunks: Part['chunks'],
  fields: readonly RollupField[],
  report: (message: string) => void,
): Rollup {
  const wanted = fieldsToRead(fields);
  const count = chunks.reduce((sum, { chunk }) => sum + chunk.count, 0);
  const rollup = emptyRollup(count, ['times', ...wanted.withFoundations]);
  let at = 0;
  for (const { block, chunk } of chunks) {
    const isRead = guarded(block, report, () => {
      readBucketsInto(block, chunk, wanted, { rollup, at });
      return true;
    });
    if (isRead) at += chunk.count;
  }
  const own = Object.fromEntries(fields.map((field) => [field, rollup[field]]));
  return sliceRollup({ ...noBuckets, ...own, times: rollup.times, length: count }, 0, at);
}

function isWithin(chunk: ChunkPlace, { from, to }: Stretch): boolean {
  return chunk.start >= from && chunk.end <= to;
}

function isSame(known: readonly ChunkPlace[], chunks: Part['chunks']): boolean {
  if (known.length !== chunks.length) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== chunks[i]!.chunk) return false;
  return true;
}

/** The head in buckets, the first with what blocks of raw samples have of it too. `last`: the newest time in blocks. */
function rollUpHead(sources: Sources, row: number, of: { part: Part; last: number | undefined }): Rollup {
  const { part, last = Number.NEGATIVE_INFINITY } = of;
  const { tierMs, from, to } = part.stretch;
  if (row === -1) return noBuckets;
  const { timestamps, values } = sources.head.read(row, from, to);
  if (timestamps.length === 0) return noBuckets;
  const begin = Math.floor(timestamps[0]! / tierMs) * tierMs;
  if (last < begin) return rollUp(timestamps, values, tierMs);
  const both = readRaw(sources, row, part, Math.max(from, begin));
  return rollUp(both.timestamps, both.values, tierMs);
}

const noBuckets: Rollup = emptyRollup(0);
