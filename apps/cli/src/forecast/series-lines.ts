import { CsvTable } from '../detect/csv-table.ts';
import { epochMs, readTime } from '../detect/read-time.ts';
import { badInput, CliError } from '../errors.ts';

/** One series as a user gave it. */
export interface GivenSeries {
  readonly id: string;
  readonly stepMs: number;
  /** Epoch milliseconds of the first value. */
  readonly start: number;
  /** NaN is missing. */
  readonly values: Float64Array;
}

/** `{"id":"H1","step_s":3600,"start":1700000000,"values":[1,2,null]}`; NaN and Infinity, as some writers print them, are missing. */
export function readSeriesLine(
  line: string,
  where: { name: string; line: number; stepMs: number | undefined },
): GivenSeries {
  const place = `line ${where.line} of ${where.name}`;
  const parsed = parse(line, place);
  const { id, values } = parsed;
  const step = parsed['step_s'] === undefined && where.stepMs !== undefined ? where.stepMs / 1_000 : parsed['step_s'];
  if (typeof step !== 'number' || !(step > 0) || !Number.isFinite(step * 1_000))
    throw bad(place, `step_s is ${said(parsed['step_s'])}`, 'must be the seconds between values (or --step)');
  if (!Array.isArray(values)) throw bad(place, `values is ${said(values)}`, 'must be a list of numbers and null');
  return {
    id: id === undefined || id === null ? `line-${where.line}` : String(id),
    stepMs: step * 1_000,
    start: startOf(parsed['start'], place),
    values: Float64Array.from(values as unknown[], (value) => (typeof value === 'number' ? value : Number.NaN)),
  };
}

function startOf(start: unknown, place: string): number {
  if (start === undefined || start === null) return 0;
  const bytes = Buffer.from(typeof start === 'string' ? start : '');
  const at = typeof start === 'number' ? epochMs(start) : readTime(bytes, 0, bytes.length);
  if (at !== undefined && Number.isFinite(at)) return at;
  throw bad(place, `start is ${said(start)}`, 'must be RFC 3339 or epoch seconds');
}

/** Strings, so that a name is left as it is, or a number that JSON does not know. */
const oddNumbers = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity|nan|inf)\b/g;

function parse(line: string, place: string): Record<string, unknown> {
  for (const text of [line, line.replace(oddNumbers, (found) => (found.startsWith('"') ? found : 'null'))]) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
        return parsed as Record<string, unknown>;
      break;
    } catch {
      // The second attempt, or the complaint below.
    }
  }
  throw bad(place, `is ${said(line)}`, 'must be a JSON object with id, step_s and values');
}

/** Columns of a CSV as series on an even grid; lines come one by one, the series when the last has come. */
export class CsvSeries {
  readonly #table: CsvTable;
  readonly #stepMs: number | undefined;
  readonly #times: number[] = [];
  #names: readonly string[] = [];
  #columns: number[][] = [];

  constructor(o: { name: string; stepMs: number | undefined }) {
    this.#stepMs = o.stepMs;
    this.#table = new CsvTable({
      ...o,
      onHeader: (names) => {
        this.#names = names;
        this.#columns = names.map(() => []);
      },
      onRow: ({ at, values }) => {
        this.#times.push(at);
        for (let k = 0; k < values.length; k++) this.#columns[k]!.push(values[k]!);
      },
    });
  }

  push(line: string): void {
    this.#table.push(Buffer.from(`${line}\n`));
  }

  finish(): GivenSeries[] {
    this.#table.finish();
    const times = this.#times;
    const stepMs = this.#stepMs ?? medianGap(times);
    const start = times.reduce((first, time) => Math.min(first, time), times[0] ?? 0);
    return this.#names.map((id, k) => ({ id, stepMs, start, values: onGrid(times, this.#columns[k]!, stepMs) }));
  }
}

/** Most values that a grid may hold: a gap of years in data of seconds is a mistake, not a series. */
const mostSlots = 20_000_000;

/** The grid begins at the earliest time; what falls into one step is averaged. */
function onGrid(times: readonly number[], values: readonly number[], step: number): Float64Array {
  if (times.length === 0) return new Float64Array(0);
  let first = times[0]!;
  let last = times[0]!;
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  const length = Math.min(Math.round((last - first) / step) + 1, mostSlots);
  const sums = new Float64Array(length);
  const counts = new Uint32Array(length);
  for (let i = 0; i < times.length; i++) {
    const slot = Math.round((times[i]! - first) / step);
    if (slot >= length || !Number.isFinite(values[i]!)) continue;
    sums[slot] = sums[slot]! + values[i]!;
    counts[slot] = counts[slot]! + 1;
  }
  return sums.map((sum, i) => (counts[i]! > 0 ? sum / counts[i]! : Number.NaN));
}

function medianGap(times: readonly number[]): number {
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  const forward = gaps.filter((gap) => gap > 0).sort((a, b) => a - b);
  return forward[forward.length >> 1] ?? 60_000;
}

function said(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

function bad(subject: string, current: string, wanted: string): CliError {
  return new CliError(badInput, `Cannot forecast ${subject}: ${current}, ${wanted}`);
}
