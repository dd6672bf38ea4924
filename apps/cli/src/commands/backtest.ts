import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { PoolConfig } from '@jaegis/model';
import type { Load } from '@jaegis/scaling';
import { parseDurationMs } from '@jaegis/std';
import { Option } from 'commander';
import { separatorOf } from '../detect/separator.ts';
import { badInput, CliError, done, type ExitCode, unreadable } from '../errors.ts';
import { backtestTable, fleetTable } from '../format/backtest.ts';
import { layoutOf } from '../terminal.ts';
import { readPolicy } from './read-policy.ts';
import { action, localCommand, type Program, readChoice, writeJson } from './shared.ts';

interface Flags {
  readonly trace: string;
  readonly policy: string;
  readonly pool?: string;
  readonly startup?: string;
  readonly capacityRps?: string;
  readonly sloWait?: string;
  readonly step: string;
  readonly from?: string;
  readonly to?: string;
  readonly peakReplicas?: string;
  readonly shape: string;
  readonly series?: string;
  readonly hindsight: boolean;
}

/** `jaegis backtest`: a policy against a recorded load, beside its peers. */
export function backtestCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(
    program,
    'backtest',
    'a scaling policy against a recorded load, beside HPA, KPA, static and the oracle',
  );
  command
    .requiredOption(
      '--trace <file>',
      'CSV (or .gz): time or t_s, and requests (count per bin) or rate_rps; or t_s and exec_s: a queue of jobs',
    )
    .requiredOption('--policy <file>', 'a pool as under pools: in jaegis.yaml, or a whole jaegis.yaml')
    .addOption(new Option('--pool <name>', 'which pool of a whole jaegis.yaml; the first unless told'))
    .addOption(new Option('--startup <time>', "from order to ready (default: the policy's startup, or 60s)"))
    .addOption(new Option('--capacity-rps <n>', "what one replica serves (default: the policy's capacity, or 10)"))
    .addOption(new Option('--slo-wait <time>', 'a request that waits longer violates (default: 10s, 60s for jobs)'))
    .addOption(new Option('--step <time>', 'of the simulated plant').default('10s'))
    .addOption(new Option('--from <time>', 'start there: RFC 3339, or a time since the start of the trace like 2d'))
    .addOption(new Option('--to <time>', 'end there'))
    .addOption(new Option('--peak-replicas <n>', 'scale the load so that its peak needs that many'))
    .addOption(new Option('--shape <shape>', 'inside bins longer than a step: linear or even').default('linear'))
    .addOption(new Option('--series <file>', 'write the step-by-step record as CSV'))
    .addOption(new Option('--no-hindsight', 'leave out the peers whose target is chosen after the fact (quicker)'));
  command.addHelpText(
    'after',
    '\nThe plant and each measure: docs/reference/backtest.md. Exit 1: the policy has more than 0.5 % violations (5 % late jobs).',
  );
  action<Flags>(program, command, async ({ flags }): Promise<ExitCode> => {
    const { pool: written } = await readPolicy(flags.policy, flags.pool);
    const { isJobs, runBacktest, scaleToPeak, scalingConfig, simulable, writeSeries } = await import('@jaegis/scaling');
    const stepS = seconds(flags.step, '--step');
    if (stepS <= 0) throw wrong('--step', flags.step, 'a duration above 0');
    const startupS =
      flags.startup === undefined ? (written.startup ?? 60_000) / 1_000 : seconds(flags.startup, '--startup');
    // What a replica of the plant is, the policy under test knows like its peers; nothing in a backtest would teach it.
    const { pool, leftOut } = simulable({ ...written, startup: startupS * 1_000 });
    if (leftOut.length > 0)
      terminal.warn(`Note: ${flags.policy}: left out, as the simulated pool does not know it: ${leftOut.join(', ')}`);
    const text = await readTrace(flags.trace);
    if (isJobs(text)) return runJobs(text, pool, { flags, terminal, stepS, startupS, leftOut });
    const capacityRps = positive(flags.capacityRps, '--capacity-rps') ?? pool.capacity?.requests_per_second ?? 10;
    const peak = positive(flags.peakReplicas, '--peak-replicas');
    let load = await readLoad(text, { flags, terminal, stepS });
    if (peak !== undefined) load = scaleToPeak(load, peak, capacityRps);
    const known = { ...pool, capacity: { requests_per_second: capacityRps } };
    const sloWaitS = seconds(flags.sloWait ?? '10s', '--slo-wait');
    const config = scalingConfig(known, { intervalMs: stepS * 1_000, waitMs: sloWaitS * 1_000 });
    const plant = {
      startupS,
      capacityRps,
      sloWaitS,
      minReplicas: config.minReplicas,
      maxReplicas: config.maxReplicas,
      drainS: 10,
    };
    const { rows, record } = runBacktest(load, config, { plant, withHindsight: flags.hindsight });
    if (flags.series !== undefined) await writeLines(flags.series, writeSeries(record));
    const about = { steps: load.demand.length, stepS, startAt: load.startAt, ...plant };
    if (flags.json === true) writeJson(terminal, { load: about, items: rows, total: rows.length, next: null, leftOut });
    else terminal.write(backtestTable(rows, about, layoutOf(terminal)));
    return rows[0]!.violationsPercent <= 0.5 ? done : 1;
  });
}

/** A queue of jobs with their service times: a fleet of workers instead of a fluid pool. */
async function runJobs(
  text: string,
  pool: PoolConfig,
  o: {
    flags: Flags & { json?: boolean };
    terminal: Program['terminal'];
    stepS: number;
    startupS: number;
    leftOut: readonly string[];
  },
): Promise<ExitCode> {
  const { allowedLatePercent, parseJobs, runFleetBacktest, scalingConfig } = await import('@jaegis/scaling');
  const { flags, terminal, stepS, startupS, leftOut } = o;
  for (const [name, value] of [
    ['--peak-replicas', flags.peakReplicas],
    ['--series', flags.series],
    ['--from', flags.from],
    ['--to', flags.to],
  ] as const)
    if (value !== undefined) throw wrong(name, value, 'left out for a queue of jobs');
  const jobs = parseJobs(text);
  if (typeof jobs === 'string')
    throw new CliError(badInput, jobs.replace('Cannot read jobs', `Cannot read jobs ${flags.trace}`));
  const rate = positive(flags.capacityRps, '--capacity-rps');
  const config = scalingConfig(rate === undefined ? pool : { ...pool, capacity: { requests_per_second: rate } }, {
    intervalMs: stepS * 1_000,
  });
  const fleet = { startupS, stepS, minReplicas: config.minReplicas, maxReplicas: config.maxReplicas };
  const sloWaitS = seconds(flags.sloWait ?? '60s', '--slo-wait');
  const { rows, ...sweep } = runFleetBacktest(jobs, config, { fleet, sloWaitS });
  const about = { jobs: jobs.arrivals.length, startAt: jobs.startAt, sloWaitS, ...fleet };
  if (flags.json === true)
    writeJson(terminal, { load: about, items: rows, total: rows.length, next: null, hpaTargets: sweep, leftOut });
  else terminal.write(fleetTable(rows, about, layoutOf(terminal)));
  return rows[0]!.latePercent <= allowedLatePercent ? done : 1;
}

async function readTrace(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return withCommas((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  } catch (cause) {
    throw unreadable(`load ${path}`, cause);
  }
}

/** A table of semicolons or tabs as one of commas; its decimal commas become points. */
function withCommas(text: string): string {
  const plain = text.replace(/^\uFEFF/, '');
  const header = plain.slice(0, Math.max(0, plain.indexOf('\n')));
  const separator = separatorOf(header);
  return separator === ',' ? plain : plain.replaceAll(',', '.').replaceAll(separator, ',');
}

async function readLoad(
  text: string,
  { flags, terminal, stepS }: { flags: Flags; terminal: Program['terminal']; stepS: number },
): Promise<Load> {
  const { parseBins, toLoad } = await import('@jaegis/scaling');
  const bins = parseBins(text);
  if (typeof bins === 'string')
    throw new CliError(badInput, bins.replace('Cannot read load', `Cannot read load ${flags.trace}`));
  if (bins.broken > 0)
    terminal.warn(
      `Note: ${flags.trace}: ${bins.broken} of ${bins.rates.length} values are missing, negative or no numbers; the one before was taken`,
    );
  const load = toLoad(bins, stepS, readChoice(flags.shape, '--shape', ['linear', 'even'] as const));
  const place = (text: string | undefined, flag: string, otherwise: number): number => {
    if (text === undefined) return otherwise;
    const at = Date.parse(text);
    const ms = parseDurationMs(text) ?? (Number.isNaN(at) ? undefined : at - load.startAt);
    if (ms === undefined) throw wrong(flag, text, 'like 2d, or RFC 3339');
    return Math.min(load.demand.length, Math.max(0, Math.round(ms / 1_000 / stepS)));
  };
  const from = place(flags.from, '--from', 0);
  const to = place(flags.to, '--to', load.demand.length);
  if (to - from < 2)
    throw new CliError(
      badInput,
      `Cannot use --from and --to: ${Math.max(0, to - from)} steps are left, must be at least 2`,
    );
  return { stepS, demand: load.demand.slice(from, to), startAt: load.startAt + from * stepS * 1_000 };
}

async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  const stream = createWriteStream(path);
  try {
    let block = '';
    for (const line of lines) {
      block += `${line}\n`;
      if (block.length < 65_536) continue;
      if (!stream.write(block)) await once(stream, 'drain');
      block = '';
    }
    stream.end(block);
    await once(stream, 'finish');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new CliError(badInput, `Cannot write ${path}: ${code}, must be a writable file`, { cause });
  }
}

function seconds(text: string, flag: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms < 0) throw wrong(flag, text, 'a duration like 60s');
  return ms / 1_000;
}

function positive(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw wrong(flag, text, 'a number above 0');
  return value;
}

function wrong(flag: string, text: string, wanted: string): CliError {
  return new CliError(badInput, `Cannot use ${flag}: is "${text}", must be ${wanted}`);
}
