import type { AgentSummary, Connectivity, Health } from '@jaegis/model';
import { done, type ExitCode, isBad } from '../errors.ts';
import { formatAgentReport, formatAgents } from '../format/agents.ts';
import { safeText } from '../format/text-width.ts';
import { byWorst } from '../format/top.ts';
import { layoutOf } from '../terminal.ts';
import { pickAgent } from './pick-agent.ts';
import { action, type Program, readChoice, readCount, serverCommand, writeJson } from './shared.ts';

interface Flags {
  readonly pool?: string;
  readonly state?: string;
  readonly health?: string;
  readonly search?: string;
  readonly output?: string | true;
}

const states: readonly Connectivity[] = ['live', 'suspect', 'lost', 'stopped'];
const healths: readonly Health[] = ['healthy', 'degraded', 'unhealthy', 'unknown'];

/** `jaegis agents [ID]`: exit 1 when the agent asked for by name is lost or unhealthy. */
export function agentsCommand(program: Program): void {
  const { terminal } = program;
  const command = serverCommand(program, 'agents [id]', 'who is in the fleet, worst first; with an id, all about one')
    .option('--pool <pool>', 'only of this pool')
    .option('--state <states>', `only these, by comma: ${states.join(', ')}`)
    .option('--health <healths>', `only these, by comma: ${healths.join(', ')}`)
    .option('--search <text>', 'only those whose id or pool holds this')
    .option('--output [lines]', 'with an id: what its process printed last (default 50 lines)')
    .addHelpText('after', '\nExit 1: the agent asked for by id is lost or unhealthy.');
  action<Flags>(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
    const [wanted] = args;
    const filters = {
      pool: flags.pool,
      search: flags.search,
      connectivity: readList(flags.state, '--state', states),
      health: readList(flags.health, '--health', healths),
    };
    if (wanted === undefined) {
      if (flags.json === true) {
        writeJson(terminal, await client.agents({ limit: 10_000, ...filters }));
        return done;
      }
      const page = await client.agentSummaries(filters);
      const agents: AgentSummary[] = [...page.items].sort(byWorst);
      const isFiltered = Object.values(filters).some((value) => value !== undefined);
      if (agents.length === 0 && isFiltered) terminal.write('No agent matches these filters.\n');
      else terminal.write(formatAgents(agents, layoutOf(terminal)));
      return done;
    }
    const { instanceId } = await pickAgent(client, wanted);
    if (flags.output !== undefined) {
      const text = flags.output === true ? undefined : flags.output;
      const tail = readCount(text, { flag: '--output', otherwise: 50, max: 5_000 });
      const output = await client.output(instanceId, tail);
      if (flags.json === true) writeJson(terminal, output);
      else for (const line of output.lines) terminal.write(`${safeText(line)}\n`);
      return done;
    }
    const report = await client.agent(instanceId);
    if (flags.json === true) writeJson(terminal, report);
    else terminal.write(formatAgentReport(report, layoutOf(terminal)));
    return report.connectivity === 'lost' || report.health === 'unhealthy' ? isBad : done;
  });
}

function readList<T extends string>(text: string | undefined, flag: string, choices: readonly T[]): string | undefined {
  return text
    ?.split(',')
    .map((word) => readChoice(word.trim(), flag, choices))
    .join(',');
}
