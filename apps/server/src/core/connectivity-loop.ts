import type { Fleet } from './fleet.ts';
import { tellAnomalies } from './signal-loop.ts';

/** Every second: who is late, who is lost. What changed is kept and told to whoever listens. */
export function runConnectivity(fleet: Fleet, now: number): void {
  const { registry, metadata, events } = fleet;
  registry.tick(now);
  const changed = registry.takeChanged();
  if (changed.length > 0) {
    metadata.saveAgents(changed);
    for (const agent of changed) {
      fleet.pools.ensure(agent.pool);
      events.publish({ event: 'agent', data: agent });
    }
  }
  for (const id of registry.takeRemoved()) {
    metadata.deleteAgent(id);
    fleet.health.delete(id);
    const row = fleet.signals.removeAgent(id);
    if (row !== undefined) tellAnomalies(fleet, fleet.detection.forget(row, now));
  }
}
