import { formatDuration, ScriptError, shortNumber } from '@jaegis/std';
import type { Expectation, ScriptTime, ScriptWindow } from './statement.ts';

/** The rows of one `for` or `load`, at least one. */
export interface Stretch {
  /** Epoch milliseconds of each row. */
  readonly times: number[];
  readonly columns: readonly string[];
  readonly alarms: JudgedRow[];
}

export interface JudgedRow {
  readonly at: number;
  /** The column that has most to do with it. */
  readonly column: number;
  readonly value: number;
  readonly score: number;
  /** NaN where nothing was expected. */
  readonly expected: number;
}

const mostTold = 3;

/** `undefined` when it holds; else what was found, in words. */
export function checkExpectation(expectation: Expectation, stretch: Stretch, startAt: number): string | undefined {
  const from = edge(expectation.window, 'from', stretch, startAt) ?? Number.NEGATIVE_INFINITY;
  const to = edge(expectation.window, 'to', stretch, startAt) ?? Number.POSITIVE_INFINITY;
  const looksAt = (at: number) => at >= from && at <= to;
  const times = stretch.times.filter(looksAt);
  const begin = times[0];
  if (begin === undefined) throw new ScriptError('no row lies in this window');
  const alarms = stretch.alarms.filter(({ at }) => looksAt(at));
  if (expectation.kind === 'at most') {
    const { limit } = expectation;
    if (alarms.length <= ('rows' in limit ? limit.rows : limit.share * times.length)) return undefined;
    return `got ${alarms.length} anomalous of ${times.length}: ${tell(alarms, stretch, startAt)}`;
  }
  const { column, withinMs } = expectation;
  if (column !== undefined && !stretch.columns.includes(column))
    throw new ScriptError(`there is no column "${column}", the columns are ${stretch.columns.join(', ')}`);
  const found = alarms.filter((row) => column === undefined || stretch.columns[row.column] === column);
  const [first] = found;
  const where = column === undefined ? '' : ` in ${column}`;
  if (first === undefined) {
    if (alarms.length === 0) return 'no row was anomalous';
    return `no row was anomalous${where}, but ${tell(alarms, stretch, startAt)}`;
  }
  if (first.at - begin <= withinMs) return undefined;
  return `the first came after ${formatDuration(first.at - begin)}: ${tell(found, stretch, startAt)}`;
}

function edge(window: ScriptWindow | undefined, which: keyof ScriptWindow, stretch: Stretch, startAt: number) {
  if (window === undefined) return undefined;
  const time: ScriptTime = window[which];
  if ('at' in time) return time.at;
  return (time.isRelative ? stretch.times[0]! : startAt) + time.ms;
}

function tell(alarms: readonly JudgedRow[], stretch: Stretch, startAt: number): string {
  const told = alarms.slice(0, mostTold).map((row) => {
    const expected = Number.isNaN(row.expected) ? '' : `, expected ${shortNumber(row.expected)}`;
    const seen = Number.isNaN(row.value) ? 'missing' : shortNumber(row.value);
    const when = `${new Date(row.at).toISOString().replace('.000', '')} (${formatDuration(row.at - startAt)} in)`;
    return `${stretch.columns[row.column]} ${seen} at ${when}${expected}, score ${row.score.toFixed(2)}`;
  });
  const more = alarms.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
