/**
 * Samples that a thread keeps decoded, so that who asks again for the same series sends and decodes only what has come since.
 * Both ends decide by the same messages: the sender knows what the receiver has, and nothing need be asked.
 *
 * Of a series all samples in closed chunks from one time to another are kept. That holds for as long as those only become
 * more at the end (`Head.revisionOf`); a late sample among them, a cut, a deletion or the end of retention makes the series new.
 * A ref means the same series for the life of a process. Open samples go over each time.
 *
 * Bounded: past the limit all is forgotten at the next question, and one question adds at most half the limit. Bad at:
 * questions that go round over more series than there is room for; then all is sent as if nothing were kept.
 */
import type { SeriesRef } from '@jaegis/model';
import { decodeChunk } from '../chunk/chunk-codec.ts';
import type { Head } from '../head/head.ts';
import { lowerBound } from '../head/lower-bound.ts';
import { chunkUse, type ExtractBuilder, type HeadExtract, type KeptSpan } from './head-extract.ts';
import { type Course, courseFrom, type Samples } from './join-samples.ts';

/** 40 MB with times of their own, about half of that where series share them. */
const defaultLimit = 2_500_000;

/** What the receiver reserves of a series beside the samples that it keeps, about. */
const roomForOpen = 32;

interface Kept extends KeptSpan {
  readonly revision: number;
  /** At least as many as the receiver keeps. */
  readonly samples: number;
}

export class SampleSender {
  readonly #head: Head;
  readonly #limit: number;
  readonly #kept = new Map<SeriesRef, Kept>();
  #samples = 0;

  constructor(head: Head, limit = defaultLimit) {
    this.#head = head;
    this.#limit = limit;
  }

  /** At least as many samples as the receiver keeps. */
  get samples(): number {
    return this.#samples;
  }

  /** What is sent for one question. Nothing of it counts before `commit`. */
  begin(): SampleRound {
    const isFirst = this.#samples > this.#limit;
    return new SampleRound(this.#head, {
      isFirst,
      room: Math.floor(this.#limit / 2),
      known: isFirst ? new Map() : this.#kept,
      commit: (news) => this.#commit(news, isFirst),
    });
  }

  #commit(news: ReadonlyMap<SeriesRef, Kept>, isFirst: boolean): void {
    if (isFirst) {
      this.#kept.clear();
      this.#samples = 0;
    }
    for (const [ref, kept] of news) {
      // Of a series that is gone the receiver was sent nothing.
      if (!this.#head.series.isLive(ref)) continue;
      this.#samples += kept.samples - (this.#kept.get(ref)?.samples ?? 0);
      this.#kept.set(ref, kept);
    }
  }
}

export class SampleRound {
  readonly #head: Head;
  readonly #known: ReadonlyMap<SeriesRef, Kept>;
  readonly #commit: (news: ReadonlyMap<SeriesRef, Kept>) => void;
  readonly #news = new Map<SeriesRef, Kept>();
  #room: number;
  /** The receiver has to forget what it keeps, before it takes what is sent. */
  readonly isFirst: boolean;

  constructor(
    head: Head,
    of: {
      isFirst: boolean;
      /** Samples that may be added. */
      room: number;
      known: ReadonlyMap<SeriesRef, Kept>;
      commit: (news: ReadonlyMap<SeriesRef, Kept>) => void;
    },
  ) {
    this.#head = head;
    this.#known = of.known;
    this.#commit = of.commit;
    this.#room = of.room;
    this.isFirst = of.isFirst;
  }

  /** Puts into `builder` what the receiver needs of a row for its samples in a range. */
  row(builder: ExtractBuilder, row: number, range: { from: number; to: number }): void {
    const head = this.#head;
    const inRange = head.estimate(row, range.from, range.to);
    if (inRange === 0) return;
    const ref = head.series.refs[row]!;
    const revision = head.revisionOf(row);
    const known = this.#news.get(ref) ?? this.#known.get(ref);
    const kept = known?.revision === revision ? known : undefined;
    const reaches = kept !== undefined && kept.from <= range.from && kept.until >= range.from;
    const from = reaches ? kept.until + 1 : range.from;
    // What is kept beyond the range stays.
    const to = kept === undefined ? range.to : Math.max(range.to, kept.until);
    const samples = head.estimate(row, reaches ? kept.from : from, to) + roomForOpen;
    const added = reaches ? samples - kept.samples : samples;
    if (added > this.#room) {
      builder.row(head, row, range);
      return;
    }
    const use = reaches ? chunkUse.behind : chunkUse.instead;
    const span = builder.keptRow(head, row, { from, to, use, inRange });
    if (span === undefined) return;
    this.#room -= Math.max(0, added);
    this.#news.set(ref, { revision, samples, until: span.until, from: reaches ? kept.from : span.from });
  }

  /** The receiver gets what was put together, as the next it gets at all. */
  commit(): void {
    this.#commit(this.#news);
  }
}

interface KeptSeries {
  /** The very array that other series with these times have; never changed. */
  times: Float64Array;
  /** With room for open samples behind those that are kept. */
  values: Float64Array;
  /** Of those that are kept. */
  course: Course | undefined;
  /** The handover that it was last given for. */
  givenFor: number;
}

/** All samples of a row, kept ones and open ones: those at the places that `timestamps` has; `values` may be longer. */
export type KeptRow = Samples;

export class SampleReceiver {
  readonly #kept = new Map<SeriesRef, KeptSeries>();
  #handover = 0;

  forget(): void {
    this.#kept.clear();
  }

  /**
   * Takes what the extracts of a handover bring; gives for each of their series all of its samples, `undefined` where the extract
   * itself has them. Good until the next handover; not to be changed.
   */
  takeAll(extracts: readonly HeadExtract[]): (KeptRow | undefined)[][] {
    this.#handover++;
    return extracts.map((extract) => this.#take(extract));
  }

  #take(extract: HeadExtract): (KeptRow | undefined)[] {
    const { series, refs, uses, chunkEnds, openEnds } = extract;
    const rows: (KeptRow | undefined)[] = new Array(series).fill(undefined);
    const shared = new SharedTimes(extract);
    for (let i = 0; i < series; i++) {
      const ref = refs[i]!;
      if (uses[i] === chunkUse.once || ref === 0) continue;
      const known = uses[i] === chunkUse.behind ? this.#kept.get(ref) : undefined;
      if (uses[i] === chunkUse.behind && known === undefined) throw new Error(`BUG: series ${ref} is not kept`);
      const [firstChunk, firstOpen] = i === 0 ? [0, 0] : [chunkEnds[i - 1]!, openEnds[i - 1]!];
      const kept = known ?? { times: nothing, values: nothing, course: 'rising' as const, givenFor: 0 };
      if (chunkEnds[i]! > firstChunk) {
        const more = decoded(extract, firstChunk, chunkEnds[i]!);
        const skipped = kept.times.length === 0 ? 0 : lowerBound(more.timestamps, kept.times.at(-1)!, true);
        this.#reserve(kept, more.timestamps.length - skipped);
        const had = kept.times.length;
        kept.values.set(more.values.subarray(skipped), had);
        kept.course = courseFrom(kept.course, kept.values, { from: had, to: had + more.values.length - skipped });
        kept.times = shared.joined(kept.times, more.timestamps.subarray(skipped));
        if (known === undefined) this.#kept.set(ref, kept);
      }
      const open = openEnds[i]! - firstOpen;
      const count = kept.times.length;
      this.#reserve(kept, open);
      for (let at = 0; at < open; at++) kept.values[count + at] = extract.values[firstOpen + at]!;
      kept.givenFor = this.#handover;
      const course = courseFrom(kept.course, kept.values, { from: count, to: count + open });
      rows[i] = { timestamps: shared.withOpen(kept.times, firstOpen, open), values: kept.values, course };
    }
    return rows;
  }

  /** Makes room behind what is kept. What was given for another selection of the same handover is left as it is. */
  #reserve(kept: KeptSeries, count: number): void {
    const had = kept.times.length;
    if (kept.givenFor === this.#handover || kept.values.length < had + count) {
      const values = new Float64Array(had + count + (had >> 3));
      values.set(kept.values.subarray(0, had));
      kept.values = values;
    }
  }
}

const nothing = new Float64Array(0);

/** Series that are sent together have the same times: those of one after the other are compared, and are one array then. */
class SharedTimes {
  readonly #extract: HeadExtract;
  #joined: Float64Array = nothing;
  #kept: Float64Array = nothing;
  #open = { first: 0, count: 0 };
  #all: Float64Array = nothing;

  constructor(extract: HeadExtract) {
    this.#extract = extract;
  }

  joined(kept: Float64Array, more: Float64Array): Float64Array {
    const had = kept.length;
    if (this.#joined.length === had + more.length && hasAt(this.#joined, 0, kept) && hasAt(this.#joined, had, more))
      return this.#joined;
    const times = new Float64Array(had + more.length);
    times.set(kept);
    times.set(more, had);
    this.#joined = times;
    return times;
  }

  /** The times that are kept, and behind them open ones of the extract. */
  withOpen(kept: Float64Array, first: number, count: number): Float64Array {
    if (count === 0) return kept;
    const { times } = this.#extract;
    const before = this.#open;
    if (kept === this.#kept && count === before.count) {
      let i = 0;
      while (i < count && times[first + i] === times[before.first + i]) i++;
      if (i === count) return this.#all;
    }
    const all = new Float64Array(kept.length + count);
    all.set(kept);
    for (let i = 0; i < count; i++) all[kept.length + i] = times[first + i]!;
    this.#kept = kept;
    this.#open = { first, count };
    this.#all = all;
    return all;
  }
}

/** Whether `part` is in `all` from `at` on. */
export function hasAt(all: Float64Array, at: number, part: Float64Array): boolean {
  for (let i = 0; i < part.length; i++) if (all[at + i] !== part[i]) return false;
  return true;
}

let scratch = { times: new Float64Array(1_024), values: new Float64Array(1_024) };

/** The samples of the chunks [first, end), which run from the newest to the oldest; good until the next call. */
function decoded(extract: HeadExtract, first: number, end: number): Samples {
  const { starts, counts, offsets, bytes } = extract;
  let total = 0;
  for (let i = first; i < end; i++) total += counts[i]!;
  if (total > scratch.times.length)
    scratch = { times: new Float64Array(2 * total), values: new Float64Array(2 * total) };
  const { times, values } = scratch;
  let at = total;
  for (let i = first; i < end; i++) {
    const count = counts[i]!;
    at -= count;
    const chunk = { bytes, from: i === 0 ? 0 : offsets[i - 1]!, to: offsets[i]!, count, start: starts[i]! };
    decodeChunk(chunk, { times, values, at });
  }
  return { timestamps: times.subarray(0, total), values: values.subarray(0, total) };
}
