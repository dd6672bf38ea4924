import type { TimePoint } from '@jaegis/std';

/** What one column does over a stretch: a line from `first` to `last`, a day's wave and noise upon it; `undefined` is missing. */
export interface ColumnCourse {
  readonly column: string;
  readonly level: { readonly first: number; readonly last: number } | undefined;
  /** Standard deviation of the noise, in the column's own unit. */
  readonly noise: number;
  /** How far the day's wave goes up and down, in the column's own unit. */
  readonly daily: number;
}

/** Part of the stretch that an expectation looks at; `undefined` is its whole. Times are RFC 3339's or since the script's start. */
export interface ScriptWindow {
  readonly from: ScriptTime;
  readonly to: ScriptTime;
}

/** Epoch milliseconds, or a time since the script's start (`1h`) or since the stretch's (`+1h`). */
export type ScriptTime = { readonly at: number } | TimePoint;

/** So many rows, or such a share (0..1) of those that the expectation looks at. */
export type AlarmLimit = { readonly rows: number } | { readonly share: number };

export type Expectation =
  | {
      readonly kind: 'anomaly';
      /** The first has to come in so many milliseconds; infinite when it may come at any time. */
      readonly withinMs: number;
      /** The column that has most to do with it. */
      readonly column: string | undefined;
      readonly window: ScriptWindow | undefined;
    }
  | { readonly kind: 'at most'; readonly limit: AlarmLimit; readonly window: ScriptWindow | undefined };

export type Statement =
  | { readonly kind: 'start'; readonly at: number }
  | { readonly kind: 'every'; readonly stepMs: number }
  | { readonly kind: 'train'; readonly rows: number }
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'for'; readonly lengthMs: number; readonly courses: readonly ColumnCourse[] }
  | { readonly kind: 'load'; readonly file: string }
  | { readonly kind: 'expect'; readonly expectation: Expectation };

export interface Line {
  /** 1 is the first line of the file. */
  readonly number: number;
  readonly statement: Statement;
}
