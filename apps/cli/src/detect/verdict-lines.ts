/**
 * Verdicts as CSV or NDJSON, written as bytes into one growing buffer: at 200,000 rows a second a string per number
 * would be most of the cost. Scores have six decimals, values seven significant digits.
 */
import type { RowVerdict } from '@jaegis/analytics';
import type { CsvRow } from './csv-table.ts';

const mostTop = 5;
const powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

export class VerdictLines {
  readonly #series: readonly string[];
  readonly #isJson: boolean;
  readonly #digits = new Uint8Array(24);
  #buffer = Buffer.allocUnsafe(1 << 16);
  #length = 0;

  constructor(series: readonly string[], isJson: boolean) {
    this.#series = series;
    this.#isJson = isJson;
    if (!isJson) this.#text(`time,score,anomalous,expected,lower,upper${series.length > 1 ? ',top' : ''}\n`);
  }

  get length(): number {
    return this.#length;
  }

  add(row: CsvRow, verdict: RowVerdict): void {
    this.#ensure(256 + (row.timeEnd - row.timeFrom) * 2);
    if (this.#isJson) this.#text(`${JSON.stringify(this.#document(row, verdict))}\n`);
    else this.#csv(row, verdict);
  }

  /** What has been written since the last time; the bytes are the caller's. */
  take(): Uint8Array {
    const taken = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #csv(row: CsvRow, v: RowVerdict): void {
    if (row.timeEnd > row.timeFrom) {
      for (let i = row.timeFrom; i < row.timeEnd; i++) this.#buffer[this.#length++] = row.bytes[i]!;
    } else this.#number(row.at / 1_000);
    this.#buffer[this.#length++] = 44;
    this.#fixed(v.score, 6);
    this.#buffer[this.#length++] = 44;
    this.#buffer[this.#length++] = v.anomalous ? 49 : 48;
    this.#buffer[this.#length++] = 44;
    this.#number(v.expected);
    this.#buffer[this.#length++] = 44;
    this.#number(v.lower);
    this.#buffer[this.#length++] = 44;
    this.#number(v.upper);
    if (this.#series.length > 1) {
      const top = this.#top(v).map(({ name, score }) => `${name}:${round(score)}`);
      const cell = top.join(';');
      this.#text(`,${/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell}`);
      this.#ensure(2);
    }
    this.#buffer[this.#length++] = 10;
  }

  #document(row: CsvRow, v: RowVerdict): object {
    const text = Buffer.from(row.bytes.subarray(row.timeFrom, row.timeEnd)).toString();
    const time = text === '' ? row.at / 1_000 : Number.isFinite(Number(text)) ? Number(text) : text;
    const known = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(7)) : null);
    return {
      time,
      score: round(v.score),
      anomalous: v.anomalous,
      expected: known(v.expected),
      lower: known(v.lower),
      upper: known(v.upper),
      ...(this.#series.length > 1 && { top: this.#top(v).map((each) => ({ ...each, score: round(each.score) })) }),
    };
  }

  /** The columns that have most to do with the score, the first of them first. */
  #top(v: RowVerdict): { name: string; score: number }[] {
    return this.#series
      .map((name, k) => ({ name, score: v.parts[k]! }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, mostTop);
  }

  /** Nothing for what is not known. */
  #number(value: number): void {
    if (!Number.isFinite(value)) return;
    const size = Math.abs(value);
    if (size === 0) {
      this.#buffer[this.#length++] = 48;
      return;
    }
    if (size < 1e-3 || size >= 1e15) {
      this.#text(String(Number(value.toPrecision(7))));
      this.#ensure(160);
      return;
    }
    let decimals = 9;
    for (let bound = 1e-3; decimals > 0 && size >= bound * 10; bound *= 10) decimals--;
    this.#fixed(value, decimals);
  }

  /** With at most so many decimals, zeros at the end left out. */
  #fixed(value: number, decimals: number): void {
    if (value < 0) this.#buffer[this.#length++] = 45;
    let rest = Math.round(Math.abs(value) * powers[decimals]!);
    let left = decimals;
    while (left > 0 && rest % 10 === 0) {
      rest /= 10;
      left--;
    }
    let count = 0;
    do {
      const tenth = Math.floor(rest / 10);
      this.#digits[count++] = 48 + (rest - tenth * 10);
      rest = tenth;
    } while (rest > 0 || count <= left);
    while (count > 0) {
      if (count === left) this.#buffer[this.#length++] = 46;
      this.#buffer[this.#length++] = this.#digits[--count]!;
    }
  }

  #text(text: string): void {
    this.#ensure(text.length * 3);
    this.#length += this.#buffer.write(text, this.#length);
  }

  #ensure(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const wider = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(wider, 0, 0, this.#length);
    this.#buffer = wider;
  }
}

function round(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}
