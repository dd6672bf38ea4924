import type { Paint, Tone } from './paint.ts';
import { fitMiddle, fitText, safeText, textWidth, wrapText } from './text-width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut down to this many columns when the terminal is narrow. Left out: never cut. */
  readonly shrinkTo?: number;
  /** Where a cut takes away: the end, or the middle (names whose ends differ). */
  readonly cut?: 'end' | 'middle';
  /** Rather than be cut below this many columns, it gets a line of its own under each row. For the last column. */
  readonly ownLineBelow?: number;
  /** Given up, highest first, when even cut columns do not fit. Left out: always shown. */
  readonly dropRank?: number;
}

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

export type Row = readonly (string | Cell)[];

/** How wide a table may be (infinite when the output is not a terminal) and how to colour it. */
export interface Layout {
  readonly width: number;
  readonly paint: Paint;
}

const gap = 2;

/**
 * Lays out a table that never wraps: columns that may shrink do, widest first; then those with the highest drop rank go.
 * Without rows there is nothing, not even a header: say what to do instead.
 */
export function formatTable(columns: readonly Column[], rows: readonly Row[], layout: Layout): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map((_, index) => asCell(row[index] ?? '')));
  const natural = columns.map((column, index) =>
    cells.reduce((most, row) => Math.max(most, textWidth(row[index]!.text)), textWidth(column.title)),
  );
  const below = columnBelow(columns, natural, layout.width);
  const beside = below === undefined ? columns : columns.slice(0, below);
  const shown = chooseColumns(beside, natural, layout.width);
  const widths = shrink(columns, natural, { shown, width: layout.width });
  const line = (texts: readonly Cell[], tone?: Tone): string =>
    shown
      .map((index, place) => {
        const { text, tone: own } = texts[index]!;
        const fit = columns[index]!.cut === 'middle' ? fitMiddle : fitText;
        const fitted = fit(text, widths[index]!);
        const padding = ' '.repeat(widths[index]! - textWidth(fitted));
        const painted = layout.paint(fitted, tone ?? own ?? 'plain');
        if (columns[index]!.align === 'right') return padding + painted;
        return place === shown.length - 1 ? painted : painted + padding;
      })
      .join(' '.repeat(gap))
      .trimEnd();
  const header = line(
    columns.map((column) => ({ text: column.title })),
    'dim',
  );
  const lines = cells.flatMap((row) => {
    const { text = '', tone = 'plain' } = below === undefined ? {} : row[below]!;
    if (text === '') return [line(row)];
    const wrapped = wrapText(text, layout.width - ownLineIndent.length);
    return [line(row), ...wrapped.map((each) => ownLineIndent + layout.paint(each, tone))];
  });
  return `${[header, ...lines].join('\n')}\n`;
}

const ownLineIndent = '    ';

/** The last column, where it wants a line of its own rather than the room that the others leave. */
function columnBelow(columns: readonly Column[], natural: readonly number[], width: number): number | undefined {
  const last = columns.length - 1;
  const least = columns[last]?.ownLineBelow;
  if (least === undefined) return undefined;
  const others = columns
    .slice(0, last)
    .map(({ shrinkTo = Number.POSITIVE_INFINITY }, i) => Math.min(natural[i]!, shrinkTo));
  return total([...others, Math.min(natural[last]!, least)]) > width ? last : undefined;
}

function asCell(value: string | Cell): Cell {
  return typeof value === 'string' ? { text: safeText(value) } : { ...value, text: safeText(value.text) };
}

function chooseColumns(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  let shown = columns.map((_, index) => index);
  const least = (index: number): number => Math.min(natural[index]!, columns[index]!.shrinkTo ?? natural[index]!);
  while (total(shown.map(least)) > width) {
    const droppable = shown.filter((index) => columns[index]!.dropRank !== undefined);
    const worst = droppable.sort((a, b) => columns[b]!.dropRank! - columns[a]!.dropRank!)[0];
    if (worst === undefined) break;
    shown = shown.filter((index) => index !== worst);
  }
  return shown;
}

function shrink(
  columns: readonly Column[],
  natural: readonly number[],
  options: { shown: readonly number[]; width: number },
): number[] {
  const widths = [...natural];
  for (;;) {
    const excess = total(options.shown.map((index) => widths[index]!)) - options.width;
    if (!(excess > 0)) return widths;
    const widest = options.shown
      .filter((index) => widths[index]! > (columns[index]!.shrinkTo ?? Number.POSITIVE_INFINITY))
      .sort((a, b) => widths[b]! - widths[a]!)[0];
    if (widest === undefined) return widths;
    widths[widest] = widths[widest]! - 1;
  }
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, widths.length - 1);
}
