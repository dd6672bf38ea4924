/**
 * Runs models over a recorded table, one row at a time. With training rows the models are learned once, from them; without,
 * from what came before, again whenever the past has doubled and later every few thousand rows, on a sliding window. Silent
 * until the first time. A row is put in units of each column's spread, judged, and its strangeness turned into a score.
 */
import { seededRng } from '@jaegis/std';
import { alarmSurprise, scoreOf } from '../detect/alarm-budget.ts';
import type { MemberRun, MemberTable, RowVerdict } from '../detect/member.ts';
import { AlarmGovernor } from './alarm-governor.ts';
import { ColumnNews } from './column-news.ts';
import { type Fusion, fitFusion, type Weighted } from './fusion.ts';
import { Rarity } from './rarity.ts';
import { learnScales, type Scales, scaleRow } from './scales.ts';

/** Rows before the first verdict when nothing was said of training. */
const warmUp = 128;
/** The past that models are learned from: the newest of it. */
const mostTrained = 32_768;
const mostSliding = 16_384;
const refitRows = 4_096;
const usualIntervalMs = 60_000;
/** Beyond the alarm differences are squeezed, so that they can still be told apart in six digits. */
const squeeze = 3;
const seed = 20_011;

export class TableRun implements MemberRun {
  readonly #members: readonly Weighted[];
  readonly #table: MemberTable;
  readonly #values: RowRing;
  readonly #z: Float64Array;
  readonly #news: ColumnNews | undefined;
  #scales: Scales | undefined;
  #fusion: Fusion | undefined;
  #governor: AlarmGovernor | undefined;
  #rarity = new Rarity(new Float64Array(0));
  #alarmAt = 1;
  #seen = 0;
  #nextFit: number;

  /** `withNews`: single columns have a say in the alarm. */
  constructor(members: readonly Weighted[], table: MemberTable, withNews = false) {
    this.#members = members;
    this.#table = table;
    const columns = table.columns.length;
    this.#z = new Float64Array(columns);
    this.#news = withNews ? new ColumnNews(columns) : undefined;
    this.#values = new RowRing(columns, table.trainRows > 0 ? mostTrained : mostSliding);
    this.#nextFit = table.trainRows > 0 ? table.trainRows : warmUp;
  }

  observe(at: number, values: Float64Array, out: RowVerdict): void {
    out.score = 0;
    out.anomalous = false;
    out.expected = Number.NaN;
    out.lower = Number.NaN;
    out.upper = Number.NaN;
    out.parts.fill(0);
    const news = this.#news?.observe(at, values) ?? 0;
    if (this.#fusion !== undefined) this.#judge(at, values, news, out);
    if (this.#nextFit === Number.POSITIVE_INFINITY) return;
    this.#values.push(at, values);
    this.#seen++;
    if (this.#seen < this.#nextFit) return;
    this.#fit();
    this.#nextFit = this.#table.trainRows > 0 ? Number.POSITIVE_INFINITY : this.#seen + Math.min(this.#seen, refitRows);
  }

  #judge(at: number, values: Float64Array, news: number, out: RowVerdict): void {
    const z = this.#z;
    scaleRow(values, 0, this.#scales!, z);
    const strangeness = this.#fusion!.observe(z, at, out.parts);
    const surprise = this.#rarity.surprise(strangeness);
    const over = surprise - this.#alarmAt;
    out.score = scoreOf(over > 0 ? this.#alarmAt + squeeze * Math.log1p(over / squeeze) : surprise, this.#alarmAt);
    out.anomalous = this.#governor!.observe(this.#fusion!.alarm, news);
  }

  #fit(): void {
    const past = this.#values.take();
    const d = past.columns;
    const intervalMs = this.#table.intervalMs > 0 ? this.#table.intervalMs : usualGap(past.at);
    const scales = learnScales(past.values, past.rows, d);
    const z = new Float32Array(past.rows * d);
    const row = new Float64Array(d);
    for (let i = 0; i < past.rows; i++) {
      scaleRow(past.values, i * d, scales, row);
      z.set(row, i * d);
    }
    this.#scales = scales;
    this.#fusion = fitFusion(
      this.#members,
      { z, at: past.at, rows: past.rows, columns: d },
      { intervalMs, rng: seededRng(seed) },
    );
    this.#rarity = new Rarity(this.#fusion.past);
    this.#governor = new AlarmGovernor(this.#fusion.pastAlarm, intervalMs);
    this.#alarmAt = alarmSurprise(intervalMs);
  }
}

/** Milliseconds: the median distance of the first rows. */
function usualGap(at: Float64Array): number {
  const gaps: number[] = [];
  for (let i = 1; i < Math.min(at.length, 1_000); i++) if (at[i]! > at[i - 1]!) gaps.push(at[i]! - at[i - 1]!);
  gaps.sort((a, b) => a - b);
  return gaps[gaps.length >> 1] ?? usualIntervalMs;
}

/** The newest rows, up to a limit. */
class RowRing {
  readonly #columns: number;
  readonly #limit: number;
  #values: Float64Array;
  #at: Float64Array;
  #pushed = 0;

  constructor(columns: number, limit: number) {
    this.#columns = columns;
    this.#limit = limit;
    this.#values = new Float64Array(256 * columns);
    this.#at = new Float64Array(256);
  }

  push(at: number, values: Float64Array): void {
    if (this.#pushed === this.#at.length && this.#pushed < this.#limit) this.#grow();
    const place = this.#pushed % this.#at.length;
    this.#at[place] = at;
    this.#values.set(values, place * this.#columns);
    this.#pushed++;
  }

  /** Oldest first. */
  take(): { values: Float64Array; at: Float64Array; rows: number; columns: number } {
    const columns = this.#columns;
    const capacity = this.#at.length;
    const rows = Math.min(this.#pushed, capacity);
    const start = this.#pushed > capacity ? this.#pushed % capacity : 0;
    const values = new Float64Array(rows * columns);
    const at = new Float64Array(rows);
    const tail = rows - start;
    values.set(this.#values.subarray(start * columns, rows * columns));
    values.set(this.#values.subarray(0, start * columns), tail * columns);
    at.set(this.#at.subarray(start, rows));
    at.set(this.#at.subarray(0, start), tail);
    return { values, at, rows, columns };
  }

  #grow(): void {
    const capacity = Math.min(this.#limit, this.#at.length * 2);
    const values = new Float64Array(capacity * this.#columns);
    values.set(this.#values);
    const at = new Float64Array(capacity);
    at.set(this.#at);
    this.#values = values;
    this.#at = at;
  }
}
