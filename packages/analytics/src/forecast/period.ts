/**
 * Finds the period of a series: the highest early peak of the autocorrelation of what is left after a straight line is
 * taken out, searched on a coarse copy (means of `k` steps, at most `coarsePoints`) and refined on the full one.
 * Needs two full periods. A spurious period does no harm: seasonal members must earn their weight in validation.
 * Bad at: two seasons at once (it names the stronger), and periods shorter than four steps.
 */
const coarsePoints = 720;
const leastCorrelation = 0.25;
const shortestPeriod = 4;

/** The period in steps, or 0 when none stands out. */
export function findPeriod(values: Float64Array): number {
  const factor = Math.max(1, Math.ceil(values.length / coarsePoints));
  const coarse = detrend(coarsen(values, factor));
  const lag = bestLag(coarse, Math.max(2, Math.ceil(shortestPeriod / factor)), Math.floor(coarse.values.length / 2));
  if (lag === 0) return 0;
  if (factor === 1) return lag;
  const full = detrend(values);
  const best = bestBetween(full, (lag - 1) * factor, (lag + 1) * factor);
  // The coarse copy may have hidden a shorter period of which this is a multiple.
  const wanted = 0.9 * correlationAt(full, best);
  for (let part = 6; part >= 2; part--) {
    const short = bestBetween(full, Math.floor(best / part) - 1, Math.ceil(best / part) + 1);
    if (short >= shortestPeriod && correlationAt(full, short) >= wanted && dipsBefore(full, short)) return short;
  }
  return best;
}

function bestBetween(series: Detrended, from: number, to: number): number {
  let best = 0;
  let bestValue = Number.NEGATIVE_INFINITY;
  for (let lag = Math.max(shortestPeriod, from); lag <= Math.min(to, Math.floor(series.values.length / 2)); lag++) {
    const value = correlationAt(series, lag);
    if (value > bestValue) {
      bestValue = value;
      best = lag;
    }
  }
  return best;
}

/** A real period looks unlike itself half way. */
function dipsBefore(series: Detrended, lag: number): boolean {
  return correlationAt(series, Math.round(lag / 2)) < 0.5 * correlationAt(series, lag);
}

function bestLag(series: Detrended, from: number, to: number): number {
  if (to < from + 1) return 0;
  const correlation = new Float64Array(to + 2);
  let top = leastCorrelation;
  let hasDipped = false;
  const peaks: number[] = [];
  for (let lag = 1; lag <= Math.min(to + 1, series.values.length - 2); lag++)
    correlation[lag] = correlationAt(series, lag);
  for (let lag = 1; lag <= to; lag++) {
    const here = correlation[lag]!;
    // Before the first dip everything resembles itself: that is smoothness, not a season.
    if (here < 0.1) hasDipped = true;
    const isLast = lag === to;
    if (!hasDipped || lag < from || here < correlation[lag - 1]!) continue;
    if (!isLast && here < correlation[lag + 1]!) continue;
    peaks.push(lag);
    if (here > top) top = here;
  }
  // A multiple of the period correlates as well as the period: the earliest peak close to the top is it.
  return peaks.find((lag) => correlation[lag]! >= Math.max(leastCorrelation, 0.85 * top)) ?? 0;
}

/** Pearson correlation of the series with itself `lag` steps later, over the overlap. */
function correlationAt({ values, squares }: Detrended, lag: number): number {
  const n = values.length - lag;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]! * values[i + lag]!;
  const size = Math.sqrt(squares[n]! * (squares[values.length]! - squares[lag]!));
  return size > 0 ? sum / size : 0;
}

function coarsen(values: Float64Array, factor: number): Float64Array {
  if (factor === 1) return values;
  // Aligned to the end, where the newest values are.
  const length = Math.floor(values.length / factor);
  const offset = values.length - length * factor;
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let k = 0; k < factor; k++) sum += values[offset + i * factor + k]!;
    out[i] = sum / factor;
  }
  return out;
}

interface Detrended {
  readonly values: Float64Array;
  /** Sums of squares: of all values before each place, and of all. */
  readonly squares: Float64Array;
}

function detrend(values: Float64Array): Detrended {
  const n = values.length;
  let sumY = 0;
  let sumXY = 0;
  for (let i = 0; i < n; i++) {
    sumY += values[i]!;
    sumXY += (i - (n - 1) / 2) * values[i]!;
  }
  const mean = n > 0 ? sumY / n : 0;
  const spread = (n * (n * n - 1)) / 12;
  const slope = spread > 0 ? sumXY / spread : 0;
  const rest = values.map((value, i) => value - mean - slope * (i - (n - 1) / 2));
  const squares = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) squares[i + 1] = squares[i]! + rest[i]! * rest[i]!;
  return { values: rest, squares };
}
