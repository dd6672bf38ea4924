import { Agent } from './agent.ts';
import { type Host, thisProcess, within } from './host.ts';
import { type JoinOptions, settle } from './options.ts';

const firstAnswerMs = 500;

/**
 * Joins this process to a JAEGIS fleet. Never throws and never waits longer than half a second: without a server the
 * agent works all the same and goes on trying quietly.
 */
export function join(options: JoinOptions = {}): Promise<Agent> {
  return joinFrom(thisProcess, options);
}

/** `join` for a given host. */
export async function joinFrom(host: Host, options: JoinOptions = {}): Promise<Agent> {
  const agent = new Agent(settle(options, host), host);
  await within(host, firstAnswerMs, agent.firstBeat());
  return agent;
}
