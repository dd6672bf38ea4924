/**
 * The server's default detector. Three voices, one score:
 *  - the band of seasonal-band.ts: far from the level and the season, by tails learned for each series and side;
 *  - a value far from where the next one should be, and
 *  - news: residuals at several scales beyond their own record (row-news.ts), told once, after which it rests.
 * The alarm budget says how surprising a point must be; the most surprised voice counts. News ranks above all else, since the
 * record of a series means the same on every series. With the server's budget news speaks only of what is many times beyond
 * all records; with a budget of points (`alarmShare`, recorded data) it speaks at the record,
 * each far value is told once, from the thirtieth value on, and nearly all of the budget is theirs.
 * 256 bytes a series. Bad at: seasons other than a day (for a week there is no room).
 */
import { anomalyThreshold, scoreOf } from '../alarm-budget.ts';
import type { Detector, DetectorOptions, ObserveOptions, RowOptions } from '../detector.ts';
import { farShareAt } from '../far-share.ts';
import { SeasonalBand } from '../seasonal-band.ts';
import { RowNews } from './row-news.ts';

const newsAt = 1;
/** A series is at its record about once in so many values: what news at `newsAt` is worth, as -log10 of a chance. */
const newsSurprise = 3.2;
/** Ten times the record is so many powers of ten rarer than the record. */
const newsDecades = 4;
const restValues = 60;
/** Below this is all that is no news. */
const newsScore = 0.999;
const mostWithoutNews = 0.998;
/** A budget of points is spent on far values. The band, which stays out while a fault lasts, alarms only where nothing else could be meant. */
const bandPart = 1e-9;
const farPart = 0.85;
const justNotAnomalous = anomalyThreshold - 1e-6;
const headerBytes = 4;

export function createRecordBand(options: DetectorOptions = {}): Detector {
  return new RecordBand(options);
}

class RecordBand implements Detector {
  readonly name = 'record-band';
  readonly #band: SeasonalBand;
  readonly #news: RowNews;
  /** -log10 of the share of values that may alarm, where that is the budget. */
  readonly #alarmAt: number | undefined;
  readonly #farShare: number;

  constructor(options: DetectorOptions) {
    const { alarmShare } = options;
    this.#alarmAt = alarmShare === undefined ? undefined : -Math.log10(alarmShare);
    this.#farShare = farPart * (alarmShare ?? 0);
    this.#news = new RowNews(this.#alarmAt);
    this.#band = new SeasonalBand(
      alarmShare === undefined ? options : { ...options, alarmShare: alarmShare * bandPart },
    );
  }

  get rows(): number {
    return this.#band.rows;
  }

  bytesPerRow(): number {
    return this.#band.bytesPerRow() + this.#news.bytesPerRow;
  }

  addRow(options: RowOptions): number {
    // Both tables are given the same rows in the same order, so they number them alike.
    this.#news.add();
    return this.#band.addRow(options);
  }

  removeRow(row: number): void {
    this.#band.removeRow(row);
    this.#news.remove(row);
  }

  /** Bytes: length of the band's (u32), the band's, the news'; both tables check themselves. */
  snapshot(from?: number, to?: number): Uint8Array {
    const band = this.#band.snapshot(from, to);
    const news = this.#news.snapshot(from, to);
    const bytes = new Uint8Array(headerBytes + band.length + news.length);
    new DataView(bytes.buffer).setUint32(0, band.length);
    bytes.set(band, headerBytes);
    bytes.set(news, headerBytes + band.length);
    return bytes;
  }

  restore(bytes: Uint8Array): boolean {
    const parts = this.#partsOf(bytes);
    return parts !== undefined && this.#band.restore(parts.band) && this.#news.restore(parts.news);
  }

  append(bytes: Uint8Array): number {
    const parts = this.#partsOf(bytes);
    if (parts === undefined) return -1;
    this.#news.append(parts.news);
    return this.#band.append(parts.band);
  }

  /** Both tables' bytes; `undefined` when one of them is not whole. */
  #partsOf(bytes: Uint8Array): { band: Uint8Array; news: Uint8Array } | undefined {
    if (bytes.length < headerBytes) return undefined;
    const end = headerBytes + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    const band = bytes.subarray(headerBytes, end);
    const news = bytes.subarray(end);
    return this.#band.fits(band) && this.#news.fits(news) ? { band, news } : undefined;
  }

  observe(rows: Uint32Array, values: Float64Array, options: ObserveOptions): void {
    this.#band.observe(rows, values, options);
    const { count, at, out } = options;
    const band = this.#band;
    const news = this.#news;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const value = values[i]!;
      if (!Number.isFinite(value) || !band.has(row)) continue;
      const tellShare = this.#alarmAt === undefined ? undefined : farShareAt(band.intervalMs(row), this.#farShare);
      const isBreak = band.hasBroken(row);
      news.observe(row, value, { at, isBreak, least: band.leastDistance(row, value), tellShare });
      let score = out.score[i]!;
      if (Number.isNaN(score)) {
        // Far values need no band, and recorded data may be short.
        if (this.#alarmAt === undefined || band.isWarm(row)) continue;
        score = 0;
      }
      const alarmAt = this.#alarmAt ?? band.alarmAt(row);
      if (band.alarmsAt(row, news.side > 0)) {
        const far = scoreOf(news.surprise, alarmAt);
        score = Math.max(score, news.isRetold ? Math.min(far, justNotAnomalous) : far);
      }
      score = Math.min(score, mostWithoutNews);
      const { ratio } = news;
      if (ratio >= newsAt && news.rest(row) === 0 && band.alarmsAt(row, news.newsSide > 0)) {
        if (newsSurprise + newsDecades * Math.log10(ratio) >= alarmAt) {
          news.startRest(row, restValues);
          score = 1 - ((1 - newsScore) * newsAt) / ratio;
        }
      }
      out.score[i] = score;
      out.anomalous[i] = score >= anomalyThreshold ? 1 : 0;
    }
  }
}
