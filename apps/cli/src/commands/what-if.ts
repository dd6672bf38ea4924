import { badInput, CliError, done, type ExitCode } from '../errors.ts';
import { formatWhatIf } from '../format/what-if.ts';
import { layoutOf } from '../terminal.ts';
import { action, type Program, serverCommand, writeJson } from './shared.ts';

interface Flags {
  readonly policy?: string;
  readonly range: string;
  readonly min?: string;
  readonly max?: string;
  readonly utilization?: string;
  readonly startup?: string;
}

const halfHourMs = 1_800_000;

/** `jaegis what-if POOL|DECISION --policy cost`: another policy on what the pool really had to do. */
export function whatIfCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(
    program,
    'what-if <pool-or-decision>',
    "another policy on a pool's own recorded load: what it would have cost, who would have waited",
  );
  command
    .option('--policy <name>', 'cost, balanced, performance or availability (default: as it is)')
    .option('--range <time>', 'of a pool: how far back, at most 8d; of a decision it is the hour around it', '1h')
    .option('--min <n>', 'fewest replicas (default: as it is)')
    .option('--max <n>', 'most replicas (default: as it is)')
    .option('--utilization <share>', 'how much of a replica is meant to be used, 0..1 (default: as it is)')
    .option('--startup <time>', 'from order to ready (default: as it is, or learned)');
  command.addHelpText('after', '\nThe simulated pool and each measure: docs/reference/backtest.md.');
  action<Flags>(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
    const [wanted = ''] = args;
    const pools = (await client.pools()).items.map((pool) => pool.name);
    let pool = pools.find((name) => name === wanted) ?? pools.find((name) => name.endsWith(`/${wanted}`));
    let stretch: object = { range: flags.range };
    if (pool === undefined) {
      const decision = await client.decision(wanted).catch((): never => {
        throw unknown(wanted, pools);
      });
      pool = decision.pool;
      stretch = { from: decision.at - halfHourMs, to: Math.min(terminal.now(), decision.at + halfHourMs) };
    }
    const report = await client.whatIf(pool, {
      ...stretch,
      policy: flags.policy,
      minReplicas: numberOf(flags.min),
      maxReplicas: numberOf(flags.max),
      utilization: numberOf(flags.utilization),
      startup: flags.startup,
    });
    if (flags.json === true) writeJson(terminal, report);
    else terminal.write(formatWhatIf(report, layoutOf(terminal)));
    return done;
  });
}

/** What is no number goes to the server as it is, which says what it must be. */
function numberOf(text: string | undefined): number | string | undefined {
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

function unknown(wanted: string, pools: readonly string[]): CliError {
  const known = pools.length === 0 ? 'no pool is known yet' : `one of ${pools.join(', ')}`;
  return new CliError(
    badInput,
    `Cannot find "${wanted}": it is no pool and no decision, must be ${known}, or a decision`,
  );
}
