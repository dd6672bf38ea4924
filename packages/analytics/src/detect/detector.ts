import type { SignalSense } from '@jaegis/model';

/**
 * Watches many series at once: one row of state per series, one call per tick with the newest value of each.
 * Streaming and causal: a verdict depends on what the row has seen so far and on nothing else.
 */
export interface Detector {
  readonly name: string;
  /** Starts to watch a series and returns its row, a small number that is used again after `removeRow`. */
  addRow(options: RowOptions): number;
  /** Forgets the row. Unknown rows are ignored. */
  removeRow(row: number): void;
  /**
   * Shows the newest values: `values[i]` belongs to `rows[i]`, for `i < count`; the verdict goes to `out` at the same `i`.
   * NaN and infinities mean "missing": nothing is learned and the verdict is silent. A row that does not exist stays silent.
   */
  observe(rows: Uint32Array, values: Float64Array, options: ObserveOptions): void;
  /** What was learned of the rows from `from` up to `to` (of all when left out), as bytes for `restore` and `append`. */
  snapshot(from?: number, to?: number): Uint8Array;
  /** False, and nothing changed, when the bytes are damaged, of another version or of another detector. */
  restore(bytes: Uint8Array): boolean;
  /**
   * Puts the rows of a snapshot behind those that are there, in their order and with those not in use between them. Gives the
   * number of the first; -1, and nothing changed, where `restore` would refuse.
   */
  append(bytes: Uint8Array): number;
  /** Bytes of state that one more series costs. */
  bytesPerRow(): number;
  /** Rows in use. */
  readonly rows: number;
}

export interface DetectorOptions {
  /** The alarm budget: about so many false alarms an agent and week, above 0. 0.5 when left out. */
  readonly falseAlarmsPerAgentWeek?: number;
  /** In place of the budget, for recorded data: about this share of all values may alarm (0..1). */
  readonly alarmShare?: number;
}

export interface RowOptions {
  /** How far apart values normally come, milliseconds. Sets how rare an alarm must be to keep to the alarm budget. */
  readonly intervalMs: number;
  /** `higher_is_worse` alarms only above the band, `lower_is_worse` only below it, `neutral` on both sides. */
  readonly sense: SignalSense;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The size, in the series' unit, below which differences do not matter to anyone. Learned when left out. */
  readonly resolution?: number;
  /** The least spread that is believed, as a share of the level (0..1). 0.12 when left out. */
  readonly spreadFloor?: number;
  /** For ratios that are best at their top (1 for a success rate): distances are measured down from here. */
  readonly ceiling?: number;
}

export interface ObserveOptions {
  /** Epoch milliseconds of all the values. */
  readonly at: number;
  readonly count: number;
  readonly out: Verdicts;
}

/** Parallel arrays, one entry per value shown. All but `anomalous` are NaN while the row is silent. */
export interface Verdicts {
  /**
   * 0..1 with one meaning on every series: 0 at the expected value, 0.5 at the edge of the band (`bandTail` of all points
   * lie beyond it on that side), `anomalyThreshold` where the alarm budget is used up, 1 for what cannot be by chance.
   */
  readonly score: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** 1 where the score is at or above `anomalyThreshold`. */
  readonly anomalous: Uint8Array;
}

/** Verdicts for up to `capacity` values, silent until observed. */
export function createVerdicts(capacity: number): Verdicts {
  return {
    score: new Float64Array(capacity).fill(Number.NaN),
    expected: new Float64Array(capacity).fill(Number.NaN),
    lower: new Float64Array(capacity).fill(Number.NaN),
    upper: new Float64Array(capacity).fill(Number.NaN),
    anomalous: new Uint8Array(capacity),
  };
}

/** Writes "nothing to say" at `i`. */
export function silence(out: Verdicts, i: number): void {
  out.score[i] = Number.NaN;
  out.expected[i] = Number.NaN;
  out.lower[i] = Number.NaN;
  out.upper[i] = Number.NaN;
  out.anomalous[i] = 0;
}
