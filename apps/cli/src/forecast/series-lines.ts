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
  const start = parsed['start'];
  return {
    id: id === undefined || id === null ? `line-${where.line}` : String(id),
    stepMs: step * 1_000,
    start: typeof start === 'number' && Number.isFinite(start) ? start * (start > 1e11 ? 1 : 1_000) : 0,
    values: Float64Array.from(values as unknown[], (value) => (typeof value === 'number' ? value : Number.NaN)),
  };
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

/** Columns of a CSV with a header as series on an even grid; the first column is `time`, or rows are `stepMs` apart. */
export function readCsvSeries(
  lines: readonly string[],
  o: { name: string; stepMs: number | undefined },
): GivenSeries[] {
  const header = (lines[0] ?? '').split(',').map((name) => name.trim());
  const hasTime = /^(time|timestamp|t_s)$/i.test(header[0] ?? '');
  if (!hasTime && o.stepMs === undefined)
    throw bad(o.name, `the first column is ${said(header[0])}`, 'must be time (or give --step)');
  const rows = lines.slice(1).map((line) => line.split(','));
  const times = rows.map((row, i) => (hasTime ? timeOf(row[0]!, `line ${i + 2} of ${o.name}`) : i * o.stepMs!));
  const step = hasTime ? (o.stepMs ?? medianGap(times)) : o.stepMs!;
  return header.flatMap((id, column) => {
    if ((hasTime && column === 0) || id === 'label') return [];
    const values = rows.map((row) => cell(row[column]));
    return [{ id, stepMs: step, start: times[0] ?? 0, values: onGrid(times, values, step) }];
  });
}

function cell(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}

/** RFC 3339 (without a zone: UTC) or epoch seconds or milliseconds, told apart by size. */
function timeOf(text: string, place: string): number {
  const trimmed = text.trim();
  const number = Number(trimmed);
  const at =
    trimmed !== '' && Number.isFinite(number)
      ? number * (Math.abs(number) > 1e11 ? 1 : 1_000)
      : Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(trimmed) ? trimmed : `${trimmed.replace(' ', 'T')}Z`);
  if (!Number.isFinite(at)) throw bad(place, `time is ${said(text)}`, 'must be RFC 3339 or epoch seconds');
  return at;
}

/** Most values that a grid may hold: a gap of years in data of seconds is a mistake, not a series. */
const mostSlots = 20_000_000;

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
