/**
 * When counters began, as scripts write it: a line `metric{label="value"}@st -30s -1mx2` before the line with the samples of
 * that series gives for each sample how far from it its counter began. `dxN` and `d+exN` stand for N + 1 of them (each `e`
 * later than the one before), `_` and `_xN` for none, `*` and `*xN` for the last one again. A line of `@st` alone is for all
 * series below it that have none of their own, from its beginning again when it is shorter.
 */
import type { Labels } from '@jaegis/model';
import { parseDurationMs, ScriptError } from '@jaegis/std';
import { labelsKey } from '../evaluate/label-sets.ts';
import { timesOf } from './repetition.ts';
import { parseMetric, parseSeriesLine, type SeriesLine } from './series-notation.ts';

type Starts = readonly (number | undefined)[];

/** The lines of a load with their counters' beginnings. */
export class LoadLines {
  readonly #read: SeriesLine[] = [];
  #default: Starts | undefined;
  #pending: { readonly labels: Labels; readonly starts: Starts } | undefined;

  add(line: string): void {
    const start = /^((?:[A-Za-z_:][\w:]*)?(?:\{.*\})?)@st\s+(.+)$/.exec(line);
    if (start === null) this.#addSamples(parseSeriesLine(line));
    else {
      this.#refusePending();
      const starts = parseStarts(start[2]!);
      if (start[1] === '') this.#default = starts;
      else this.#pending = { labels: parseMetric(start[1]!).labels, starts };
    }
  }

  #addSamples(series: SeriesLine): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) {
      const starts = this.#default;
      this.#read.push(starts === undefined ? series : { ...series, starts: repeated(starts, series.values.length) });
      return;
    }
    if (labelsKey(pending.labels) !== labelsKey(series.labels))
      throw new ScriptError('@st metric does not match the following sample line metric');
    const [given, wanted] = [pending.starts.length, series.values.length];
    if (given !== wanted) throw new ScriptError(`@st line has ${given} values but sample line has ${wanted}`);
    this.#read.push({ ...series, starts: pending.starts });
  }

  #refusePending(): void {
    if (this.#pending !== undefined) throw new ScriptError('@st line has no following sample line');
  }

  end(): readonly SeriesLine[] {
    this.#refusePending();
    return this.#read;
  }
}

function repeated(starts: Starts, count: number): Starts {
  return Array.from({ length: count }, (_, i) => starts[i % starts.length]);
}

const duration = String.raw`(?:0|(?:\d+(?:ms|[smhdwy]))+)`;
const startItem = new RegExp(String.raw`^([+-]?)(${duration})(?:([+-])(${duration}))?(?:x(\d+))?$`);

function parseStarts(text: string): (number | undefined)[] {
  const starts: (number | undefined)[] = [];
  let last = 0;
  for (const item of text.trim().split(/\s+/)) {
    const gap = /^_(?:x(\d+))?$/.exec(item);
    const again = /^\*(?:x(\d+))?$/.exec(item);
    const match = startItem.exec(item);
    if (gap !== null) starts.push(...new Array<undefined>(timesOf(gap[1] ?? '1')).fill(undefined));
    else if (again !== null) starts.push(...new Array<number>(timesOf(again[1] ?? '0') + 1).fill(last));
    else if (match !== null) {
      const [, sign, first, changeSign, change, times] = match;
      const by = change === undefined ? 0 : (changeSign === '-' ? -1 : 1) * msOf(change);
      last = (sign === '-' ? -1 : 1) * msOf(first!);
      starts.push(last);
      for (let i = 0; i < timesOf(times ?? '0'); i++) starts.push((last += by));
    } else throw new ScriptError(`Cannot read the start "${item}": must be a duration, _ or *`);
  }
  return starts;
}

function msOf(text: string): number {
  const ms = text === '0' ? 0 : parseDurationMs(text);
  if (ms === undefined) throw new ScriptError(`Cannot read the duration "${text}"`);
  return ms;
}
