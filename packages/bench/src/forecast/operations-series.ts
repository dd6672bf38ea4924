/**
 * The operations series of the development data on even grids: five minutes where the source is finer, else its own step.
 * Recorded gaps (as the data's README tells them) are missing, not zero: the zeros of the twitter stream, runs of six and
 * more zeros in ServeGen's totals (and the same rows of its clients), lone zero minutes of worldcup at full traffic.
 */
import { readRows, secondsOf } from './read-csv.ts';

export interface OperationsSeries {
  readonly id: string;
  readonly stepMs: number;
  /** NaN is a gap. */
  readonly values: Float64Array;
}

const fiveMinutes = 300;
/** Clients of ServeGen that are nearly always active, so that zeros are not their nature; the busiest first. */
const clientsPerModel = 6;

/** Every series that the folder holds, in a fixed order; files that are absent are left out. */
export function readOperations(folder: string): OperationsSeries[] {
  return [
    ...grouped(folder, 'forecast/crane_production.csv.gz', (time) => Number(time)),
    ...grouped(folder, 'forecast/nab_cloudwatch.csv.gz', secondsOf),
    ...columns(folder, 'forecast/azure_vm_2017_cpu_300s.csv.gz', ['max_cpu', 'avg_cpu']),
    ...columns(folder, 'workload/nab_elb_request_count_8c0756_300s.csv.gz', ['requests']),
    ...['aapl', 'amzn', 'cvs', 'ko', 'pfe'].flatMap((name) =>
      columns(folder, `workload/nab_twitter_volume_${name}_300s.csv.gz`, ['requests']),
    ),
    ...columns(folder, 'workload/nasa_http_1995_jul_60s.csv.gz', ['requests']),
    ...columns(folder, 'workload/twitter_stream_202108_60s.csv.gz', ['requests'], zerosAreGaps),
    ...columns(folder, 'workload/worldcup98_60s.csv.gz', ['requests'], loneZerosAreGaps),
    ...limbo(folder, 'workload/wikipedia_limbo.csv.gz'),
    ...limbo(folder, 'workload/ibm_transactions_limbo.csv.gz'),
    ...['m-mid', 'm-small'].flatMap((model) => servegen(folder, model)),
  ];
}

function grouped(folder: string, file: string, toSeconds: (time: string) => number): OperationsSeries[] {
  const bySeries = new Map<string, { times: number[]; values: number[] }>();
  for (const [name, time, value] of readRows(folder, file)?.slice(1) ?? []) {
    let entry = bySeries.get(name!);
    if (entry === undefined) bySeries.set(name!, (entry = { times: [], values: [] }));
    entry.times.push(toSeconds(time!));
    entry.values.push(Number(value));
  }
  return [...bySeries].map(([id, { times, values }]) => onGrid(id, times, values));
}

function columns(
  folder: string,
  file: string,
  names: readonly string[],
  clean: (values: number[]) => number[] = (values) => values,
): OperationsSeries[] {
  const rows = readRows(folder, file);
  if (rows === undefined) return [];
  const header = rows[0]!;
  const times = rows.slice(1).map((row) => (/^[\d.]+$/.test(row[0]!) ? Number(row[0]) : secondsOf(row[0]!)));
  const base = file.replace(/^.*\/|\.csv\.gz$/g, '');
  return names.map((name) => {
    const values = rows.slice(1).map((row) => Number(row[header.indexOf(name)]));
    return onGrid(names.length > 1 ? `${base}/${name}` : base, times, clean(values));
  });
}

/** The time unit of these is inferred: an hour. */
function limbo(folder: string, file: string): OperationsSeries[] {
  const rows = readRows(folder, file);
  if (rows === undefined) return [];
  const values = Float64Array.from(rows.slice(1), (row) => Number(row[1]));
  return [{ id: file.replace(/^.*\/|\.csv\.gz$/g, ''), stepMs: 3_600_000, values }];
}

function servegen(folder: string, model: string): OperationsSeries[] {
  const totals = readRows(folder, `workload/servegen_${model}_600s.csv.gz`);
  const clients = readRows(folder, `workload/servegen_${model}_clients_600s.csv.gz`);
  if (totals === undefined || clients === undefined) return [];
  const total = totals.slice(1).map((row) => Number(row[2]));
  const gap = zeroRuns(total, 6);
  const times = totals.slice(1).map((row) => Number(row[0]));
  const masked = (values: readonly number[]) => values.map((value, i) => (gap[i] === true ? Number.NaN : value));
  const width = clients[0]!.length;
  const perClient = Array.from({ length: width - 1 }, (_, c) => clients.slice(1).map((row) => Number(row[c + 1])));
  const busiest = perClient
    .map((values, c) => ({ c, values, zeros: values.filter((value) => value === 0).length, sum: sumOf(values) }))
    .filter(({ zeros, values }) => zeros < 0.1 * values.length)
    .sort((a, b) => b.sum - a.sum)
    .slice(0, clientsPerModel);
  return [
    onGrid(`servegen_${model}`, times, masked(total)),
    ...busiest.map(({ c, values }) => onGrid(`servegen_${model}/c${c}`, times, masked(values))),
  ];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function zerosAreGaps(values: number[]): number[] {
  return values.map((value) => (value === 0 ? Number.NaN : value));
}

function loneZerosAreGaps(values: number[]): number[] {
  return values.map((value, i) => {
    const around = ((values[i - 1] ?? 0) + (values[i + 1] ?? 0)) / 2;
    return value === 0 && around > 20 ? Number.NaN : value;
  });
}

/** True in every run of at least `least` zeros. */
function zeroRuns(values: readonly number[], least: number): boolean[] {
  const out = values.map(() => false);
  for (let i = 0; i < values.length; ) {
    let end = i;
    while (end < values.length && values[end] === 0) end++;
    if (end - i >= least) out.fill(true, i, end);
    i = Math.max(end, i + 1);
  }
  return out;
}

/** Means of what fell into each step of the grid, NaN where nothing did. */
function onGrid(id: string, times: readonly number[], values: readonly number[]): OperationsSeries {
  const native = medianGap(times);
  const step = Math.max(fiveMinutes, Math.round(native / 60) * 60);
  const start = times[0]!;
  const length = Math.floor((times.at(-1)! - start) / step) + 1;
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  for (let i = 0; i < times.length; i++) {
    const slot = Math.floor((times[i]! - start) / step);
    if (slot < 0 || slot >= length || !Number.isFinite(values[i]!)) continue;
    sums[slot] = sums[slot]! + values[i]!;
    counts[slot] = counts[slot]! + 1;
  }
  return { id, stepMs: step * 1_000, values: sums.map((sum, i) => (counts[i]! > 0 ? sum / counts[i]! : Number.NaN)) };
}

function medianGap(times: readonly number[]): number {
  const gaps = times
    .slice(1)
    .map((time, i) => time - times[i]!)
    .sort((a, b) => a - b);
  return gaps[gaps.length >> 1]!;
}
