import { parseDurationMs } from '@jaegis/std';
import { badInput, CliError, done, type ExitCode } from '../errors.ts';
import { formatQuery } from '../format/query.ts';
import { layoutOf } from '../terminal.ts';
import { action, type Program, serverCommand, writeJson } from './shared.ts';

interface Flags {
  readonly time?: string;
  readonly range?: string;
  readonly step?: string;
}

/** `jaegis query EXPR`: PromQL now, at a time, or over a range that ends then. */
export function queryCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(program, 'query <expr>', 'PromQL: a table now, or a sparkline per series over a range')
    .option('--time <time>', 'when: epoch seconds or RFC 3339 (default now)')
    .option('--range <duration>', 'over this long, ending at --time')
    .option('--step <duration>', 'between points of a range (default: range / 120, at least 5s)');
  action<Flags>(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
    const [expr = ''] = args;
    const time = readTime(flags.time);
    if (flags.range === undefined) {
      if (flags.step !== undefined)
        throw new CliError(badInput, `Cannot use --step: is ${flags.step} without --range, must come with --range`);
      const data = await client.query(expr, time === undefined ? undefined : time / 1_000);
      if (flags.json === true) writeJson(terminal, data);
      else terminal.write(formatQuery(data, layoutOf(terminal)));
      return done;
    }
    const rangeMs = readDuration('--range', flags.range);
    const stepMs =
      flags.step === undefined
        ? Math.max(5_000, Math.ceil(rangeMs / 120_000) * 1_000)
        : readDuration('--step', flags.step);
    const to = time ?? terminal.now();
    const from = to - rangeMs;
    const data = await client.queryRange(expr, { start: from / 1_000, end: to / 1_000, step: stepMs / 1_000 });
    if (flags.json === true) writeJson(terminal, data);
    else terminal.write(formatQuery(data, { ...layoutOf(terminal), range: { from, to, stepMs } }));
    return done;
  });
}

/** Epoch milliseconds; `undefined` when not given. */
function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw new CliError(
    badInput,
    `Cannot use --time: is "${text}", must be epoch seconds or a time such as 2026-01-31T12:00:00Z`,
  );
}

function readDuration(flag: string, text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms >= 1) return ms;
  throw new CliError(badInput, `Cannot use ${flag}: is "${text}", must be a duration such as 30s or 1h`);
}
