import type { Unit } from '@jaegis/std';

/**
 * The unit that a received series' name speaks of, by Prometheus' naming: `_bytes`, `_seconds`, `_ratio`, and `_total` or
 * `_count` for a counter, which is watched as growth per second. A plain number where the name says nothing.
 */
export function unitOfSeries(name: string): Unit {
  const counted = /_(total|count)$/.test(name);
  if (/_bytes(_total)?$/.test(name)) return counted ? 'bytes/s' : 'bytes';
  // Seconds a second are a share of time: of a core where they are CPU.
  if (/_seconds_total$/.test(name)) return 'ratio';
  if (/_seconds$/.test(name)) return 'seconds';
  if (/_ratio$/.test(name)) return 'ratio';
  return counted ? '1/s' : 'count';
}
