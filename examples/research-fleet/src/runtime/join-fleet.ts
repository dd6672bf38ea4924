import { join } from '@jaegis/agent';
import type { FleetAgent } from './fleet-agent.ts';
import type { Endpoint } from './peer-caller.ts';

/** Joins the fleet under a pool and tells the others where to reach this agent. */
export async function joinFleet(pool: string, url: string): Promise<FleetAgent> {
  const agent = await join({ pool, labels: { 'agent.url': url } });
  const given = peersFromEnvironment(process.env['RESEARCH_PEERS']);
  return {
    instanceId: agent.instanceId,
    tracer: agent.tracer,
    meter: agent.meter,
    get isDraining() {
      return agent.isDraining;
    },
    queue: (length) => agent.queue(length),
    progress: (steps) => agent.progress(steps),
    metric: (name, value) => agent.metric(name, value),
    label: (name, value) => agent.label(name, value),
    onDrain: (run) => agent.onDrain(run),
    peers: (name) => given?.[name] ?? agent.peers(name),
    leave: (reason) => agent.leave(reason),
  };
}

/** `RESEARCH_PEERS`, for running without a server; anything unreadable in it is said and not used. */
export function peersFromEnvironment(text: string | undefined): Readonly<Record<string, Endpoint[]>> | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const pools = Object.entries(JSON.parse(text) as Record<string, string[]>);
    return Object.fromEntries(pools.map(([name, urls]) => [name, urls.map((url) => ({ instanceId: url, url }))]));
  } catch (error) {
    process.stderr.write(`Cannot read RESEARCH_PEERS: ${(error as Error).message}, must be {"pool": ["url"]}\n`);
    return undefined;
  }
}
