import { createRowVerdict, type DetectMember } from '@jaegis/analytics';

export interface MemberResult {
  /** A row; 0 while silent. */
  readonly scores: Float64Array;
  /** 1 where the member's own threshold is passed. */
  readonly alarms: Uint8Array;
}

/** Runs a member over a table, row by row, as `jaegis detect` does. */
export function runMember(
  member: DetectMember,
  table: { times: ArrayLike<number>; columns: readonly ArrayLike<number>[]; trainRows: number },
): MemberResult {
  const { times, columns, trainRows } = table;
  const run = member.start({ columns: columns.map((_, k) => `m${k}`), intervalMs: 0, trainRows });
  const values = new Float64Array(columns.length);
  const verdict = createRowVerdict(columns.length);
  const scores = new Float64Array(times.length);
  const alarms = new Uint8Array(times.length);
  for (let i = 0; i < times.length; i++) {
    for (let k = 0; k < columns.length; k++) values[k] = columns[k]![i]!;
    run.observe(times[i]!, values, verdict);
    scores[i] = verdict.score;
    alarms[i] = verdict.anomalous ? 1 : 0;
  }
  return { scores, alarms };
}
