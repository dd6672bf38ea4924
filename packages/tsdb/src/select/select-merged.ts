/**
 * A question over head and blocks. First it is found out which chunks would have to be read, without decoding any, and
 * the limits are checked against that; then series by series they are decoded and joined. A chunk that is damaged is
 * reported and left out; the rest of the answer stands.
 */
import type { Labels, Matcher, SeriesRef } from '@jaegis/model';
import type { Block, ChunkPlace } from '../block/block.ts';
import { sortedPairs } from '../block/block-file.ts';
import type { BlockSet } from '../block/block-set.ts';
import { matchBlock } from '../block/match-block.ts';
import { guarded, readBuckets, readSamples } from '../block/read-chunk.ts';
import type { Tombstones } from '../delete/tombstones.ts';
import type { Head } from '../head/head.ts';
import { answerFromRollup } from '../rollup/answer-from-rollup.ts';
import { emptyRollup, joinRollups, type Rollup, rollUp } from '../rollup/rollup.ts';
import { planStretches, type SelectHints, type Stretch, suitableTier } from './choose-tier.ts';
import { cutSamples, joinSamples, type Samples } from './join-samples.ts';
import { compileMatcher, matchSeries } from './match-series.ts';

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

export interface SelectSources {
  readonly head: Head;
  readonly blocks: BlockSet;
  readonly tombstones: Tombstones;
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
}

interface Part {
  readonly stretch: Stretch;
  readonly chunks: { readonly block: Block; readonly chunk: ChunkPlace }[];
}

export function selectMerged(
  sources: SelectSources,
  matchers: readonly Matcher[],
  query: { from: number; to: number; limits: SelectLimits },
): SeriesData[] {
  const { maxSeries = Number.POSITIVE_INFINITY, maxSamples = Number.POSITIVE_INFINITY, hints } = query.limits;
  const search = new Search(sources, matchers);
  const suitable = suitableTier(sources.widths, hints);
  for (const stretch of planStretches(query, { suitable, widths: sources.widths, oldest: sources.oldest }))
    search.stretch(stretch);
  if (search.samples > maxSamples)
    throw new SelectLimitError('query processing would load too many samples into memory in query execution');
  if (search.found.length > maxSeries)
    throw new SelectLimitError(`query would touch ${search.found.length} series, must be at most ${maxSeries}`);
  const result: SeriesData[] = [];
  for (const found of search.found) {
    const parts = found.parts.map((part) => readPart(sources, found.row, { part, hints }));
    const { timestamps, values } = sources.tombstones.apply(found.labels, joinSamples(parts));
    if (timestamps.length === 0) continue;
    const ref = found.row === -1 ? 0 : sources.head.series.refs[found.row]!;
    result.push({ ref, labels: found.labels, timestamps, values });
  }
  return result;
}

/** Gathers what is to be read. */
class Search {
  readonly #sources: SelectSources;
  readonly #matchers: readonly Matcher[];
  readonly #rows: readonly number[];
  readonly #byKey = new Map<number | string, Found>();
  /** At least as many as will be decoded. */
  samples = 0;

  constructor(sources: SelectSources, matchers: readonly Matcher[]) {
    this.#sources = sources;
    this.#matchers = matchers;
    this.#rows = matchSeries(sources.head.series, matchers);
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
      this.samples += count;
      this.#partOf(row, () => head.series.labels(row), stretch);
    }
  }

  #block(block: Block, stretch: Stretch): void {
    const { from, to } = stretch;
    if (block.meta.newest < from || block.meta.oldest > to) return;
    const { head, blocks } = this.#sources;
    const tests = this.#matchers.map(compileMatcher);
    const report = (message: string): void => blocks.damage(message);
    const ids = guarded(block, report, () => matchBlock(block, tests)) ?? [];
    for (const id of ids) {
      const series = guarded(block, report, () => block.series(id));
      if (series === undefined) continue;
      const chunks = series.chunks.filter((chunk) => chunk.end >= from && chunk.start <= to);
      if (chunks.length === 0) continue;
      const labels = guarded(block, report, () => block.labels(series));
      if (labels === undefined) continue;
      const row = head.series.find(labels);
      const key = row === -1 ? JSON.stringify(sortedPairs(labels)) : row;
      const part = this.#partOf(key, () => labels, stretch);
      for (const chunk of chunks) {
        this.samples += chunk.count;
        part.chunks.push({ block, chunk });
      }
    }
  }

  #partOf(key: number | string, labels: () => Labels, stretch: Stretch): Part {
    let found = this.#byKey.get(key);
    if (found === undefined) {
      found = { labels: labels(), row: typeof key === 'number' ? key : -1, parts: [] };
      this.#byKey.set(key, found);
    }
    const last = found.parts.at(-1);
    if (last?.stretch === stretch) return last;
    const part: Part = { stretch, chunks: [] };
    found.parts.push(part);
    return part;
  }
}

function readPart(
  sources: SelectSources,
  row: number,
  question: { part: Part; hints: SelectHints | undefined },
): Samples {
  const { part, hints } = question;
  const { tierMs, from, to } = part.stretch;
  const newest = hints === undefined ? undefined : newestOnly(sources, row, { stretch: part.stretch, hints });
  if (newest !== undefined) return newest;
  const report = (message: string): void => sources.blocks.damage(message);
  const raw: Samples[] = [];
  const rolled: Rollup[] = [];
  for (const { block, chunk } of part.chunks) {
    if (block.meta.tierMs === 0) raw.push(guarded(block, report, () => readSamples(block, chunk)) ?? emptySamples);
    else rolled.push(guarded(block, report, () => readBuckets(block, chunk)) ?? noBuckets);
  }
  if (row !== -1) raw.push(sources.head.read(row, from, to));
  const samples = cutSamples(joinSamples(raw), from, to);
  if (tierMs === 0) return samples;
  rolled.push(rollUp(samples.timestamps, samples.values, tierMs));
  const answer = answerFromRollup(joinRollups(rolled, tierMs), {
    func: hints?.func ?? '',
    isWindow: hints !== undefined && hints.rangeMs > 0,
    widthMs: tierMs,
  });
  return cutSamples(answer, from, to);
}

/** One moment without a window wants the newest sample: where the head has it, nothing need be decoded. */
function newestOnly(
  { head, tombstones }: SelectSources,
  row: number,
  question: { stretch: Stretch; hints: SelectHints },
): Samples | undefined {
  const { stretch, hints } = question;
  if (hints.rangeMs !== 0 || hints.stepMs !== 0 || stretch.tierMs !== 0 || row === -1 || tombstones.size > 0)
    return undefined;
  const at = head.lastAt(row);
  const newest = at < stretch.from || at > stretch.to ? undefined : head.latest(row);
  if (newest === undefined) return undefined;
  return { timestamps: Float64Array.of(newest.at), values: Float64Array.of(newest.value) };
}

const emptySamples: Samples = { timestamps: new Float64Array(0), values: new Float64Array(0) };
const noBuckets: Rollup = emptyRollup(0);
