/**
 * Counters that say when they began. One that began after the sample before it has restarted, whatever its value says; one
 * that began at that very moment is a delta, unless it is the first of which a beginning is told. And one that began inside
 * of a window was zero there: nothing need be made up at its left end. Source: Prometheus' start timestamps.
 */
import type { ColumnOutput, FloatWindows, WindowEnvironment } from './window-function.ts';

type Counted = Pick<FloatWindows, 'times' | 'values'> & { readonly startTimes: Float64Array };

/** Whether the counter began anew between a sample and the one before it. */
export function beganAnew({ times, startTimes }: Pick<Counted, 'times' | 'startTimes'>, i: number): boolean {
  const start = startTimes[i]!;
  const before = times[i - 1]!;
  if (start === 0 || start >= times[i]!) return false;
  if (start !== before) return start > before;
  return startTimes[i - 1] !== 0 && startTimes[i - 1]! < before;
}

/** The rate of each window, extrapolated as in rate.ts but where the beginning is known. */
export function ratesFromStarts(
  windows: FloatWindows & Counted,
  env: WindowEnvironment,
  out: ColumnOutput,
  scale: number,
): void {
  const { times, values, startTimes, from, to } = windows;
  for (let step = 0; step < from.length; step++) {
    const first = from[step]!;
    const last = to[step]! - 1;
    const end = env.reference.at(step);
    const start = startTimes[first] ?? 0;
    const isKnown = last >= first && start > end - env.rangeMs && start < times[first]!;
    if (last < first || (last === first && !isKnown)) continue;
    let difference = values[last]! - values[first]!;
    for (let i = first + 1; i <= last; i++)
      if (values[i]! < values[i - 1]! || beganAnew(windows, i)) difference += values[i - 1]!;
    const mean = last > first ? (times[last]! - times[first]!) / (last - first) : 0;
    let sampled = times[last]! - times[first]!;
    let toStart = 0;
    if (isKnown) {
      difference += values[first]!;
      sampled = times[last]! - start;
    } else {
      toStart = times[first]! - (end - env.rangeMs);
      if (toStart >= mean * 1.1) toStart = mean / 2;
      if (difference > 0 && values[first]! >= 0) toStart = Math.min(toStart, sampled * (values[first]! / difference));
    }
    let toEnd = end - times[last]!;
    if (toEnd >= mean * 1.1) toEnd = mean / 2;
    out.values[step] = difference * ((sampled + toStart + toEnd) / sampled) * scale;
    out.present[step] = 1;
  }
}
