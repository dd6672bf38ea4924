import type { Unit } from '@jaegis/std';
import { colorSlot } from '../../chart/series-color.ts';
import { signalUnit } from '../../data/signal-words.ts';

type Labels = Readonly<Record<string, string>>;

/** The labels that tell the series of an answer apart, in the order of first sight; `__name__` only where it differs. */
export function tellingLabels(series: readonly Labels[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const labels of series) for (const name of Object.keys(labels)) values.set(name, new Set());
  for (const labels of series) for (const [name, seen] of values) seen.add(labels[name] ?? '');
  return [...values].filter(([, seen]) => seen.size > 1).map(([name]) => name);
}

/** `pool="a", signal="b"`: a series by what tells it from the others, or by all it has where it is the only one. */
export function seriesName(labels: Labels, telling: readonly string[]): string {
  const own = telling.length > 0 ? telling : Object.keys(labels).filter((name) => name !== '__name__');
  const parts = own.filter((name) => labels[name] !== undefined && name !== '__name__');
  const metric = telling.length === 0 || telling.includes('__name__') ? (labels['__name__'] ?? '') : '';
  if (parts.length === 0) return metric === '' ? 'value' : metric;
  return `${metric}{${parts.map((name) => `${name}=${JSON.stringify(labels[name])}`).join(', ')}}`;
}

const paletteSize = 8;

/** A slot of the palette for each name: its own where nobody has it yet, else the next free one. */
export function colorSlots(names: readonly string[]): number[] {
  const taken = new Set<number>();
  return names.map((name) => {
    let slot = colorSlot(name);
    if (taken.size < paletteSize) while (taken.has(slot)) slot = (slot + 1) % paletteSize;
    taken.add(slot);
    return slot;
  });
}

/** The unit that the names in an expression speak of; plain numbers where they say nothing or the expression changes it. */
export function unitOf(expr: string, series: readonly Labels[]): Unit {
  if (/\b(count|count_over_time|changes|resets|absent|group|stdvar|histogram_count|timestamp)\b|\/|\*|\^/.test(expr))
    return 'count';
  const isRate = /\b(rate|irate|deriv)\s*\(/.test(expr);
  const signal = /signal="(\w+)"/.exec(expr)?.[1] ?? only(series.map((labels) => labels['signal']));
  if (signal !== undefined && !isRate) return signalUnit(signal);
  if (/_seconds(_(sum|max|min))?\b|histogram_quantile\(.*_seconds_bucket/.test(expr))
    return isRate ? 'count' : 'seconds';
  if (/_bytes(_total)?\b/.test(expr)) return isRate ? 'bytes/s' : 'bytes';
  if (/_(ratio|utilization)\b/.test(expr) && !isRate) return 'ratio';
  return isRate ? '1/s' : 'count';
}

function only(values: readonly (string | undefined)[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}
