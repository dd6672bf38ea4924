import { formatLabels, type Labels } from '@jaegis/model';
import { formatDuration, shortNumber } from '@jaegis/std';
import { sparkline } from './sparkline.ts';
import { formatTable, type Layout } from './table.ts';
import { clockTime } from './time.ts';

/** Prometheus' answer forms, as they come over HTTP: seconds and numbers as text. */
export type QueryData =
  | { readonly resultType: 'vector'; readonly result: readonly { metric: Labels; value: readonly [number, string] }[] }
  | {
      readonly resultType: 'matrix';
      readonly result: readonly { metric: Labels; values: readonly (readonly [number, string])[] }[];
    }
  | { readonly resultType: 'scalar'; readonly result: readonly [number, string] }
  | { readonly resultType: 'string'; readonly result: readonly [number, string] };

const empty = 'No series match. `jaegis query \'{__name__=~"jaegis_.*"}\'` shows what there is.\n';

/** An instant answer as a table; a range answer with a sparkline, the least, the greatest and the last value of each series. */
export function formatQuery(
  data: QueryData,
  options: Layout & { now: number; range?: { from: number; to: number; stepMs: number } },
): string {
  if (data.resultType === 'scalar' || data.resultType === 'string') return `${data.result[1]}\n`;
  if (data.result.length === 0) return empty;
  const nameOf = seriesNames(
    data.result.map(({ metric }) => metric),
    options.width,
  );
  if (data.resultType === 'vector')
    return formatTable(
      [
        { title: 'SERIES', shrinkTo: 24 },
        { title: 'VALUE', align: 'right' },
        { title: 'AT', align: 'right', dropRank: 1 },
      ],
      data.result.map(({ metric, value }) => [
        nameOf(metric),
        { text: numberText(value[1]), tone: 'strong' },
        clockTime(value[0] * 1_000, options.now),
      ]),
      options,
    );
  const { range } = options;
  const table = formatTable(
    [
      { title: 'SERIES', shrinkTo: 16 },
      { title: 'SHAPE', shrinkTo: 10 },
      { title: 'MIN', align: 'right', dropRank: 2 },
      { title: 'MAX', align: 'right', dropRank: 1 },
      { title: 'LAST', align: 'right' },
    ],
    data.result.map(({ metric, values }) => {
      const numbers = values.map(([, text]) => toNumber(text)).filter((value) => Number.isFinite(value));
      return [
        nameOf(metric),
        { text: sparkline(spread(values, range), sparkWidth(options.width)), tone: 'accent' },
        numberText(numbers.length === 0 ? 'NaN' : String(Math.min(...numbers))),
        numberText(numbers.length === 0 ? 'NaN' : String(Math.max(...numbers))),
        { text: numberText(values.at(-1)?.[1] ?? 'NaN'), tone: 'strong' },
      ];
    }),
    options,
  );
  if (range === undefined) return table;
  return `${table}${options.paint(`${formatDuration(range.to - range.from)} to ${clockTime(range.to, options.now)}, a point every ${formatDuration(range.stepMs)}`, 'dim')}\n`;
}

/** Whole where there is room; otherwise without what all series have in common, which would leave no room for the rest. */
function seriesNames(all: readonly Labels[], width: number): (labels: Labels) => string {
  const [first] = all;
  if (first === undefined || all.length === 1 || all.every((each) => formatLabels(each).length <= width / 2))
    return formatLabels;
  const isShared = (name: string) => all.every((each) => each[name] === first[name]);
  const shared = new Set(Object.keys(first).filter(isShared));
  return (labels) => formatLabels(Object.fromEntries(Object.entries(labels).filter(([name]) => !shared.has(name))));
}

/** One value per step of the range, so that a hole in the data is a hole in the line. */
function spread(
  values: readonly (readonly [number, string])[],
  range: { from: number; to: number; stepMs: number } | undefined,
): (number | null)[] {
  if (range === undefined) return values.map(([, text]) => toNumber(text));
  const steps = Math.floor((range.to - range.from) / range.stepMs) + 1;
  const slots: (number | null)[] = new Array(steps).fill(null);
  for (const [seconds, text] of values) {
    const place = Math.round((seconds * 1_000 - range.from) / range.stepMs);
    if (place >= 0 && place < steps) slots[place] = toNumber(text);
  }
  return slots;
}

function sparkWidth(width: number): number {
  return Number.isFinite(width) ? Math.max(10, Math.min(60, Math.floor(width / 3))) : 60;
}

function toNumber(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

function numberText(text: string): string {
  const value = toNumber(text);
  return Number.isFinite(value) ? shortNumber(value) : text;
}
