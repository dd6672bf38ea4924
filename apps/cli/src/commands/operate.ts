import { userInfo } from 'node:os';
import { done, type ExitCode } from '../errors.ts';
import { pickAgent } from './pick-agent.ts';
import { action, type Program, serverCommand, writeJson } from './shared.ts';

/** `jaegis drain AGENT`, `restart AGENT`, `ack INCIDENT`: a person's hand on the fleet. */
export function operateCommands(program: Program): void {
  const { terminal } = program;
  const commands = [
    ['drain', 'finish what it has, take nothing new, then stop'],
    ['restart', 'finish what it has, then start anew'],
  ] as const;
  for (const [kind, meaning] of commands) {
    const command = serverCommand(program, `${kind} <agent>`, `tell an agent to ${meaning}`);
    command.option('--reason <text>', 'why; kept with the command', `asked for with jaegis ${kind}`);
    action<{ reason: string }>(program, command, async ({ args, flags, client }): Promise<ExitCode> => {
      const { instanceId } = await pickAgent(client, args[0] ?? '');
      const answer = await client.command(instanceId, kind, flags.reason);
      if (flags.json === true) writeJson(terminal, answer);
      else terminal.write(`${instanceId} is told to ${kind} with its next heartbeat.\n`);
      return done;
    });
  }
  const ack = serverCommand(program, 'ack <incident>', 'say that somebody is looking at an incident');
  ack.option('--by <name>', 'who (default: the user of this shell)');
  action<{ by?: string }>(program, ack, async ({ args, flags, client }): Promise<ExitCode> => {
    const incident = await client.acknowledge(args[0] ?? '', flags.by ?? shellUser());
    if (flags.json === true) writeJson(terminal, incident);
    else
      terminal.write(`${incident.id} is acknowledged by ${incident.acknowledgedBy ?? 'someone'}: ${incident.title}\n`);
    return done;
  });
}

function shellUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'someone';
  }
}
