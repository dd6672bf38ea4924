import type { Paint, Tone } from './paint.ts';
import { safeText } from './text-width.ts';
import { clockTime } from './time.ts';

const levels: readonly { readonly from: number; readonly word: string; readonly tone: Tone }[] = [
  { from: 50, word: 'error', tone: 'bad' },
  { from: 40, word: 'warn ', tone: 'warn' },
  { from: 30, word: 'info ', tone: 'dim' },
  { from: 0, word: 'debug', tone: 'dim' },
];
/** What the message says already, or what only a program wants. */
const untold = new Set(['level', 'time', 'msg', 'pid', 'agent', 'pool']);

/**
 * One line of the server's log for a person: `14:03:07 warn  reader-1 ended by SIGKILL`. The stack of an error follows on
 * lines of its own. What is no JSON is passed on as it is.
 */
export function formatLogLine(line: string, paint: Paint): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const time = Number(record['time']);
  const level = levels.find((each) => Number(record['level']) >= each.from) ?? levels[2]!;
  const error = record['err'] as { stack?: string } | undefined;
  const rest = Object.entries(record).filter(([name]) => !untold.has(name) && name !== 'err');
  const facts = rest.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [
    paint(clockTime(time, time), 'dim'),
    ` ${paint(level.word, level.tone)} ${safeText(String(record['msg'] ?? ''))}`,
    facts.length === 0 ? '' : ` ${paint(safeText(facts.join(' ')), 'dim')}`,
    error?.stack === undefined ? '' : `\n${paint(error.stack, 'dim')}`,
    '\n',
  ].join('');
}
