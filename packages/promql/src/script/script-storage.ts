/** The samples of a test script, in memory, as a source of the evaluator. */
import { type Labels, type Matcher, staleMarker } from '@jaegis/model';
import { compileLinearRegex } from '@jaegis/std';
import { labelOf, labelsKey, withLabel } from '../evaluate/label-sets.ts';
import type { SelectedSeries, SelectSource } from '../evaluate/select-source.ts';
import { parseBound } from '../functions/histogram-series.ts';
import { bucketsOf, customSchema, type FloatHistogram, noBuckets } from '../histogram/float-histogram.ts';
import { countsDropped } from '../histogram/reset-hints.ts';
import type { SequenceValue, SeriesLine } from './series-notation.ts';

type StoredSample = number | FloatHistogram | 'stale';

interface StoredSeries {
  readonly labels: Labels;
  readonly samples: Map<number, StoredSample>;
  /** When the counters of samples began, by the times of the samples. */
  readonly starts: Map<number, number>;
}

export class ScriptStorage implements SelectSource {
  readonly #series = new Map<string, StoredSeries>();
  /** Made when asked for, until something is loaded. */
  #ready: SelectedSeries[] | undefined;

  /** One value each `stepMs`, from time zero. */
  load(lines: readonly SeriesLine[], stepMs: number): void {
    this.#ready = undefined;
    for (const { labels, values, starts } of lines) {
      for (const [i, value] of values.entries()) this.#put(labels, i * stepMs, value);
      for (const [i, start] of starts?.entries() ?? [])
        if (start !== undefined) this.#of(labels).starts.set(i * stepMs, i * stepMs + start);
    }
  }

  #put(labels: Labels, at: number, value: SequenceValue): void {
    if (value !== undefined) this.#of(labels).samples.set(at, typeof value === 'object' ? value.histogram : value);
  }

  #of(labels: Labels): StoredSeries {
    const key = labelsKey(labels);
    let series = this.#series.get(key);
    if (series === undefined) this.#series.set(key, (series = { labels, samples: new Map(), starts: new Map() }));
    return series;
  }

  /** Classic histograms among the lines become native ones with custom buckets, beside them. */
  loadWithCustomBuckets(lines: readonly SeriesLine[], stepMs: number): void {
    this.load(lines, stepMs);
    const found = new Map<string, { labels: Labels; parts: Map<number, ClassicParts> }>();
    for (const { labels, values } of lines) {
      const name = /^(.*)_(bucket|count|sum)$/.exec(labelOf(labels, '__name__'));
      if (name === null) continue;
      const le = labelOf(labels, 'le');
      const rest = withLabel(withLabel(labels, 'le', ''), '__name__', name[1]!);
      const key = labelsKey(rest);
      let histogram = found.get(key);
      if (histogram === undefined) found.set(key, (histogram = { labels: rest, parts: new Map() }));
      for (const [i, value] of values.entries()) {
        if (typeof value !== 'number') continue;
        const at = i * stepMs;
        let parts = histogram.parts.get(at);
        if (parts === undefined) histogram.parts.set(at, (parts = { buckets: [], count: undefined, sum: 0 }));
        if (name[2] === 'bucket') parts.buckets.push([parseBound(le) ?? Number.NaN, value]);
        else if (name[2] === 'count') parts.count = value;
        else parts.sum = value;
      }
    }
    for (const { labels, parts } of found.values())
      for (const [at, each] of parts) this.#put(labels, at, { histogram: customHistogram(each), hintGiven: false });
  }

  select(matchers: readonly Matcher[], fromMs: number, toMs: number): readonly SelectedSeries[] {
    this.#ready ??= [...this.#series.values()].map(toSelected);
    const fits = matchers.map(matcherTest);
    const found: SelectedSeries[] = [];
    for (const series of this.#ready) {
      if (!fits.every((test) => test(series.labels))) continue;
      const { timestamps } = series;
      const from = timestamps.findIndex((time) => time >= fromMs);
      if (from === -1 || timestamps[from]! > toMs) continue;
      let to = from;
      while (to < timestamps.length && timestamps[to]! <= toMs) to++;
      const { labels, values, startTimes, histograms } = series;
      found.push({
        labels,
        timestamps: timestamps.slice(from, to),
        values: values.slice(from, to),
        ...(startTimes !== undefined && { startTimes: startTimes.slice(from, to) }),
        ...(histograms !== undefined && { histograms: histograms.slice(from, to) }),
      });
    }
    return found;
  }
}

interface ClassicParts {
  readonly buckets: [bound: number, count: number][];
  count: number | undefined;
  sum: number;
}

function customHistogram({ buckets, count, sum }: ClassicParts): FloatHistogram {
  // One bound may be written in several ways.
  const byBound = new Map(buckets.filter(([bound]) => !Number.isNaN(bound)));
  const sorted = [...byBound].sort((a, b) => a[0] - b[0]);
  const total = count ?? sorted.at(-1)?.[1] ?? 0;
  const finite = sorted.filter(([bound]) => bound !== Number.POSITIVE_INFINITY);
  const cumulative = [...finite.map(([, held]) => held), total];
  return {
    schema: customSchema,
    count: total,
    sum,
    zeroThreshold: 0,
    zeroCount: 0,
    positive: bucketsOf(cumulative.map((held, i) => [i, held - (cumulative[i - 1] ?? 0)] as const)),
    negative: noBuckets,
    customValues: finite.map(([bound]) => bound),
    resetHint: 'unknown',
  };
}

function toSelected({ labels, samples, starts }: StoredSeries): SelectedSeries {
  const sorted = [...samples].sort((a, b) => a[0] - b[0]);
  const timestamps = Float64Array.from(sorted, ([at]) => at);
  const values = new Float64Array(sorted.length);
  for (const [i, [, value]] of sorted.entries()) {
    if (value === 'stale') values[i] = staleMarker;
    else if (typeof value === 'number') values[i] = value;
  }
  if (sorted.every(([, value]) => typeof value !== 'object')) {
    if (starts.size === 0) return { labels, timestamps, values };
    return { labels, timestamps, values, startTimes: Float64Array.from(sorted, ([at]) => starts.get(at) ?? 0) };
  }
  // Of histograms no store keeps when they began, Prometheus' own neither.
  return { labels, timestamps, values, histograms: withStoredHints(sorted.map(([, value]) => value)) };
}

/** As a store's chunks have it: a sample is known not to be a reset when it could be added to those before it. */
function withStoredHints(samples: readonly StoredSample[]): (FloatHistogram | undefined)[] {
  let previous: FloatHistogram | undefined;
  return samples.map((sample) => {
    if (typeof sample !== 'object') {
      previous = undefined;
      return undefined;
    }
    if (sample.resetHint === 'gauge') {
      previous = undefined;
      return sample;
    }
    const follows = previous !== undefined && !countsDropped(sample, previous);
    previous = sample;
    return { ...sample, resetHint: follows ? ('not_reset' as const) : ('unknown' as const) };
  });
}

function matcherTest({ name, op, value }: Matcher): (labels: Labels) => boolean {
  if (op === '=') return (labels) => labelOf(labels, name) === value;
  if (op === '!=') return (labels) => labelOf(labels, name) !== value;
  const regex = compileLinearRegex(value);
  return (labels) => regex.ok && regex.matches(labelOf(labels, name)) === (op === '=~');
}
