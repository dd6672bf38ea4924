/**
 * The largest buffer of VUS-PR that TSB-AD uses for a series: the lag (3 to 400) of the highest local peak of the
 * autocorrelation of its first 20,000 values, or 125 when that lag is below 6 or above 303 or there is no peak.
 * Missing values count as 0, as in the files that TSB-AD was computed from.
 */
const mostValues = 20_000;
const firstLag = 3;
const mostLag = 400;
const usual = 125;

export function vusWindow(values: ArrayLike<number>): number {
  const n = Math.min(values.length, mostValues);
  const x = Float64Array.from({ length: n }, (_, i) => (Number.isFinite(values[i]) ? values[i]! : 0));
  const mean = x.reduce((sum, value) => sum + value, 0) / n;
  for (let i = 0; i < n; i++) x[i]! -= mean;
  const lags = new Float64Array(Math.max(0, Math.min(mostLag, n - 1) - firstLag + 1));
  for (let k = 0; k < lags.length; k++) {
    let sum = 0;
    for (let i = k + firstLag; i < n; i++) sum += x[i]! * x[i - k - firstLag]!;
    lags[k] = sum;
  }
  let best = -1;
  for (let k = 1; k + 1 < lags.length; k++) {
    const isPeak = lags[k]! > lags[k - 1]! && lags[k]! > lags[k + 1]!;
    if (isPeak && (best < 0 || lags[k]! > lags[best]!)) best = k;
  }
  return best < 3 || best > 300 ? usual : best + firstLag;
}
