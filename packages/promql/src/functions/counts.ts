/** changes, resets, count, present, first and last of a window, and the times of samples. Counts come from running sums. */
import { equalHistograms } from '../histogram/float-histogram.ts';
import { isReset } from '../histogram/reset-hints.ts';
import { inOrder } from './instant-rate.ts';
import { beganAnew } from './start-times.ts';
import { eachWindow, type MixedWindow, type WindowFunction } from './window-function.ts';

function pairCounter(
  counts: (now: number, before: number) => boolean,
  mixed: NonNullable<WindowFunction['mixed']>,
  countsStarts = false,
): WindowFunction {
  return {
    mixed,
    floats: ({ times, values, startTimes, from, to }, _env, out) => {
      const began = (i: number): boolean =>
        countsStarts && startTimes !== undefined && beganAnew({ times, startTimes }, i);
      // How many of the pairs up to a sample count: windows are differences of two of these, exactly.
      const before = new Int32Array(values.length);
      for (let i = 1; i < values.length; i++)
        before[i] = before[i - 1]! + (counts(values[i]!, values[i - 1]!) || began(i) ? 1 : 0);
      for (let step = 0; step < from.length; step++) {
        if (to[step]! <= from[step]!) continue;
        out.values[step] = before[to[step]! - 1]! - before[from[step]!]!;
        out.present[step] = 1;
      }
    },
  };
}

/** Pairs of neighbours that count, where a change between number and histogram always does. */
function mixedCounter(floats: (now: number, before: number) => boolean, histograms: typeof isReset) {
  return (window: MixedWindow): number => {
    const samples = inOrder(window);
    let count = 0;
    for (let i = 1; i < samples.length; i++) {
      const now = samples[i]!.value;
      const before = samples[i - 1]!.value;
      if (typeof now === 'number' && typeof before === 'number') count += floats(now, before) ? 1 : 0;
      else if (typeof now === 'number' || typeof before === 'number') count++;
      else count += histograms(now, before) ? 1 : 0;
    }
    return count;
  };
}

const isChange = (now: number, before: number) => now !== before && !(Number.isNaN(now) && Number.isNaN(before));
const isDrop = (now: number, before: number) => now < before;

export const changes = pairCounter(
  isChange,
  mixedCounter(isChange, (now, before) => !equalHistograms(now, before)),
);
export const resets = pairCounter(isDrop, mixedCounter(isDrop, isReset), true);

export const countOverTime: WindowFunction = {
  floats: eachWindow((_windows, from, to) => to - from),
  mixed: ({ floats, histograms }) => floats.length + histograms.length,
};

export const presentOverTime: WindowFunction = { floats: eachWindow(() => 1), mixed: () => 1 };

export const firstOverTime: WindowFunction = {
  keepsName: true,
  floats: eachWindow(({ values }, from) => values[from]!),
  mixed: (window) => inOrder(window)[0]!.value,
};

export const lastOverTime: WindowFunction = {
  keepsName: true,
  floats: eachWindow(({ values }, _from, to) => values[to - 1]!),
  mixed: (window) => inOrder(window).at(-1)!.value,
};

export const tsOfFirstOverTime: WindowFunction = {
  floats: eachWindow(({ times }, from) => times[from]! / 1_000),
  mixed: (window) => inOrder(window)[0]!.at / 1_000,
};

export const tsOfLastOverTime: WindowFunction = {
  floats: eachWindow(({ times }, _from, to) => times[to - 1]! / 1_000),
  mixed: (window) => inOrder(window).at(-1)!.at / 1_000,
};
