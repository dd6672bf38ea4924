import { createInterface } from 'node:readline';
import { Option } from 'commander';
import { done, type ExitCode } from '../errors.ts';
import { readPolicy } from './read-policy.ts';
import { action, localCommand, type Program, writeJsonLine } from './shared.ts';

interface Flags {
  readonly policy: string;
  readonly pool?: string;
}

/** `jaegis decide --policy FILE`: the scaling brain on a pipe. */
export function decideCommand(program: Program): void {
  const { terminal } = program;
  const command = localCommand(
    program,
    'decide',
    'the scaling brain on a pipe: one JSON observation a line in, one decision a line out',
  );
  command
    .requiredOption('--policy <file>', 'a pool as under pools: in jaegis.yaml, or a whole jaegis.yaml')
    .addOption(new Option('--pool <name>', 'which pool of a whole jaegis.yaml; the first unless told'));
  command.addHelpText(
    'after',
    `
In:   {"now":1700000000000,"metrics":{"request_rate":120.5,"queue_length":3},"replicas":{"ready":4,"pending":1}}
      now in epoch milliseconds; a metric is a number, null, or {"value":..,"at":..}; also startups_ms, spent_today, target_healthy;
      without the first two start times and today's cost are told by the counts of replicas, as far as they were seen
Out:  {"now":...,"desired":6,"reason":"ScaledUp","message":"...","forecast":...,"recommendations":[...],"limits":[...]}
      forecast: the request rate expected until an order of now would serve, made anew every two minutes of the input's own
      time; null before the first, and with predictive.mode off
Exit 2: the policy is wrong; a wrong line holds and says so.`,
  );
  action<Flags>(program, command, async ({ flags }): Promise<ExitCode> => {
    const { pool, quotas } = await readPolicy(flags.policy, flags.pool);
    const [{ createDecider }, { DemandForecast }] = await Promise.all([
      import('@jaegis/scaling'),
      import('@jaegis/analytics'),
    ]);
    const ahead = pool.predictive.mode === 'off' ? undefined : new DemandForecast();
    const decideLine = createDecider(pool, ahead, quotas);
    const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    // No await between a line and its answer: whoever waits for it gets it before the next is read.
    for await (const line of lines) {
      if (line.trim() === '') continue;
      writeJsonLine(terminal, decideLine(line));
      ahead?.prepare();
    }
    return done;
  });
}
