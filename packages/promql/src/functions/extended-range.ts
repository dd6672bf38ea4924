/**
 * rate, increase, delta, changes and resets over `anchored` and `smoothed` ranges: nothing is extrapolated. Anchored takes
 * the sample at or before the left end of the window as its first; smoothed puts a value on the line between samples at
 * both ends. A counter that was reset between two samples is taken to have started at zero.
 */
import { QueryError } from '../evaluate/query-context.ts';
import type { Windows } from '../evaluate/windows.ts';
import type { ColumnOutput, FloatWindows, WindowEnvironment } from './window-function.ts';

const allowed = {
  anchored: ['changes', 'delta', 'increase', 'rate', 'resets'],
  smoothed: ['delta', 'increase', 'rate'],
};

/** Throws where a function cannot be used on such a range. */
export function checkExtension(name: string, extension: 'anchored' | 'smoothed'): void {
  if (allowed[extension].includes(name)) return;
  throw new QueryError(
    `${extension} modifier can only be used with: ${allowed[extension].join(', ')} - not with ${name}`,
  );
}

export function extendedFloats(name: string, extension: NonNullable<Windows['extension']>) {
  return (windows: FloatWindows, env: WindowEnvironment, out: ColumnOutput): void => {
    for (let step = 0; step < windows.from.length; step++) {
      const end = env.reference.at(step);
      const bounds = {
        windows,
        from: windows.from[step]!,
        to: windows.to[step]!,
        startMs: end - env.rangeMs,
        endMs: end,
      };
      const result =
        name === 'changes' || name === 'resets'
          ? countBetween(bounds, name)
          : extendedDifference(bounds, { smoothed: extension === 'smoothed', isCounter: name !== 'delta' });
      if (result === undefined) continue;
      out.values[step] = name === 'rate' ? result / (env.rangeMs / 1_000) : result;
      out.present[step] = 1;
    }
  };
}

interface Bounds {
  readonly windows: FloatWindows;
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** The last sample at or before the left end, or the first there is. */
function firstIndex({ windows, from, to, startMs }: Bounds): number {
  let first = from;
  while (first + 1 < to && windows.times[first + 1]! <= startMs) first++;
  return first;
}

function extendedDifference(bounds: Bounds, options: { smoothed: boolean; isCounter: boolean }): number | undefined {
  const { windows, from, to, startMs, endMs } = bounds;
  const { times, values } = windows;
  if (to <= from) return undefined;
  let first = firstIndex(bounds);
  let last = to - 1;
  // The first sample at or after the right end.
  if (options.smoothed) while (last - 1 >= from && times[last - 1]! >= endMs) last--;
  if (times[last]! <= startMs) return undefined;
  const between = (i: number, time: number): number => {
    const isReset = options.isCounter && values[i + 1]! < values[i]!;
    const start = isReset ? 0 : values[i]!;
    return start + ((values[i + 1]! - start) * (time - times[i]!)) / (times[i + 1]! - times[i]!);
  };
  const left = options.smoothed && times[first]! < startMs ? between(first, startMs) : values[first]!;
  const right = options.smoothed && last > from && times[last]! > endMs ? between(last - 1, endMs) : values[last]!;
  if (!options.isCounter) return right - left;
  if (times[first]! <= startMs) first++;
  if (times[last]! >= endMs) last--;
  let lost = 0;
  let previous = left;
  for (let i = first; i <= last; i++) {
    if (values[i]! < previous) lost += previous;
    previous = values[i]!;
  }
  if (right < previous) lost += previous;
  return right - left + lost;
}

function countBetween(bounds: Bounds, name: 'changes' | 'resets'): number | undefined {
  const { windows, from, to, startMs } = bounds;
  const { times, values } = windows;
  if (to <= from || times[to - 1]! <= startMs) return undefined;
  let count = 0;
  for (let i = firstIndex(bounds) + 1; i < to; i++) {
    const [before, now] = [values[i - 1]!, values[i]!];
    const counts = name === 'resets' ? now < before : now !== before && !(Number.isNaN(now) && Number.isNaN(before));
    if (counts) count++;
  }
  return count;
}
