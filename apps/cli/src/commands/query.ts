import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveServerOptions } from '@jaegis/model';
import { parseDurationMs } from '@jaegis/std';
import { badInput, CliError, done, type ExitCode } from '../errors.ts';
import { formatQuery, type QueryData } from '../format/query.ts';
import { layoutOf, type Terminal } from '../terminal.ts';
import { action, type Program, serverCommand, writeJson } from './shared.ts';

interface Flags {
  readonly time?: string;
  readonly range?: string;
  readonly step?: string;
  readonly dataDir?: string;
}

/** `jaegis query EXPR`: PromQL now, at a time, or over a range that ends then. */
export function queryCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(program, 'query <expr>', 'PromQL: a table now, or a sparkline per series over a range')
    .option('--time <time>', 'when: epoch seconds or RFC 3339 (default now)')
    .option('--range <duration>', 'over this long, ending at --time')
    .option('--step <duration>', 'between points of a range (default: range / 120, at least 5s)')
    .option('--data-dir <dir>', 'ask this folder instead of a server; no server may be using it');
  action<Flags>(program, command, async ({ args, flags, client: server }): Promise<ExitCode> => {
    const [expr = ''] = args;
    const time = readTime(flags.time);
    const client = flags.dataDir === undefined ? server : folderClient(flags.dataDir, terminal);
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

interface QueryClient {
  query(expr: string, seconds: number | undefined): Promise<QueryData>;
  queryRange(expr: string, range: { start: number; end: number; step: number }): Promise<QueryData>;
}

/** Answers as a server does, from a folder. */
function folderClient(dataDir: string, terminal: Terminal): QueryClient {
  const ask = async (expr: string, steps: { startMs: number; endMs: number; stepMs: number }): Promise<QueryData> => {
    if (!existsSync(join(dataDir, 'metrics')))
      throw new CliError(badInput, `Cannot query ${dataDir}: holds no metrics, must be the data folder of a server`);
    const resolved = resolveServerOptions({ file: {}, environment: terminal.env, flags: { data_dir: dataDir } });
    if (!resolved.ok) throw new CliError(badInput, resolved.error);
    const { queryDataDir } = await import('@jaegis/server');
    const answer = await queryDataDir({ options: resolved.options, log: quiet }, { expr, steps });
    if (!answer.ok) throw new CliError(badInput, `Cannot query ${dataDir}: ${answer.error}`);
    return JSON.parse(Buffer.from(answer.data).toString()) as QueryData;
  };
  return {
    query: (expr, seconds) => {
      const at = seconds === undefined ? terminal.now() : seconds * 1_000;
      return ask(expr, { startMs: at, endMs: at, stepMs: 0 });
    },
    queryRange: (expr, { start, end, step }) =>
      ask(expr, { startMs: start * 1_000, endMs: end * 1_000, stepMs: step * 1_000 }),
  };
}

const ignore = (): void => {};
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore };

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
