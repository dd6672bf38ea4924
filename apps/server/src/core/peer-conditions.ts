import type { AlertCondition } from '@jaegis/alerting';
import { faultsAmongPeers, freshValue, type PeerReading } from '@jaegis/analytics';
import type { SignalName } from '@jaegis/model';
import type { Fleet } from './fleet.ts';

/** Start-up is unlike work: agents younger than this are not compared. */
const youngMs = 120_000;
const freshMs = 30_000;
/** A busy minute is no fault. */
const hoggedForMs = 60_000;
/** Fewer are looked at in less than a millisecond. */
const manyAgents = 200;

/** When each agent last finished anything. Bounded by the registry: who is gone is forgotten. */
const finished = new WeakMap<Fleet, Map<string, number>>();

/** Agents that are wrong only beside their peers: a CPU that something else takes, output that has fallen silent. */
export async function peerConditions(fleet: Fleet, now: number): Promise<AlertCondition[]> {
  const before = finished.get(fleet) ?? new Map<string, number>();
  const lastFinished = new Map<string, number>();
  const found: AlertCondition[] = [];
  for (const entry of fleet.pools.list()) {
    const agents = readings(fleet, { pool: entry.name, before, lastFinished }, now);
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
    // A pool of thousands takes milliseconds: ingest and queries get a turn.
    if (agents.length >= manyAgents) await fleet.breathe?.();
  }
  finished.set(fleet, lastFinished);
  return found;
}

interface PoolOf {
  readonly pool: string;
  /** When each agent last finished anything, as of the last look and of this one. */
  readonly before: ReadonlyMap<string, number>;
  readonly lastFinished: Map<string, number>;
}

/** The agents of a pool that can be compared; who of all that are live has finished something is noted. */
function readings(fleet: Fleet, { pool, before, lastFinished }: PoolOf, now: number): PeerReading[] {
  const found: PeerReading[] = [];
  for (const { instanceId, connectivity, status, firstSeen } of fleet.registry.listPool(pool)) {
    if (connectivity !== 'live') continue;
    const signals = fleet.signals.agent(instanceId)?.signals ?? {};
    const read = (name: SignalName) => freshValue(signals, name, { now, maxAgeMs: freshMs });
    const throughput = read('throughput');
    const finishedAt = (throughput ?? 0) > 0 ? now : before.get(instanceId);
    if (finishedAt !== undefined) lastFinished.set(instanceId, finishedAt);
    if ((status !== 'ok' && status !== 'busy') || now - firstSeen < youngMs) continue;
    found.push({ instanceId, cpu: read('cpu_utilization'), throughput, finishedAt });
  }
  return found;
}
