import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Bins, type Load, scaleToPeak, toLoad } from '@jaegis/scaling';

// The development traces as loads. Recording gaps (runs of exact zeros in loads that are never idle, see the data's
// README) repeat the rate before them; everything else is as recorded.

export interface Trace {
  readonly name: string;
  readonly load: Load;
}

interface Source {
  readonly name: string;
  readonly file: string;
  /** Seconds per bin. */
  readonly binS: number;
  readonly column: string;
  readonly isCount: boolean;
  readonly hasGaps?: boolean;
}

const count = (name: string, file: string, binS: number, hasGaps = false): Source => ({
  name,
  file,
  binS,
  column: 'requests',
  isCount: true,
  hasGaps,
});

// The LIMBO files do not state their unit: hours fit their daily rhythm of 24.
const sources: readonly Source[] = [
  { name: 'servegen m-mid', file: 'servegen_m-mid_600s', binS: 600, column: 'rate_rps', isCount: false, hasGaps: true },
  {
    name: 'servegen m-small',
    file: 'servegen_m-small_600s',
    binS: 600,
    column: 'rate_rps',
    isCount: false,
    hasGaps: true,
  },
  { name: 'servegen mm-image', file: 'servegen_mm-image_600s', binS: 600, column: 'rate_rps', isCount: false },
  count('worldcup98', 'worldcup98_60s', 60, true),
  count('nasa 10s', 'nasa_http_1995_jul_10s', 10),
  count('nasa 60s', 'nasa_http_1995_jul_60s', 60),
  count('twitter 10s', 'twitter_stream_202108_10s', 10, true),
  count('twitter 60s', 'twitter_stream_202108_60s', 60, true),
  count('azure llm code', 'azure_llm_2023_code_1s', 1),
  { name: 'genai gateway', file: 'alibaba_genai_gateway_qps_57s', binS: 57, column: 'qps', isCount: false },
  count('elb', 'nab_elb_request_count_8c0756_300s', 300),
  count('tweets aapl', 'nab_twitter_volume_aapl_300s', 300),
  count('tweets amzn', 'nab_twitter_volume_amzn_300s', 300),
  count('tweets cvs', 'nab_twitter_volume_cvs_300s', 300),
  count('tweets ko', 'nab_twitter_volume_ko_300s', 300),
  count('tweets pfe', 'nab_twitter_volume_pfe_300s', 300),
  { name: 'wikipedia', file: 'wikipedia_limbo', binS: 3_600, column: 'arrival_rate', isCount: false },
  { name: 'ibm transactions', file: 'ibm_transactions_limbo', binS: 3_600, column: 'arrival_rate', isCount: false },
];

export const traceNames: readonly string[] = sources.map((source) => source.name);

export function readTrace(
  folder: string,
  name: string,
  o: { stepS: number; peakReplicas: number; capacityRps: number; shape?: 'linear' | 'even' },
): Trace {
  const source = sources.find((each) => each.name === name)!;
  const text = gunzipSync(readFileSync(join(folder, 'workload', `${source.file}.csv.gz`))).toString('utf8');
  const load = scaleToPeak(toLoad(toBins(text, source), o.stepS, o.shape), o.peakReplicas, o.capacityRps);
  return { name, load };
}

function toBins(text: string, source: Source): Bins {
  const lines = text.trimEnd().split('\n');
  const at = lines[0]!.split(',').indexOf(source.column);
  const rows = lines.slice(1).map((line) => line.split(','));
  const recorded = rows.map((row) => toSeconds(row[0]!));
  const first = recorded[0]!;
  // Without a unit the rows are counted; with one, absent rows leave a gap that repeats the row before.
  const hasUnit = !source.file.endsWith('_limbo');
  const times = Float64Array.from(recorded, (time, i) => (hasUnit ? time - first : i * source.binS));
  const rates = Float64Array.from(rows, (row) => Number(row[at]) / (source.isCount ? source.binS : 1));
  if (source.hasGaps === true) for (let i = 1; i < rates.length; i++) if (rates[i] === 0) rates[i] = rates[i - 1]!;
  return {
    times,
    rates,
    binS: source.binS,
    broken: 0,
    startAt: 1_704_067_200_000 + (first > 1e8 ? (first % 604_800) * 1_000 : 0),
  };
}

function toSeconds(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) ? value : Date.parse(/Z$/.test(text) ? text : `${text}Z`) / 1_000;
}
