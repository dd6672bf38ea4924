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
import type { Samples } from './join-samples.ts';

/** 40 MB with times of their own, about half of that where series share them. */
const defaultLimit = 2_500_000;

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
    const samples = head.estimate(row, reaches ? kept.from : from, to);
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

export class SampleReceiver {
  readonly #kept = new Map<SeriesRef, Samples>();

  forget(): void {
    this.#kept.clear();
  }

  /** Takes what an extract brings; gives for each of its series the samples that are kept, `undefined` where its chunks are all. */
  take(extract: HeadExtract): (Samples | undefined)[] {
    const { series, refs, uses, chunkEnds } = extract;
    const found: (Samples | undefined)[] = new Array(series).fill(undefined);
    let shared: Float64Array = new Float64Array(0);
    for (let i = 0, first = 0; i < series; first = chunkEnds[i++]!) {
      const ref = refs[i]!;
      if (uses[i] === chunkUse.once || ref === 0) continue;
      let samples = uses[i] === chunkUse.behind ? this.#kept.get(ref) : undefined;
      if (uses[i] === chunkUse.behind && samples === undefined) throw new Error(`BUG: series ${ref} is not kept`);
      const end = chunkEnds[i]!;
      if (end > first) {
        samples = joined(samples, decoded(extract, first, end), shared);
        this.#kept.set(ref, samples);
      }
      if (samples === undefined) continue;
      shared = samples.timestamps;
      found[i] = samples;
    }
    return found;
  }
}

let scratch = { times: new Float64Array(1_024), values: new Float64Array(1_024) };

/** The samples of the chunks [first, end), which run from the newest to the oldest; good until the next call. */
function decoded(extract: HeadExtract, first: number, end: number): Samples {
  const { starts, counts, offsets, bytes } = extract;
  let total = 0;
  for (let i = first; i < end; i++) total += counts[i]!;
  if (total > scratch.times.length)
    scratch = { times: new Float64Array(2 * total), values: new Float64Array(2 * total) };
  let at = total;
  for (let i = first; i < end; i++) {
    const count = counts[i]!;
    at -= count;
    const chunk = { bytes, from: i === 0 ? 0 : offsets[i - 1]!, to: offsets[i]!, count, start: starts[i]! };
    decodeChunk(chunk, { ...scratch, at });
  }
  return { timestamps: scratch.times.subarray(0, total), values: scratch.values.subarray(0, total) };
}

/** What is kept and, behind it, what of `more` is newer. Times that are those of `shared` are that array. */
function joined(kept: Samples | undefined, more: Samples, shared: Float64Array): Samples {
  const had = kept?.timestamps.length ?? 0;
  const skipped = kept === undefined ? 0 : lowerBound(more.timestamps, kept.timestamps[had - 1]!, true);
  const length = had + more.timestamps.length - skipped;
  const values = new Float64Array(length);
  const timestamps = new Float64Array(length);
  if (kept !== undefined) {
    values.set(kept.values);
    timestamps.set(kept.timestamps);
  }
  values.set(more.values.subarray(skipped), had);
  timestamps.set(more.timestamps.subarray(skipped), had);
  return { timestamps: areSame(timestamps, shared) ? shared : timestamps, values };
}

function areSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
