import { createDetector, createVerdicts, type DetectorOptions, signalRow } from '@jaegis/analytics';
import { type Bands, type SignalName, signalMetric, signals } from '@jaegis/model';
import type { MetricsStore } from '@jaegis/tsdb';

export interface BandsQuery {
  readonly signal: string;
  readonly agent: string | undefined;
  readonly pool: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number | undefined;
}

/** History before the asked range that the detector is warmed up with. */
const warmUpMs = 3 * 3_600_000;
const signalIntervalMs = 5_000;
const maxPoints = 2_000;

/**
 * The expected band of one signal: the detector is causal, so replaying it over the stored signal gives what it said at
 * the time. Thinned to at most 2,000 points: of each step the point with the highest score.
 */
export function bands(store: MetricsStore, query: BandsQuery, options: DetectorOptions = {}): Bands {
  const empty: Bands = { times: [], expected: [], lower: [], upper: [], score: [] };
  if (!Object.hasOwn(signals, query.signal)) return empty;
  const of =
    query.agent === undefined
      ? ({ name: 'pool', value: query.pool ?? '' } as const)
      : ({ name: 'instance_id', value: query.agent } as const);
  const metric = query.agent === undefined ? signalMetric.pool : signalMetric.agent;
  const [series] = store.select(
    [
      { name: '__name__', op: '=', value: metric },
      { ...of, op: '=' },
      { name: 'signal', op: '=', value: query.signal },
    ],
    query.from - warmUpMs,
    query.to,
  );
  if (series === undefined) return empty;

  const detector = createDetector(undefined, options);
  const row = detector.addRow(
    signalRow(query.signal as SignalName, { intervalMs: signalIntervalMs, now: series.timestamps[0] ?? query.from }),
  );
  const rows = Uint32Array.of(row);
  const value = new Float64Array(1);
  const out = createVerdicts(1);
  const stepMs = Math.max(query.stepMs ?? 0, signalIntervalMs, (query.to - query.from) / maxPoints);
  const found = {
    times: [] as number[],
    expected: [] as (number | null)[],
    lower: [] as (number | null)[],
    upper: [] as (number | null)[],
    score: [] as (number | null)[],
  };
  const known = (x: number) => (Number.isNaN(x) ? null : x);
  let step = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < series.timestamps.length; i++) {
    const at = series.timestamps[i]!;
    value[0] = series.values[i]!;
    detector.observe(rows, value, { at, count: 1, out });
    if (at < query.from) continue;
    const thisStep = Math.floor(at / stepMs);
    const last = found.times.length - 1;
    const score = known(out.score[0]!);
    if (thisStep === step && (score ?? -1) <= (found.score[last] ?? -1)) continue;
    const place = thisStep === step ? last : last + 1;
    step = thisStep;
    found.times[place] = at;
    found.expected[place] = known(out.expected[0]!);
    found.lower[place] = known(out.lower[0]!);
    found.upper[place] = known(out.upper[0]!);
    found.score[place] = score;
  }
  return found;
}
