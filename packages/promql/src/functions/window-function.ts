/**
 * Functions over windows. One call works through all steps of one series: the windows are given as where they begin and
 * end in the arrays of samples, and the results go into the arrays of a column.
 */
import type { Annotations, Place } from '../evaluate/annotations.ts';
import type { Reference } from '../evaluate/select-samples.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';

export interface FloatWindows {
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** When the counter of each sample began; 0 where that is not known. */
  readonly startTimes?: Float64Array | undefined;
  /** Known where no value is NaN, or (`rising`) lower than the one before. */
  readonly course?: 'numbers' | 'rising' | undefined;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export interface WindowEnvironment {
  readonly rangeMs: number;
  /** The right end of each step's window. */
  readonly reference: Reference;
  /** The moment of each step, which `@` and `offset` do not move. */
  readonly stepAt: (step: number) => number;
  /** Values of the other arguments at each step. */
  readonly scalars: readonly Float64Array[];
  readonly annotations: Annotations;
  /** The argument that is the range vector. */
  readonly place: Place;
  readonly metricName: string;
}

export interface ColumnOutput {
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** A window that holds at least one histogram. */
export interface MixedWindow {
  readonly floatTimes: Float64Array;
  readonly floats: Float64Array;
  readonly histogramTimes: Float64Array;
  readonly histograms: readonly FloatHistogram[];
  readonly step: number;
}

export interface WindowFunction {
  /** Fills in the steps whose windows give a result. */
  readonly floats: (windows: FloatWindows, env: WindowEnvironment, out: ColumnOutput) => void;
  /** The same for the series of one query, with a memory: what the same arrays of times and ends give is worked out once. */
  readonly begin?: () => WindowFunction['floats'];
  /** What a window with histograms gives; without it, histograms are left out and that is told. */
  readonly mixed?: (window: MixedWindow, env: WindowEnvironment) => number | FloatHistogram | undefined;
  /** True for the functions that give a sample as it is, with its name. */
  readonly keepsName?: boolean;
}

/** A function of each window by itself; windows without samples give nothing. */
export function eachWindow(
  compute: (windows: FloatWindows, from: number, to: number) => number,
  least = 1,
): WindowFunction['floats'] {
  return (windows, _env, out) => {
    const { from, to } = windows;
    for (let step = 0; step < from.length; step++) {
      const first = from[step]!;
      const end = to[step]!;
      if (end - first < least) continue;
      out.values[step] = compute(windows, first, end);
      out.present[step] = 1;
    }
  };
}
