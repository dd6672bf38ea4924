/**
 * min, max and their times in a window, by a queue of the samples that may still become the extreme (each sample enters and
 * leaves it once, however long the windows are). NaN only wins where there is nothing else.
 */
import type { FloatWindows, WindowFunction } from './window-function.ts';

/** @param beats True when the first value takes the place of the second, NaN not among them. */
function extremeFunction(beats: (a: number, b: number) => boolean, answer: 'value' | 'time'): WindowFunction {
  return {
    floats: (windows, _env, out) => {
      const { times, values, from, to } = windows;
      const queue = new Int32Array(values.length);
      let head = 0;
      let tail = 0;
      let entered = 0;
      for (let step = 0; step < from.length; step++) {
        const first = from[step]!;
        const end = to[step]!;
        for (; entered < end; entered++) {
          const value = values[entered]!;
          if (Number.isNaN(value)) continue;
          while (tail > head && beats(value, values[queue[tail - 1]!]!)) tail--;
          queue[tail++] = entered;
        }
        while (head < tail && queue[head]! < first) head++;
        if (end <= first) continue;
        // Only NaN in the window: the last of them, as later ones take the place of earlier ones.
        const at = head < tail && queue[head]! < end ? queue[head]! : nanIndex(windows, step, answer);
        out.values[step] = answer === 'time' ? times[at]! / 1_000 : values[at]!;
        out.present[step] = 1;
      }
    },
  };
}

function nanIndex(windows: FloatWindows, step: number, answer: 'value' | 'time'): number {
  return answer === 'time' ? windows.to[step]! - 1 : windows.from[step]!;
}

/** The value may be of any of equal samples; the time is that of the last of them. */
export const maxOverTime = extremeFunction((a, b) => a >= b, 'value');
export const minOverTime = extremeFunction((a, b) => a <= b, 'value');
export const tsOfMaxOverTime = extremeFunction((a, b) => a >= b, 'time');
export const tsOfMinOverTime = extremeFunction((a, b) => a <= b, 'time');
