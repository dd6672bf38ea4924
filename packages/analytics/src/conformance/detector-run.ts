import type { SignalSense } from '@jaegis/model';
import { createVerdicts, type Detector, type RowOptions } from '../detect/detector.ts';

export interface Observed {
  readonly score: number[];
  readonly expected: number[];
  readonly lower: number[];
  readonly upper: number[];
  readonly anomalous: number[];
}

export const start = 1_700_000_000_000;

export interface RunOptions {
  readonly intervalMs?: number;
  readonly sense?: SignalSense;
  readonly row?: Partial<RowOptions>;
  /** Time of value i; evenly spaced when left out. */
  readonly atOf?: (i: number) => number;
}

/** Shows one series to a detector, a value a tick, and collects its verdicts. */
export function runSeries(detector: Detector, values: ArrayLike<number>, options: RunOptions = {}): Observed {
  const intervalMs = options.intervalMs ?? 5_000;
  const row = detector.addRow({ intervalMs, sense: options.sense ?? 'neutral', now: start, ...options.row });
  return runRow(detector, row, { values, atOf: options.atOf ?? ((i) => start + i * intervalMs) });
}

/** The same for a row that is there already. */
export function runRow(
  detector: Detector,
  row: number,
  o: { values: ArrayLike<number>; atOf: (i: number) => number },
): Observed {
  const rows = Uint32Array.of(row);
  const value = new Float64Array(1);
  const out = createVerdicts(1);
  const seen: Observed = { score: [], expected: [], lower: [], upper: [], anomalous: [] };
  for (let i = 0; i < o.values.length; i++) {
    value[0] = o.values[i]!;
    detector.observe(rows, value, { at: o.atOf(i), count: 1, out });
    seen.score.push(out.score[0]!);
    seen.expected.push(out.expected[0]!);
    seen.lower.push(out.lower[0]!);
    seen.upper.push(out.upper[0]!);
    seen.anomalous.push(out.anomalous[0]!);
  }
  return seen;
}

/** How many separate stretches of anomalous points there are. */
export function stretches(anomalous: readonly number[]): number {
  return anomalous.filter((each, i) => each === 1 && anomalous[i - 1] !== 1).length;
}

export function series(length: number, value: (i: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, i) => value(i));
}
