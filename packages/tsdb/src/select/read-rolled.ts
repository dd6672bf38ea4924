/**
 * What a stretch of a question that rollups answer gives for one series: buckets from the blocks of the tier, and what is
 * not rolled up yet (blocks of raw samples, the head) rolled up on the fly. What comes out of blocks is put together once
 * for each field that questions want, and kept for as long as it is of the same chunks; only the head is rolled up each
 * time. Where it has samples of a bucket that blocks have too, that bucket is made anew of both.
 */
import type { Block, ChunkPlace } from '../block/block.ts';
import { guarded, readBucketsInto, samplesOf } from '../block/read-chunk.ts';
import {
  answerFromRollup,
  counterSamples,
  fieldsFor,
  fieldsOfCounters,
  isOfCounter,
  plainField,
  type RollupQuestion,
} from '../rollup/answer-from-rollup.ts';
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
  readonly head: Pick<HeadView, 'read' | 'whole'>;
  readonly blocks: { damage(message: string): void };
}

/** Raw samples from `from` to the end of the stretch, from wherever they are. */
export function readRaw(sources: Sources, row: number, { stretch, chunks }: Part, from = stretch.from): Samples {
  const report = (message: string): void => sources.blocks.damage(message);
  const raw: Samples[] = [];
  for (const { block, chunk } of chunks) {
    if (block.meta.tierMs !== 0 || chunk.end < from) continue;
    const samples = guarded(block, report, () => samplesOf(block, chunk));
    if (samples !== undefined) raw.push(samples);
  }
  const range = { from, to: stretch.to };
  if (row !== -1) raw.push(sources.head.whole?.(row, range) ?? sources.head.read(row, range.from, range.to));
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
  const counted = isOfCounter(question) ? readCounter(sources, row, { part, scratch }) : undefined;
  if (counted !== undefined) return counted;
  const history = historyOf(sources, part, fieldsFor(question));
  const rest = rollUpHead(sources, row, { part, last: history.times.at(-1) });
  const field = plainField(question);
  if (field !== undefined && scratch !== undefined && isBehind(rest, history.times.at(-1), tierMs))
    return scratch.join([history, rest], { field, from, to });
  const own: readonly RollupField[] = ['times', 'counts', ...fieldsFor(question).filter((each) => each !== 'counts')];
  return cutSamples(answerFromRollup(joinRollups([history, rest], tierMs, own), question), from, to);
}

/** Whether the buckets come after the one of a time. */
function isBehind(rollup: Rollup, last: number | undefined, tierMs: number): boolean {
  return rollup.length === 0 || last === undefined || Math.floor(last / tierMs) < Math.floor(rollup.times[0]! / tierMs);
}

/**
 * What rates get to see. Kept as samples, and with one array of times for all series that have the same, it takes a fifth of the
 * memory of the buckets that it is made of. `undefined` where the head has buckets that blocks have too.
 */
function readCounter(
  sources: Sources,
  row: number,
  { part, scratch }: { part: Part; scratch: Scratch | undefined },
): Samples | undefined {
  const { from, to, tierMs } = part.stretch;
  const history = keptOf(part, 'counter', () => {
    const { rollup, isWhole } = readHistory(sources, part, fieldsOfCounters);
    const own = counterSamples(rollup);
    const shared = scratch?.sharedTimes(own.timestamps) ?? own.timestamps;
    const bytes = own.values.byteLength + (shared === own.timestamps ? own.timestamps.byteLength : 0);
    return { value: { timestamps: shared, values: own.values }, bytes, isWhole };
  });
  const last = history?.timestamps.at(-1);
  const rest = rollUpHead(sources, row, { part, last });
  if (!isBehind(rest, last, tierMs)) return undefined;
  const parts = [counterSamples(rest, history?.values.at(-1))];
  if (history !== undefined) parts.unshift(history);
  return cutSamples(joinSamples(parts), from, to);
}

interface Kept<T> {
  readonly chunks: readonly ChunkPlace[];
  readonly value: T;
}

/** What `make` makes of what blocks have of a series, kept while that is of the same chunks; `undefined` where they have nothing. */
function keptOf<T>(
  { chunks, stretch }: Part,
  name: string,
  make: () => { value: T; bytes: number; isWhole: boolean },
): T | undefined {
  if (chunks.length === 0) return undefined;
  const { block, chunk } = chunks[0]!;
  const key = `history/${chunk.at}/${stretch.tierMs}/${name}`;
  // Of a chunk that is not rolled up yet only what lies within is.
  const isKept = chunks.every((each) => each.block.meta.tierMs !== 0 || isWithin(each.chunk, stretch));
  const known = isKept ? block.kept<Kept<T>>(key) : undefined;
  if (known !== undefined && isSame(known.chunks, chunks)) return known.value;
  const { value, bytes, isWhole } = make();
  if (isKept && isWhole)
    block.keep(key, { chunks: chunks.map((each) => each.chunk), value }, bytes + 8 * chunks.length + 1_000);
  return value;
}

function historyOf(sources: Sources, part: Part, fields: readonly RollupField[]): Rollup {
  const history = keptOf(part, fields.join(), () => {
    const { rollup, isWhole } = readHistory(sources, part, fields);
    return { value: rollup, bytes: 8 * rollup.length * (fields.length + 2), isWhole };
  });
  return history ?? noBuckets;
}

/** Reads what blocks have of a series; not whole where something is damaged. */
function readHistory(
  sources: Sources,
  part: Part,
  fields: readonly RollupField[],
): { rollup: Rollup; isWhole: boolean } {
  const { chunks, stretch } = part;
  let isWhole = true;
  const all: readonly RollupField[] = ['counts', ...fields.filter((field) => field !== 'counts')];
  const report = (message: string): void => {
    isWhole = false;
    sources.blocks.damage(message);
  };
  const rolled = chunks.filter((each) => each.block.meta.tierMs !== 0);
  const parts = isInTurn(rolled, stretch.tierMs)
    ? [readTogether(rolled, all, report)]
    : rolled.map((each) => readTogether([each], all, report));
  const { timestamps, values } = readRaw({ ...sources, blocks: { damage: report } }, -1, part);
  parts.push(rollUp(timestamps, values, stretch.tierMs));
  return { rollup: joinRollups(parts, stretch.tierMs, ['times', ...all]), isWhole };
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
