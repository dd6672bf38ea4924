/**
 * Reads the development data of `../shared/data/anomaly` in place (README.md there says what each folder holds). Every
 * set that is absent is simply not there: suites say so by name.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { NabFile } from './nab-score.ts';
import type { RowRange } from './vus-pr.ts';

export interface RecordedSeries {
  readonly name: string;
  /** Epoch milliseconds of each row. */
  readonly times: Float64Array;
  /** Per column a value a row; NaN is missing. */
  readonly columns: readonly Float64Array[];
  /** 1 where a row is labelled anomalous. */
  readonly labels: Uint8Array;
  /** Rows at the start that may set scales. */
  readonly trainRows: number;
}

export interface NabStream extends RecordedSeries {
  readonly windows: NabFile['windows'];
}

export interface TsbSeries {
  readonly name: string;
  readonly values: Float64Array;
  readonly times: Float64Array;
  readonly ranges: readonly RowRange[];
  readonly window: number;
  readonly trainRows: number;
  readonly peers: Readonly<Record<string, number>>;
  /** Published VUS-PR of the spectral residual, with all digits. */
  readonly spectralResidual: number;
}

const day = 86_400_000;
const someMonday = Date.UTC(2024, 0, 1);

export function anomalyFolder(): string | undefined {
  const folder = join(process.env['JAEGIS_BENCH_DATA'] ?? join('..', 'shared', 'data'), 'anomaly');
  return existsSync(folder) ? folder : undefined;
}

export function readNab(folder: string): NabStream[] {
  const windows: Record<string, [string, string][]> = JSON.parse(
    readFileSync(join(folder, 'nab', 'windows.json'), 'utf8'),
  );
  return Object.entries(windows).map(([name, limits]) => {
    const table = readTable(join(folder, 'nab', 'data', `${name}.gz`));
    const times = Float64Array.from(table.text(0), (text) => Date.parse(`${text.replace(' ', 'T')}Z`));
    const rows = limits.map(([from, to]) => {
      const first = times.indexOf(Date.parse(`${from.slice(0, 19).replace(' ', 'T')}Z`));
      const last = times.indexOf(Date.parse(`${to.slice(0, 19).replace(' ', 'T')}Z`));
      if (first < 0 || last < first) throw new Error(`Cannot read ${name}: a window starts at ${from}, must be a row`);
      return [first, last] as const;
    });
    const labels = new Uint8Array(times.length);
    for (const [first, last] of rows) labels.fill(1, first, last + 1);
    return { name, times, columns: [table.numbers(1)], labels, trainRows: 0, windows: rows };
  });
}

export function readTsbSeries(folder: string, nab: readonly NabStream[]): TsbSeries[] {
  const entries: {
    tsb_file: string;
    source: string;
    row_start: number;
    rows: number;
    vus_window: number;
    train_prefix_rows: number;
    label_ranges_half_open: [number, number][];
    peers_vus_pr: Record<string, number>;
    check: { vus_pr: number };
  }[] = JSON.parse(readFileSync(join(folder, 'tsbad', 'exact_series.dev.json'), 'utf8'));
  return entries.flatMap((entry) => {
    const stream = nab.find((each) => entry.source === `nab/data/${each.name}.gz`);
    if (stream === undefined) return [];
    // Row numbers of the list count from 0.
    const from = entry.row_start;
    const values = stream.columns[0]!.slice(from, from + entry.rows);
    return [
      {
        name: entry.tsb_file,
        values,
        times: stream.times.slice(from, from + entry.rows),
        ranges: entry.label_ranges_half_open,
        window: entry.vus_window,
        trainRows: entry.train_prefix_rows,
        peers: entry.peers_vus_pr,
        spectralResidual: entry.check.vus_pr,
      },
    ];
  });
}

export function readWsd(folder: string): RecordedSeries[] {
  const index: { id: string; train_rows: number; interval_s: number; start_ts: number }[] = JSON.parse(
    readFileSync(join(folder, 'wsd', 'index.json'), 'utf8'),
  );
  return index.map((entry) => {
    const table = readTable(join(folder, 'wsd', `${entry.id}.csv.gz`));
    const columns = [table.numbers(0)];
    const times = evenly(columns[0]!.length, entry.start_ts * 1_000, entry.interval_s * 1_000);
    return { name: entry.id, times, columns, labels: table.flags(1), trainRows: entry.train_rows };
  });
}

/** SMD (a minute apart) or ASD (five minutes): the training half, then the labelled half, as one run. */
export function readMachines(folder: string, set: 'smd' | 'asd'): RecordedSeries[] {
  const names = readdirSync(join(folder, set))
    .filter((file) => file.endsWith('.test.csv.gz'))
    .map((file) => file.replace('.test.csv.gz', ''))
    .sort();
  return names.map((name) => {
    const train = readTable(join(folder, set, `${name}.train.csv.gz`));
    const test = readTable(join(folder, set, `${name}.test.csv.gz`));
    const width = test.header.length - 1;
    const columns = Array.from({ length: width }, (_, k) =>
      Float64Array.from([...train.numbers(k), ...test.numbers(k)]),
    );
    const labels = new Uint8Array(train.rows + test.rows);
    labels.set(test.flags(width), train.rows);
    const times = evenly(labels.length, someMonday, set === 'smd' ? 60_000 : 300_000);
    return { name, times, columns, labels, trainRows: train.rows };
  });
}

export function readMscloud(folder: string): RecordedSeries[] {
  return readdirSync(join(folder, 'mscloud'))
    .sort()
    .flatMap((group) =>
      readdirSync(join(folder, 'mscloud', group))
        .sort()
        .map((file) => {
          const table = readTable(join(folder, 'mscloud', group, file));
          const times = Float64Array.from(table.text(0), (text) =>
            Date.parse(`${text.replaceAll('"', '').replace(' ', 'T').replace('Z', '')}Z`),
          );
          return {
            name: `${group}/${file}`,
            times,
            columns: [table.numbers(1)],
            labels: table.flags(2),
            trainRows: 0,
          };
        }),
    );
}

/** Days that all of them cover together. */
export function daysOf(series: readonly RecordedSeries[]): number {
  return series.reduce((sum, { times }) => sum + (times[times.length - 1]! - times[0]!) / day, 0);
}

function evenly(rows: number, start: number, step: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => start + i * step);
}

function readTable(path: string) {
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
  const header = lines[0]!.trim().split(',');
  const cells = lines.slice(1).map((line) => line.trim().split(','));
  const numbers = (column: number) =>
    Float64Array.from(cells, (row) =>
      row[column] === undefined || row[column] === '' ? Number.NaN : Number(row[column]),
    );
  return {
    header,
    rows: cells.length,
    text: (column: number) => cells.map((row) => row[column]!),
    numbers,
    flags: (column: number) => Uint8Array.from(cells, (row) => (Number(row[column]) === 1 ? 1 : 0)),
  };
}
