/** Runs a `.detect` script: rows that are told or recorded go through a detector one by one, as `jaegis detect` does it. */
import { type Rng, ScriptError, seededRng } from '@jaegis/std';
import { createRowVerdict, type MemberRun } from '../detect/member.ts';
import { defaultMember, detectMembers, takes } from '../detect/members.ts';
import { checkExpectation, type JudgedRow, type Stretch } from './check-expectation.ts';
import { parseDetectScript, type ScriptFailure } from './parse-script.ts';
import type { ColumnCourse, Line, Statement } from './statement.ts';

export interface DetectScriptResult {
  readonly ok: boolean;
  readonly failures: readonly ScriptFailure[];
  /** Rows that were judged. */
  readonly rows: number;
}

/** A recorded table: one row of `columns.length` values a time (epoch milliseconds); NaN is missing. */
export interface RecordedTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly at: number; readonly values: Float64Array }[];
}

const dayMs = 86_400_000;
const mostRows = 1_000_000;
/** 2024-01-01T00:00:00Z, a Monday: what a script's times count from unless it says `start`. */
const defaultStart = 1_704_067_200_000;
const defaultStepMs = 60_000;

/** `load` reads the table that a `load FILE` names; what it throws is the caller's. The same text always gives the same result. */
export function runDetectScript(text: string, load: (file: string) => RecordedTable): DetectScriptResult {
  const parsed = parseDetectScript(text);
  const run = new ScriptRun(load);
  if (parsed.failures.length === 0) run.run(parsed.lines);
  const failures = [...parsed.failures, ...run.failures];
  return { ok: failures.length === 0, failures, rows: run.rows };
}

class ScriptRun {
  readonly failures: ScriptFailure[] = [];
  rows = 0;
  readonly #load: (file: string) => RecordedTable;
  readonly #rng: Rng = seededRng(1);
  #startAt = defaultStart;
  #stepMs: number | undefined;
  #trainRows = 0;
  #memberName: string | undefined;
  #columns: readonly string[] = [];
  #member: MemberRun | undefined;
  #verdict = createRowVerdict(0);
  #nextAt: number | undefined;
  #stretch: Stretch | undefined;

  constructor(load: (file: string) => RecordedTable) {
    this.#load = load;
  }

  run(lines: readonly Line[]): void {
    for (const { statement, number } of lines) {
      try {
        const wrong = this.#execute(statement);
        if (wrong !== undefined) this.failures.push({ line: number, message: wrong });
      } catch (error) {
        if (!(error instanceof ScriptError)) throw error;
        this.failures.push({ line: number, message: error.message });
        return;
      }
    }
  }

  /** What an expectation found instead, in words. */
  #execute(statement: Statement): string | undefined {
    switch (statement.kind) {
      case 'start':
        this.#beforeRows('start');
        this.#startAt = statement.at;
        return;
      case 'every':
        this.#beforeRows('every');
        this.#stepMs = statement.stepMs;
        return;
      case 'train':
        this.#beforeRows('train');
        this.#trainRows = statement.rows;
        return;
      case 'member':
        this.#beforeRows('member');
        this.#memberName = statement.name;
        return;
      case 'for':
        this.#tell(statement.lengthMs, statement.courses);
        return;
      case 'load':
        this.#replay(this.#load(statement.file));
        return;
      case 'expect':
        if (this.#stretch === undefined) throw new ScriptError('there are no rows before this');
        return checkExpectation(statement.expectation, this.#stretch, this.#startAt);
    }
  }

  #beforeRows(verb: string): void {
    if (this.#member !== undefined) throw new ScriptError(`${verb} must stand before the first rows`);
  }

  #tell(lengthMs: number, courses: readonly ColumnCourse[]): void {
    const stepMs = this.#stepMs ?? defaultStepMs;
    if (this.#member === undefined)
      this.#begin(
        courses.map((each) => each.column),
        stepMs,
      );
    const byColumn = new Map(courses.map((course) => [course.column, course]));
    for (const { column } of courses)
      if (!this.#columns.includes(column))
        throw new ScriptError(
          `"${column}" is not among the columns of the first rows, which are ${this.#columns.join(', ')}`,
        );
    const from = this.#nextAt ?? this.#startAt;
    const count = Math.floor(lengthMs / stepMs);
    if (count === 0) throw new ScriptError(`this is shorter than one row (every ${stepMs} ms)`);
    this.#newStretch(count);
    const values = new Float64Array(this.#columns.length);
    for (let i = 0; i < count; i++) {
      const at = from + i * stepMs;
      for (const [k, column] of this.#columns.entries())
        values[k] = this.#valueOf(byColumn.get(column), at, count > 1 ? i / (count - 1) : 0);
      this.#judge(at, values);
    }
    this.#nextAt = from + count * stepMs;
  }

  /** A column that a line leaves out is missing meanwhile. Noise is drawn for it all the same, so that others stay as they are. */
  #valueOf(course: ColumnCourse | undefined, at: number, progress: number): number {
    const noise = this.#rng.normal();
    if (course?.level === undefined) return Number.NaN;
    const { level, daily } = course;
    const wave = daily === 0 ? 0 : daily * Math.sin((2 * Math.PI * (at % dayMs)) / dayMs);
    return level.first + (level.last - level.first) * progress + wave + course.noise * noise;
  }

  #replay(table: RecordedTable): void {
    const [first] = table.rows;
    if (first === undefined) throw new ScriptError('the recording has no rows');
    if (this.#member === undefined) {
      this.#begin(table.columns, this.#stepMs ?? 0);
      this.#startAt = first.at;
    } else if (table.columns.join('\n') !== this.#columns.join('\n')) {
      throw new ScriptError(
        `the recording's columns are ${table.columns.join(', ')}, must be ${this.#columns.join(', ')}`,
      );
    }
    this.#newStretch(table.rows.length);
    for (const { at, values } of table.rows) this.#judge(at, values);
    this.#nextAt = table.rows.at(-1)!.at + (this.#stepMs ?? defaultStepMs);
  }

  #begin(columns: readonly string[], intervalMs: number): void {
    const name = this.#memberName;
    const member =
      name === undefined ? defaultMember(columns.length) : detectMembers.find((each) => each.name === name);
    if (member === undefined || !takes(member, columns.length)) {
      const able = detectMembers.filter((each) => takes(each, columns.length)).map((each) => each.name);
      const what = name === undefined ? 'no detector watches' : `"${name}" does not watch`;
      throw new ScriptError(`${what} ${columns.length} columns, must be one of ${able.join(', ')}`);
    }
    this.#columns = columns;
    this.#member = member.start({ columns, intervalMs, trainRows: this.#trainRows });
    this.#verdict = createRowVerdict(columns.length);
  }

  #newStretch(rows: number): void {
    this.rows += rows;
    if (this.rows > mostRows) throw new ScriptError(`more than ${mostRows} rows`);
    this.#stretch = { times: [], columns: this.#columns, alarms: [] };
  }

  #judge(at: number, values: Float64Array): void {
    const stretch = this.#stretch!;
    const verdict = this.#verdict;
    stretch.times.push(at);
    this.#member!.observe(at, values, verdict);
    if (!verdict.anomalous) return;
    const column = this.#columns.length === 1 ? 0 : strongest(verdict.parts);
    const { score, expected } = verdict;
    const alarm: JudgedRow = { at, column, value: values[column]!, score, expected };
    stretch.alarms.push(alarm);
  }
}

function strongest(parts: Float64Array): number {
  let best = 0;
  for (let i = 1; i < parts.length; i++) if (parts[i]! > parts[best]!) best = i;
  return best;
}
