import type { Agent } from '@jaegis/model';
import type { Target } from '@jaegis/targets';
import type { Fleet } from './fleet.ts';
import { tellAnomalies } from './signal-loop.ts';

/** Told before telemetry gets its turn: a few milliseconds. */
const agentsAtOnce = 64;

/** Every second: who is late, who is lost. */
export async function runConnectivity(fleet: Fleet, targets: ReadonlyMap<string, Target>, now: number): Promise<void> {
  fleet.registry.tick(now);
  // Ten thousand agents that are new or lost at once would hold up everybody else for half a second.
  while (tellChanged(fleet, targets, agentsAtOnce) === agentsAtOnce) await fleet.breathe?.();
  forgetRemoved(fleet, now);
}

/** What changed is kept and told to whoever listens; how many agents it was, at most `limit`. */
export function tellChanged(fleet: Fleet, targets: ReadonlyMap<string, Target>, limit?: number): number {
  const changed = fleet.registry.takeChanged(limit);
  if (changed.length === 0) return 0;
  fleet.metadata.saveAgents(changed);
  for (const agent of changed) {
    fleet.pools.ensure(agent.pool);
    fleet.events.publish({ event: 'agent', data: agent });
    if (agent.connectivity !== 'lost') continue;
    fleet.lostLately.set(agent.instanceId, agent);
    replaceHung(fleet, agent, targets.get(agent.pool));
  }
  return changed.length;
}

function forgetRemoved(fleet: Fleet, now: number): void {
  const { registry, metadata } = fleet;
  for (const id of registry.takeRemoved()) {
    metadata.deleteAgent(id);
    fleet.health.delete(id);
    const row = fleet.signals.removeAgent(id);
    if (row !== undefined) tellAnomalies(fleet, fleet.detection.forget(row, now));
    tellAnomalies(fleet, fleet.behavior.forget(id, now));
  }
}

/**
 * A process of ours that lives but has gone silent does no work and holds a place: it is replaced. One that died is its
 * supervisor's business already; a paused pool is left as it is, so that someone can look.
 */
function replaceHung(fleet: Fleet, agent: Agent, target: Target | undefined): void {
  const now = fleet.clock.now();
  const entry = fleet.pools.get(agent.pool);
  if (target === undefined || entry === undefined || entry.mode === 'paused') return;
  const instance = target.observe(now).instances.find((each) => each.instanceId === agent.instanceId);
  if (instance?.state !== 'ready') return;
  const reason = `hung: ${agent.connectivityReason}`;
  fleet.log.warn({ agent: agent.instanceId }, `${agent.instanceId}: replaced, ${reason}`);
  target
    .replace(agent.instanceId, reason, now)
    .catch((error: unknown) =>
      fleet.log.error({ agent: agent.instanceId, err: error }, `Cannot replace ${agent.instanceId}: ${String(error)}`),
    );
}
