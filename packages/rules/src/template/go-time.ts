/** Times and durations as Go prints them. */

/** `2015-04-28 12:00:00 +0000 UTC`, with milliseconds only where there are any. */
export function formatGoTime(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return `${seconds}`;
  const [date, time] = new Date(ms).toISOString().split('T') as [string, string];
  const [whole, fraction] = time.slice(0, -1).split('.') as [string, string];
  const rest = fraction.replace(/0+$/, '');
  return `${date} ${whole}${rest === '' ? '' : `.${rest}`} +0000 UTC`;
}

/** `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(seconds: number): string {
  if (seconds === 0) return '0s';
  const sign = seconds < 0 ? '-' : '';
  const value = Math.abs(seconds);
  if (value < 1) {
    const [scale, unit] = value < 1e-6 ? [1e9, 'ns'] : value < 1e-3 ? [1e6, 'µs'] : [1e3, 'ms'];
    return `${sign}${Number((value * scale).toFixed(6))}${unit}`;
  }
  const rest = Number((value % 60).toFixed(9));
  const minutes = Math.floor(value / 60) % 60;
  const hours = Math.floor(value / 3_600);
  const head = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : '';
  return `${sign}${head}${rest}s`;
}
