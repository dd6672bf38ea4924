/**
 * M4 hourly as its organisers score it (Makridakis et al. 2020): horizon 48, period 24,
 *   sMAPE = mean 200 |y - f| / (|y| + |f|),  MASE = MAE / in-sample MAE of the value 24 hours before,
 *   OWA = (sMAPE / 18.383 + MASE / 2.395) / 2, the divisors being Naive 2's on the true test set.
 * Here the test is a window held back from the training part: the last 48 values, or 48 before those, and so on; what comes
 * after the window is not shown.
 */
import type { Forecaster } from '@jaegis/analytics';
import { readRows } from './read-csv.ts';

const horizon = 48;
const day = 24;
export const m4Quantiles = [0.05, 0.25, 0.5, 0.75, 0.95];

export interface M4Score {
  readonly series: number;
  readonly smape: number;
  readonly mase: number;
  readonly owa: number;
  /** Share of truths between the 0.05 and 0.95 quantiles; `null` without quantiles. */
  readonly coverage: number | null;
  /** Per series. */
  readonly msMedian: number;
  /** Of the whole process: of the forecasts only where nothing else runs in it. */
  readonly cpuMs: number;
}

/** Series of M4 hourly's training part; `undefined` when the file is absent. */
export function readM4Hourly(folder: string): Float64Array[] | undefined {
  return readRows(folder, 'forecast/m4_hourly_train.csv.gz')
    ?.slice(1)
    .map((row) => Float64Array.from(row.slice(1), Number));
}

/** Scores a forecaster on the window that ends `back` values before the end of each series. */
export function scoreM4(series: readonly Float64Array[], forecaster: Forecaster, back = 0): M4Score {
  let smape = 0;
  let mase = 0;
  let inside = 0;
  let count = 0;
  const took: number[] = [];
  const cpu = process.cpuUsage();
  series.forEach((values) => {
    const cut = values.length - back - horizon;
    const known = values.slice(0, cut);
    const startedAt = performance.now();
    const result = forecaster.forecast(
      { start: 0, stepMs: 3_600_000, values: known },
      { horizon, quantiles: m4Quantiles },
    );
    took.push(performance.now() - startedAt);
    let scale = 0;
    for (let i = day; i < cut; i++) scale += Math.abs(known[i]! - known[i - day]!);
    scale /= cut - day;
    let ownSmape = 0;
    let ownMase = 0;
    for (let h = 0; h < horizon; h++) {
      const truth = values[cut + h]!;
      const said = result.mean[h]!;
      ownSmape += (200 * Math.abs(truth - said)) / (Math.abs(truth) + Math.abs(said) || 1) / horizon;
      ownMase += Math.abs(truth - said) / scale / horizon;
      const low = result.quantiles['0.05']?.[h];
      const high = result.quantiles['0.95']?.[h];
      if (low === undefined || high === undefined) continue;
      count++;
      if (truth >= low && truth <= high) inside++;
    }
    smape += ownSmape / series.length;
    mase += ownMase / series.length;
  });
  const used = process.cpuUsage(cpu);
  took.sort((a, b) => a - b);
  return {
    series: series.length,
    smape,
    mase,
    owa: (smape / 18.383 + mase / 2.395) / 2,
    coverage: count > 0 ? inside / count : null,
    msMedian: took[took.length >> 1]!,
    cpuMs: (used.user + used.system) / 1_000 / series.length,
  };
}
