/** What `jaegis detect` and the benchmarks run: a detector over a recorded table, one row at a time, causally. */
export interface DetectMember {
  readonly name: string;
  /** One line for a list. */
  readonly about: string;
  /** The fewest columns that it makes sense on: 1, or 2 for those that look at columns together. */
  readonly leastColumns: 1 | 2;
  /** The most columns that it can take. */
  readonly mostColumns: number;
  start(table: MemberTable): MemberRun;
}

export interface MemberTable {
  readonly columns: readonly string[];
  /** How far apart rows come, milliseconds; 0 when only the times of the rows can tell. */
  readonly intervalMs: number;
  /** The first so many rows may set scales and models, nothing after does; 0 when nothing was said. */
  readonly trainRows: number;
}

export interface MemberRun {
  /**
   * Takes the next row (`at` in epoch milliseconds, one value a column, NaN or infinite is missing) and writes its verdict
   * to `out`. What it writes depends on this row and earlier ones only.
   */
  observe(at: number, values: Float64Array, out: RowVerdict): void;
}

/** Overwritten by every row. */
export interface RowVerdict {
  /** 0..1; 0 while there is nothing to say. */
  score: number;
  anomalous: boolean;
  /** NaN where there is no expectation (several columns, warm-up). */
  expected: number;
  lower: number;
  upper: number;
  /** Per column how much it has to do with the score, 0 or more; all 0 when unknown. */
  readonly parts: Float64Array;
}

/** Room for the verdict of a row of `columns` values, which a member fills anew for each row: score 0, nothing expected. */
export function createRowVerdict(columns: number): RowVerdict {
  return {
    score: 0,
    anomalous: false,
    expected: Number.NaN,
    lower: Number.NaN,
    upper: Number.NaN,
    parts: new Float64Array(columns),
  };
}
