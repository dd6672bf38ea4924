/**
 * What single columns have to say beside the models of all columns, for the alarm: how far the farthest value is from where it
 * should be, and whether a column's residual is beyond its own record (../detect/record-band/row-news.ts), each told once:
 *   weight = clamp((surprise - 3) / 2, 0, 1) + clamp(1/2 + ln(ratio to the record), 0, 2),   0 where nothing is news,
 * in the units of the alarm's statistic. It learns in raw units from the first row on, training or not; the governor sees to it
 * that it spends of the same budget as everything else. Alone it would alarm too often where there are many columns.
 * Bad at: columns that are rare events, each of which is far.
 */
import { RowNews } from '../detect/record-band/row-news.ts';

/** -log10 of the chance of a value at which being far begins to count, and the powers of ten that count 1. */
const farFrom = 3;
const farDecades = 2;
const farMost = 1;
const newsAt = 1;
const newsLeast = 0.5;
const newsMost = 2;
/** Rows for which a column that told news tells no other. */
const restRows = 60;
/** After so many intervals without a row, or when time goes back, columns go on from where they are. */
const gapIntervals = 20;

export class ColumnNews {
  readonly #news = new RowNews();
  readonly #columns: number;
  #lastAt = Number.NaN;
  #gap = Number.NaN;

  constructor(columns: number) {
    this.#columns = columns;
    for (let j = 0; j < columns; j++) this.#news.add();
  }

  /** Takes the next row; what is not finite is missing. 0 or more: what it adds to the alarm's statistic. */
  observe(at: number, values: Float64Array): number {
    const news = this.#news;
    const isBreak = this.#noteTime(at);
    let far = 0;
    let ratio = 0;
    for (let j = 0; j < this.#columns; j++) {
      const value = values[j]!;
      if (!Number.isFinite(value)) continue;
      news.observe(j, value, { at, isBreak, least: 0 });
      far = Math.max(far, news.surprise);
      if (news.ratio < newsAt || news.rest(j) > 0) continue;
      news.startRest(j, restRows);
      ratio = Math.max(ratio, news.ratio);
    }
    const farPart = Math.min(farMost, Math.max(0, (far - farFrom) / farDecades));
    return farPart + (ratio > 0 ? Math.min(newsMost, newsLeast + Math.log(ratio)) : 0);
  }

  #noteTime(at: number): boolean {
    const gap = at - this.#lastAt;
    const isBreak = gap < 0 || gap > gapIntervals * this.#gap;
    if (gap > 0 && !isBreak) this.#gap = gap;
    this.#lastAt = at;
    return isBreak;
  }
}
