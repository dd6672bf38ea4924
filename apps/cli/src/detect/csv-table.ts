/**
 * A CSV table with a header (of commas; of semicolons or tabs where the header has no comma), read from chunks of bytes as they come; every complete line is handed over at once, so that
 * the last row of a pipe never waits for more. Cells are parsed in place, without a string each.
 */
import { badInput, CliError } from '../errors.ts';
import { readNumber, textOf } from './read-number.ts';
import { readTime } from './read-time.ts';
import { separatorOf } from './separator.ts';

/** The row in hand; overwritten by the next. */
export interface CsvRow {
  /** From 1, the header not counted. */
  number: number;
  /** Epoch milliseconds. */
  at: number;
  /** One a series; NaN is missing. */
  values: Float64Array;
  /** Where the time's own text stands; empty without a time column. */
  bytes: Uint8Array;
  timeFrom: number;
  timeEnd: number;
}

export interface CsvOptions {
  /** What the table is called in messages. */
  readonly name: string;
  /** Milliseconds between rows of a table without times. */
  readonly stepMs: number | undefined;
  readonly onHeader: (series: readonly string[]) => void;
  readonly onRow: (row: CsvRow) => void;
}

const timeNames = new Set(['time', 'timestamp', 'datetime', 'date', 't', 't_s', 'unix_s', 'ts']);
const newline = 10;
const comma = 44;
const quote = 34;
const ignored = -1;
const timeCell = -2;

export class CsvTable {
  readonly #options: CsvOptions;
  #rest: Uint8Array = new Uint8Array(0);
  /** What each column is: a series' number, or one of the two above. */
  #kinds: Int32Array | undefined;
  #header: readonly string[] = [];
  #separator = comma;
  /** Lines seen, empty ones too: what an editor shows. */
  #line = 0;
  readonly #row: CsvRow = {
    number: 0,
    at: 0,
    values: new Float64Array(0),
    bytes: new Uint8Array(0),
    timeFrom: 0,
    timeEnd: 0,
  };

  constructor(options: CsvOptions) {
    this.#options = options;
  }

  get rows(): number {
    return this.#row.number;
  }

  /** Takes more bytes and hands over every line that is complete. Throws a `CliError` at the first that is no row. */
  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(newline, from);
      if (end < 0) break;
      this.#readLine(bytes, from, end);
      from = end + 1;
    }
    this.#rest = bytes.slice(from);
  }

  /** The end: a last line without its newline is one too. */
  finish(): void {
    if (this.#rest.length > 0) this.#readLine(this.#rest, 0, this.#rest.length);
    this.#rest = new Uint8Array(0);
    if (this.#kinds === undefined) throw this.#error('it is empty, must start with a header line');
  }

  #readLine(bytes: Uint8Array, from: number, lineEnd: number): void {
    this.#line++;
    const end = lineEnd > from && bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
    if (end === from) return;
    if (this.#kinds === undefined) {
      this.#readHeader(bytes, from, end);
      return;
    }
    const kinds = this.#kinds;
    const row = this.#row;
    const separator = this.#separator;
    row.number++;
    row.bytes = bytes;
    row.timeFrom = from;
    row.timeEnd = from;
    let cell = 0;
    for (let at = from; at <= end; cell++) {
      const cellEnd = endOfCell(bytes, at, end, separator);
      const kind = kinds[cell];
      if (kind === undefined)
        throw this.#error(`line ${this.#line} has more cells than the header, must have ${kinds.length}`);
      if (kind >= 0) row.values[kind] = this.#number(bytes, at, cellEnd, cell);
      else if (kind === timeCell) this.#time(bytes, at, cellEnd);
      at = cellEnd + 1;
    }
    if (cell < kinds.length) throw this.#error(`line ${this.#line} has ${cell} cells, must have ${kinds.length}`);
    if (kinds[0] !== timeCell) row.at = (row.number - 1) * this.#options.stepMs!;
    this.#options.onRow(row);
  }

  #readHeader(bytes: Uint8Array, from: number, end: number): void {
    const start = bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf ? from + 3 : from;
    this.#separator = separatorOf(textOf(bytes, start, end)).charCodeAt(0);
    const names: string[] = [];
    for (let at = start; at <= end; ) {
      const cellEnd = endOfCell(bytes, at, end, this.#separator);
      names.push(textOf(bytes, at, cellEnd).trim());
      at = cellEnd + 1;
    }
    const series: string[] = [];
    const kinds = names.map((name, column) => {
      if (column === 0 && timeNames.has(name.toLowerCase())) return timeCell;
      if (name.toLowerCase() === 'label') return ignored;
      return series.push(name) - 1;
    });
    if (kinds[0] !== timeCell && this.#options.stepMs === undefined)
      throw this.#error(`its first column is "${names[0]}", must be time (or pass --step, for example --step 60s)`);
    if (series.length === 0)
      throw this.#error(`its columns are ${names.join(', ')}, must have at least one series beside time and label`);
    this.#kinds = Int32Array.from(kinds);
    this.#header = names;
    this.#row.values = new Float64Array(series.length);
    this.#options.onHeader(series);
  }

  #number(bytes: Uint8Array, from: number, end: number, cell: number): number {
    let value = readNumber(bytes, from, end);
    if (value === undefined && bytes[from] === quote) value = readNumber(bytes, from + 1, end - 1);
    // Where semicolons stand between cells, a comma stands in the number: 5,5.
    if (value === undefined && this.#separator !== comma) {
      const written = Buffer.from(textOf(bytes, from, end).replace(',', '.'));
      value = readNumber(written, 0, written.length);
    }
    if (value === undefined)
      throw this.#error(
        `line ${this.#line}: ${this.#header[cell]} is "${textOf(bytes, from, end)}", must be a number or empty`,
      );
    return value;
  }

  #time(bytes: Uint8Array, from: number, end: number): void {
    const isQuoted = bytes[from] === quote;
    const at = isQuoted ? readTime(bytes, from + 1, end - 1) : readTime(bytes, from, end);
    if (at === undefined)
      throw this.#error(
        `line ${this.#line}: ${this.#header[0]} is "${textOf(bytes, from, end)}", must be RFC 3339 or epoch seconds`,
      );
    this.#row.at = at;
    this.#row.timeFrom = isQuoted ? from + 1 : from;
    this.#row.timeEnd = isQuoted ? end - 1 : end;
  }

  #error(what: string): CliError {
    return new CliError(badInput, `Cannot read ${this.#options.name}: ${what}`);
  }
}

function endOfCell(bytes: Uint8Array, from: number, end: number, separator: number): number {
  let at = from;
  if (bytes[at] === quote) {
    at++;
    while (at < end && !(bytes[at] === quote && bytes[at + 1] !== quote)) at += bytes[at] === quote ? 2 : 1;
  }
  while (at < end && bytes[at] !== separator) at++;
  return at;
}
