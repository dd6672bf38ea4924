/**
 * Runs a streaming `Detector` over a recorded table: one row of it per column. A table's score is that of its most unusual
 * column; with one column the expected band comes along. The parts are the columns' own scores.
 */
import { createVerdicts, type Detector } from './detector.ts';
import type { DetectMember, MemberRun, MemberTable, RowVerdict } from './member.ts';

const mostColumns = 10_000;
/** What is believed until two rows have told how far apart they come. */
const usualIntervalMs = 60_000;

export function columnMember(name: string, about: string, create: () => Detector): DetectMember {
  return { name, about, leastColumns: 1, mostColumns, start: (table) => new ColumnRun(create(), table) };
}

class ColumnRun implements MemberRun {
  readonly #detector: Detector;
  readonly #table: MemberTable;
  readonly #rows: Uint32Array;
  readonly #verdicts;
  /** The first row waits for the second when the interval is not known: it is silent either way. */
  #first: { at: number; values: Float64Array } | undefined;
  #isStarted = false;

  constructor(detector: Detector, table: MemberTable) {
    this.#detector = detector;
    this.#table = table;
    this.#rows = new Uint32Array(table.columns.length);
    this.#verdicts = createVerdicts(table.columns.length);
  }

  observe(at: number, values: Float64Array, out: RowVerdict): void {
    if (!this.#isStarted && !this.#begin(at, values)) {
      silenceRow(out);
      return;
    }
    const v = this.#verdicts;
    this.#detector.observe(this.#rows, values, { at, count: values.length, out: v });
    let worst = 0;
    let score = 0;
    for (let k = 0; k < values.length; k++) {
      const own = v.score[k]!;
      out.parts[k] = Number.isNaN(own) ? 0 : own;
      if (own > score) {
        score = own;
        worst = k;
      }
    }
    out.score = score;
    out.anomalous = v.anomalous[worst] === 1;
    const isAlone = values.length === 1;
    out.expected = isAlone ? v.expected[0]! : Number.NaN;
    out.lower = isAlone ? v.lower[0]! : Number.NaN;
    out.upper = isAlone ? v.upper[0]! : Number.NaN;
  }

  #begin(at: number, values: Float64Array): boolean {
    const first = this.#first;
    if (this.#table.intervalMs <= 0 && first === undefined) {
      this.#first = { at, values: values.slice() };
      return false;
    }
    const gap = first === undefined ? 0 : at - first.at;
    const intervalMs = this.#table.intervalMs > 0 ? this.#table.intervalMs : gap > 0 ? gap : usualIntervalMs;
    for (let k = 0; k < values.length; k++)
      this.#rows[k] = this.#detector.addRow({ intervalMs, sense: 'neutral', now: first?.at ?? at });
    this.#isStarted = true;
    if (first !== undefined)
      this.#detector.observe(this.#rows, first.values, {
        at: first.at,
        count: values.length,
        out: this.#verdicts,
      });
    this.#first = undefined;
    return true;
  }
}

function silenceRow(out: RowVerdict): void {
  out.score = 0;
  out.anomalous = false;
  out.expected = Number.NaN;
  out.lower = Number.NaN;
  out.upper = Number.NaN;
  out.parts.fill(0);
}
