/**
 * A question over head and blocks. First it is found out which chunks would have to be read, without decoding any, and
 * the limits are checked against that; then series by series they are decoded and joined. A chunk that is damaged is
 * reported and left out; the rest of the answer stands.
 */
import type { Labels, Matcher, SeriesRef } from '@jaegis/model';
import type { Block } from '../block/block.ts';
import { findInBlock } from '../block/match-block.ts';
import { guarded, readSamplesInto } from '../block/read-chunk.ts';
import type { RollupQuestion } from '../rollup/answer-from-rollup.ts';
import { planStretches, type SelectHints, type Stretch, suitableTier } from './choose-tier.ts';
import type { HeadView } from './head-view.ts';
import { type Course, courseOfBoth, joinSamples, type Samples } from './join-samples.ts';
import { compileMatcher, type MatcherTest } from './match-series.ts';
import { type Part, readRaw, readRolled } from './read-rolled.ts';
import { Scratch } from './scratch.ts';

export interface SeriesData {
  /** 0 for a series that is in blocks only. */
  readonly ref: SeriesRef;
  readonly labels: Labels;
  /** Epoch milliseconds, rising. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export interface SelectLimits {
  readonly maxSeries?: number;
  readonly maxSamples?: number;
  /** What the samples are for; without it raw samples are given as far back as there are any. */
  readonly hints?: SelectHints;
}

/** A question that would take more than it may. */
export class SelectLimitError extends Error {
  override readonly name = 'SelectLimitError';
}

/** A series of an answer whose samples are decoded when they are read. */
export interface SeriesReader {
  readonly ref: SeriesRef;
  readonly labels: Labels;
  /** At least as many samples as `read` gives. */
  readonly size: number;
  /**
   * The arrays are good until another series of the same answer is read. Where windows are asked for, a series that gets the same
   * array of timestamps as the one before has the same timestamps.
   */
  read(): Samples;
}

export interface SelectSources {
  readonly head: HeadView;
  readonly blocks: {
    /** Blocks of a tier, by time and then by age. */
    of(tierMs: number): readonly Block[];
    /** Told of a damage, in words. */
    damage(message: string): void;
  };
  readonly tombstones: {
    readonly size: number;
    apply(labels: Labels, samples: Samples): Samples;
  };
  /** Widths of the rollups, rising. */
  readonly widths: readonly number[];
  /** Where the data of a tier begin; Infinity when it has none. */
  readonly oldest: (tierMs: number) => number;
}

interface Found {
  readonly labels: Labels;
  /** Of the head; -1 where it is not there. */
  readonly row: number;
  /** What is to be read for each stretch. */
  readonly parts: Part[];
  samples: number;
}

/** The series that fit, each to be decoded when it is read; one may turn out to have no sample in the range. */
export function findMerged(
  sources: SelectSources,
  matchers: readonly Matcher[],
  query: { from: number; to: number; limits: SelectLimits },
): SeriesReader[] {
  const { maxSeries = Number.POSITIVE_INFINITY, maxSamples = Number.POSITIVE_INFINITY, hints } = query.limits;
  const search = new Search(sources, matchers);
  const suitable = suitableTier(sources.widths, hints);
  for (const stretch of planStretches(query, { suitable, widths: sources.widths, oldest: sources.oldest }))
    search.stretch(stretch);
  if (search.samples > maxSamples)
    throw new SelectLimitError('query processing would load too many samples into memory in query execution');
  if (search.found.length > maxSeries)
    throw new SelectLimitError(`query would touch ${search.found.length} series, must be at most ${maxSeries}`);
  const reading = { sources, hints, scratch: new Scratch() };
  return search.found.map((found) => new FoundSeries(found, reading));
}

interface Reading {
  readonly sources: SelectSources;
  readonly hints: SelectHints | undefined;
  readonly scratch: Scratch;
}

class FoundSeries implements SeriesReader {
  readonly #found: Found;
  readonly #reading: Reading;

  constructor(found: Found, reading: Reading) {
    this.#found = found;
    this.#reading = reading;
  }

  get ref(): SeriesRef {
    const { row } = this.#found;
    return row === -1 ? 0 : this.#reading.sources.head.ref(row);
  }

  get labels(): Labels {
    return this.#found.labels;
  }

  get size(): number {
    return this.#found.samples;
  }

  read(): Samples {
    const { sources, hints, scratch } = this.#reading;
    const found = this.#found;
    const samples =
      readInTurn(sources, found, { hints, scratch }) ??
      joinSamples(found.parts.map((part) => readPart(sources, found.row, { part, hints, scratch })));
    return sources.tombstones.apply(found.labels, samples);
  }
}

/**
 * The usual series: raw samples, chunk after chunk in rising time. `undefined` where something overlaps, or where it is not
 * raw samples that are wanted.
 */
function readInTurn(
  sources: SelectSources,
  found: Found,
  how: { hints: SelectHints | undefined; scratch: Scratch },
): Samples | undefined {
  const { hints, scratch } = how;
  const { stretch, chunks } = found.parts[0]!;
  const { from, to, tierMs } = stretch;
  if (found.parts.length > 1) return undefined;
  if (tierMs > 0) {
    const question = questionOf(tierMs, hints);
    return readRolled(sources, found.row, { part: found.parts[0]!, question, scratch });
  }
  const newest = hints === undefined ? undefined : newestOnly(sources, found.row, { stretch, hints, scratch });
  if (newest !== undefined) return newest;
  const whole = sources.head.whole?.(found.row, stretch);
  if (whole !== undefined && chunks.length === 0) return whole;
  if (whole !== undefined && whole.timestamps[0]! <= chunks.at(-1)!.chunk.end) return undefined;
  scratch.begin(found.samples);
  const { times, values } = scratch;
  let at = 0;
  let course: Course | undefined = 'rising';
  const follows = (count: number): boolean => at === 0 || count === 0 || times[at]! > times[at - 1]!;
  const add = (count: number, own: Course | undefined): void => {
    if (count > 0) course = courseOfBoth(course, own, at === 0 || values[at]! >= values[at - 1]!);
    at += count;
  };
  for (const { block, chunk } of chunks) {
    const read = guarded(
      block,
      (message) => sources.blocks.damage(message),
      () => ({ course: readSamplesInto(block, chunk, { memory: scratch, at }) }),
    );
    if (read === undefined) continue;
    if (!follows(chunk.count)) return undefined;
    add(chunk.count, read.course);
  }
  if (found.row !== -1) {
    const count = sources.head.readInto(found.row, stretch, { memory: scratch, at });
    if (!follows(count)) return undefined;
    add(count, whole?.course);
  }
  let first = 0;
  let last = at;
  // Few lie outside: what is outside shares a chunk with what is inside.
  while (first < last && times[first]! < from) first++;
  while (last > first && times[last - 1]! > to) last--;
  const { timestamps, values: inView } = scratch.view(first, last);
  return { timestamps, values: inView, course };
}

export function selectMerged(
  sources: SelectSources,
  matchers: readonly Matcher[],
  query: { from: number; to: number; limits: SelectLimits },
): SeriesData[] {
  const result: SeriesData[] = [];
  for (const reader of findMerged(sources, matchers, query)) {
    const { timestamps, values } = reader.read();
    if (timestamps.length === 0) continue;
    result.push({ ref: reader.ref, labels: reader.labels, timestamps: timestamps.slice(), values: values.slice() });
  }
  return result;
}

/** Gathers what is to be read. */
class Search {
  readonly #sources: SelectSources;
  readonly #wanted: { readonly name: string; readonly tests: readonly MatcherTest[] };
  readonly #rows: readonly number[];
  readonly #byKey = new Map<number | string, Found>();
  /** At least as many as will be decoded. */
  samples = 0;

  constructor(sources: SelectSources, matchers: readonly Matcher[]) {
    this.#sources = sources;
    const name = JSON.stringify(matchers.map(({ name, op, value }) => [name, op, value]));
    this.#wanted = { name, tests: matchers.map(compileMatcher) };
    this.#rows = sources.head.match(matchers);
  }

  get found(): Found[] {
    return [...this.#byKey.values()];
  }

  stretch(stretch: Stretch): void {
    const { head, blocks } = this.#sources;
    const { tierMs, from, to } = stretch;
    const own = blocks.of(tierMs);
    for (const block of own) this.#block(block, stretch);
    if (tierMs > 0) {
      const rolled = new Set(own.flatMap((block) => block.meta.rolledFrom));
      for (const block of blocks.of(0)) if (!rolled.has(block.name)) this.#block(block, stretch);
    }
    for (const row of this.#rows) {
      const count = head.estimate(row, from, to);
      if (count === 0) continue;
      const found = this.#foundOf(row, () => head.labels(row));
      partOf(found, stretch);
      this.#count(found, count);
    }
  }

  #block(block: Block, stretch: Stretch): void {
    const { from, to } = stretch;
    if (block.meta.newest < from || block.meta.oldest > to) return;
    const { head, blocks } = this.#sources;
    const report = (message: string): void => blocks.damage(message);
    for (const { series, labels, key } of findInBlock(block, this.#wanted, report)) {
      let found: Found | undefined;
      let part: Part | undefined;
      for (const chunk of series.chunks) {
        if (chunk.end < from || chunk.start > to) continue;
        if (found === undefined) {
          const row = head.find(labels, key);
          found = this.#foundOf(row === -1 ? key : row, () => labels);
          part = partOf(found, stretch);
        }
        part!.chunks.push({ block, chunk });
        this.#count(found, chunk.count);
      }
    }
  }

  #foundOf(key: number | string, labels: () => Labels): Found {
    let found = this.#byKey.get(key);
    if (found === undefined) {
      found = { labels: labels(), row: typeof key === 'number' ? key : -1, parts: [], samples: 0 };
      this.#byKey.set(key, found);
    }
    return found;
  }

  #count(found: Found, samples: number): void {
    this.samples += samples;
    found.samples += samples;
  }
}

function partOf(found: Found, stretch: Stretch): Part {
  const last = found.parts.at(-1);
  if (last?.stretch === stretch) return last;
  const part: Part = { stretch, chunks: [] };
  found.parts.push(part);
  return part;
}

function readPart(
  sources: SelectSources,
  row: number,
  question: { part: Part; hints: SelectHints | undefined; scratch: Scratch },
): Samples {
  const { part, hints, scratch } = question;
  const { tierMs } = part.stretch;
  const newest = hints === undefined ? undefined : newestOnly(sources, row, { stretch: part.stretch, hints, scratch });
  if (newest !== undefined) return newest;
  return tierMs === 0
    ? readRaw(sources, row, part)
    : readRolled(sources, row, { part, question: questionOf(tierMs, hints), scratch: undefined });
}

function questionOf(widthMs: number, hints: SelectHints | undefined): RollupQuestion {
  return { func: hints?.func ?? '', isWindow: hints !== undefined && hints.rangeMs > 0, widthMs };
}

/** One moment without a window wants the newest sample: where the head has it, nothing need be decoded. */
function newestOnly(
  { head, tombstones }: SelectSources,
  row: number,
  question: { stretch: Stretch; hints: SelectHints; scratch: Scratch },
): Samples | undefined {
  const { stretch, hints, scratch } = question;
  if (hints.rangeMs !== 0 || hints.stepMs !== 0 || stretch.tierMs !== 0 || row === -1 || tombstones.size > 0)
    return undefined;
  const at = head.lastAt(row);
  const newest = at < stretch.from || at > stretch.to ? undefined : head.latest(row);
  if (newest === undefined) return undefined;
  scratch.one.timestamps[0] = newest.at;
  scratch.one.values[0] = newest.value;
  return scratch.one;
}
