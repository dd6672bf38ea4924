import type { AlertCondition } from '@jaegis/alerting';
import { faultsAmongPeers, freshValue, type PeerReading } from '@jaegis/analytics';
import type { SignalName } from '@jaegis/model';
import type { Fleet } from './fleet.ts';

/** Start-up is unlike work: agents younger than this are not compared. */
const youngMs = 120_000;
const freshMs = 30_000;
/** A busy minute is no fault. */
const hoggedForMs = 60_000;

/** When each agent last finished anything. Bounded by the registry: who is gone is forgotten. */
const finished = new WeakMap<Fleet, Map<string, number>>();

/** Agents that are wrong only beside their peers: a CPU that something else takes, output that has fallen silent. */
export function peerConditions(fleet: Fleet, now: number): AlertCondition[] {
  const lastFinished = followFinished(fleet, now);
  const found: AlertCondition[] = [];
  for (const entry of fleet.pools.list()) {
    const agents = readings(fleet, { pool: entry.name, lastFinished }, now);
    for (const fault of faultsAmongPeers(agents, now)) {
      const isHogged = fault.kind === 'cpu_hogged';
      found.push({
        key: `${fault.kind}/${fault.instanceId}`,
        kind: 'agent_unhealthy',
        severity: entry.config?.importance === 'high' ? 'critical' : 'warning',
        pool: entry.name,
        agent: fault.instanceId,
        signal: isHogged ? 'cpu_utilization' : 'throughput',
        summary: isHogged
          ? `${fault.instanceId} has no CPU to spare`
          : `${fault.instanceId} takes work and finishes none`,
        reason: fault.reason,
        forMs: isHogged ? hoggedForMs : 0,
      });
    }
  }
  return found;
}

function followFinished(fleet: Fleet, now: number): Map<string, number> {
  const before = finished.get(fleet) ?? new Map<string, number>();
  const next = new Map<string, number>();
  for (const agent of fleet.registry.list()) {
    if (agent.connectivity !== 'live') continue;
    const isFinishing = (readOf(fleet, agent.instanceId, now)('throughput') ?? 0) > 0;
    const at = isFinishing ? now : before.get(agent.instanceId);
    if (at !== undefined) next.set(agent.instanceId, at);
  }
  finished.set(fleet, next);
  return next;
}

function readings(
  fleet: Fleet,
  of: { pool: string; lastFinished: ReadonlyMap<string, number> },
  now: number,
): PeerReading[] {
  return fleet.registry
    .listPool(of.pool)
    .filter(
      (agent) =>
        agent.connectivity === 'live' &&
        (agent.status === 'ok' || agent.status === 'busy') &&
        now - agent.firstSeen >= youngMs,
    )
    .map(({ instanceId }) => {
      const read = readOf(fleet, instanceId, now);
      return {
        instanceId,
        cpu: read('cpu_utilization'),
        throughput: read('throughput'),
        finishedAt: of.lastFinished.get(instanceId),
      };
    });
}

function readOf(fleet: Fleet, instanceId: string, now: number): (name: SignalName) => number | null {
  const signals = fleet.signals.agent(instanceId)?.signals ?? {};
  return (name) => freshValue(signals, name, { now, maxAgeMs: freshMs });
}
