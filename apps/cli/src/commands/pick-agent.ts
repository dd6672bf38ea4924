import type { Agent } from '@jaegis/model';
import type { FleetClient } from '../api/fleet-client.ts';
import { badInput, CliError, isBad } from '../errors.ts';

/**
 * The agent a person means: its id; the beginning or any part of an id that only one has; or a pool (`reader` for
 * `research/reader`), which gives its live agent that was seen first. Rejects with what there is instead.
 */
export async function pickAgent(client: FleetClient, wanted: string): Promise<Agent> {
  const { items } = await client.agents({ limit: 10_000 });
  return chooseAgent(items, wanted);
}

export function chooseAgent(agents: readonly Agent[], wanted: string): Agent {
  const exact = agents.find((agent) => agent.instanceId === wanted);
  if (exact !== undefined) return exact;
  const ofPool = agents.filter((agent) => agent.pool === wanted || agent.pool.endsWith(`/${wanted}`));
  const live = ofPool.filter((agent) => agent.connectivity === 'live');
  const oldest = [...(live.length > 0 ? live : ofPool)].sort((a, b) => a.firstSeen - b.firstSeen)[0];
  if (oldest !== undefined) return oldest;
  const starting = agents.filter((agent) => agent.instanceId.startsWith(wanted));
  const holding = starting.length > 0 ? starting : agents.filter((agent) => agent.instanceId.includes(wanted));
  if (holding.length === 1) return holding[0]!;
  const shown = (holding.length > 0 ? holding : agents).slice(0, 5).map((agent) => agent.instanceId);
  if (shown.length === 0)
    throw new CliError(isBad, `Cannot find agent "${wanted}": there are no agents yet, must be one that has joined`);
  const more = (holding.length > 0 ? holding : agents).length - shown.length;
  const list = `${shown.join(', ')}${more > 0 ? ` (+${more} more, see jaegis agents)` : ''}`;
  throw new CliError(
    badInput,
    holding.length > 1
      ? `Cannot choose agent "${wanted}": fits ${holding.length} agents, must be one of ${list}`
      : `Cannot find agent "${wanted}": is not known, must be one of ${list}`,
  );
}
