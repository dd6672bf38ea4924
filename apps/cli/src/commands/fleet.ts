/**
 * `jaegis fleet ...`: trouble on purpose for the example fleet. Load shapes and misbehaviour go straight to the agents'
 * own control ports on this machine, never through the server: JAEGIS has no such commands and sees only what follows.
 */
import type { Agent } from '@jaegis/model';
import { isLoopbackHost } from '../api/connection.ts';
import type { FleetClient } from '../api/fleet-client.ts';
import { badInput, CliError, done, type ExitCode, isBad } from '../errors.ts';
import { callControl } from './fleet-control.ts';
import { killProcess } from './kill-process.ts';
import { pickAgent } from './pick-agent.ts';
import { action, type Program, serverCommand, writeJson } from './shared.ts';

const shapes: Readonly<Record<string, string>> = {
  calm: 'the usual load',
  daily: 'a day in ten minutes',
  surge: 'eight times the load for ten minutes',
  burst: 'fifteen times the load for 30 seconds',
};

/** What the agent is told, and what to expect. */
const troubles: Readonly<Record<string, { kind: string; effect: (factor: number | null) => string }>> = {
  hang: { kind: 'hang', effect: () => 'stops answering and beating; its process stays' },
  slow: { kind: 'slow', effect: (factor) => `takes ${factor ?? 10} times as long for everything` },
  leak: { kind: 'leak', effect: (factor) => `grows by ${5 * (factor ?? 1)} MB a second until its limit, then dies` },
  errors: { kind: 'errors', effect: (factor) => `fails ${Math.min(1, factor ?? 0.5) * 100} % of its requests` },
  loop: { kind: 'loop', effect: () => 'burns tokens and gets nothing done' },
  hog: {
    kind: 'hog',
    effect: (factor) =>
      `keeps ${Math.min(80, 100 * (factor ?? 0.7))} % of a core busy beside its work, for ten minutes`,
  },
  stall: { kind: 'stall', effect: () => 'takes work and finishes none; it beats on' },
  silent: { kind: 'silent', effect: () => 'answers at once, with nothing in it' },
  heal: { kind: 'calm', effect: () => 'behaves again' },
};

const loadPool = 'research/load';

export function fleetCommand(program: Program): void {
  const { terminal } = program;
  const names = [...Object.keys(shapes), 'kill', ...Object.keys(troubles)];
  const help = [
    '\nThe load:',
    ...Object.entries(shapes).map(([name, meaning]) => `  ${name.padEnd(14)}${meaning}`),
    '\nOne agent (its id, a part of it, or a pool such as reader):',
    `  ${'kill AGENT'.padEnd(14)}kill -9: it is gone without a word`,
    ...Object.entries(troubles).map(([name, { effect }]) => `  ${`${name} AGENT`.padEnd(14)}${effect(null)}`),
    '\nExit 1: the agent or the load generator could not be reached.',
  ].join('\n');
  const command = serverCommand(
    program,
    'fleet <what> [agent]',
    'make trouble in the example fleet, and watch it noticed',
  );
  command
    .option('--factor <n>', 'how bad: times slower, times the leak, share of errors or of a core')
    .addHelpText('after', help);
  action<{ factor?: string }>(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
    const [what = '', agent] = args;
    if (!names.includes(what))
      throw new CliError(badInput, `Cannot make trouble: "${what}" is not known, must be one of ${names.join(', ')}`);
    if (!isLoopbackHost(new URL(client.connection.url).hostname))
      throw new CliError(
        badInput,
        `Cannot make trouble: the server is ${client.connection.url}, must be on this machine (agents take it from their own machine only)`,
      );
    if (what in shapes) {
      const answer = await changeShape(client, what);
      if (flags.json === true) writeJson(terminal, answer);
      else terminal.write(`The load is ${what} now: ${shapes[what]}. See it: jaegis top\n`);
      return done;
    }
    if (agent === undefined)
      throw new CliError(
        badInput,
        `Cannot ${what} an agent: none is named, must be an id, a part of one, or a pool such as reader`,
      );
    const chosen = await pickAgent(client, agent);
    const factor = readFactor(flags.factor);
    if (what === 'kill') await kill(client, chosen);
    else await callControl(chosen, '/trouble', { kind: troubles[what]!.kind, ...(factor === null ? {} : { factor }) });
    if (flags.json === true) writeJson(terminal, { instanceId: chosen.instanceId, pool: chosen.pool, trouble: what });
    else
      terminal.write(
        `${chosen.instanceId} (${chosen.pool}) ${troubles[what]?.effect(factor) ?? 'is killed'}. See it noticed: jaegis incidents --follow\n`,
      );
    return done;
  });
}

async function changeShape(client: FleetClient, shape: string): Promise<unknown> {
  const { items } = await client.agents({ pool: loadPool, connectivity: 'live', limit: 100 });
  if (items.length === 0)
    throw new CliError(
      isBad,
      `Cannot change the load: no live agent in pool ${loadPool}, start the example fleet with \`npx jaegis up --config examples/research-fleet/jaegis.yaml\``,
    );
  const answers = await Promise.all(items.map((agent) => callControl(agent, '/shape', { shape })));
  return answers.length === 1 ? answers[0] : answers;
}

/** A real SIGKILL to the process, behind the back of its supervisor. */
async function kill(client: FleetClient, agent: Agent): Promise<void> {
  const report = await client.agent(agent.instanceId);
  killProcess(agent.instanceId, report.process?.pid ?? Number(agent.labels['process.pid']));
}

function readFactor(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new CliError(badInput, `Cannot use --factor: is "${text}", must be a number above 0`);
}
