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

/** A minute of readings, one each five seconds. */
const meanRate = 1 / 12;

interface Remembered {
  /** When it last finished anything. */
  readonly finishedAt: number | undefined;
  readonly cpuMean: number | null;
}

/** What is remembered of each agent from look to look. Bounded by the registry: who is gone is forgotten. */
const remembered = new WeakMap<Fleet, Map<string, Remembered>>();

/** Agents that are wrong only beside their peers: a CPU that something else takes, output that has fallen silent. */
export async function peerConditions(fleet: Fleet, now: number): Promise<AlertCondition[]> {
  const before = remembered.get(fleet) ?? new Map<string, Remembered>();
  const after = new Map<string, Remembered>();
  const found: AlertCondition[] = [];
  for (const entry of fleet.pools.list()) {
    const agents = readings(fleet, { pool: entry.name, before, after }, now);
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
  remembered.set(fleet, after);
  return found;
}

interface PoolOf {
  readonly pool: string;
  /** As of the last look, and of this one. */
  readonly before: ReadonlyMap<string, Remembered>;
  readonly after: Map<string, Remembered>;
}

/** The agents of a pool that can be compared; of all that are live it is noted what the next look must know. */
function readings(fleet: Fleet, { pool, before, after }: PoolOf, now: number): PeerReading[] {
  const found: PeerReading[] = [];
  for (const { instanceId, connectivity, status, firstSeen } of fleet.registry.listPool(pool)) {
    if (connectivity !== 'live') continue;
    const signals = fleet.signals.agent(instanceId)?.signals ?? {};
    const read = (name: SignalName) => freshValue(signals, name, { now, maxAgeMs: freshMs });
    const throughput = read('throughput');
    const cpu = read('cpu_utilization');
    const last = before.get(instanceId);
    const finishedAt = (throughput ?? 0) > 0 ? now : last?.finishedAt;
    const mean = last?.cpuMean ?? cpu;
    const cpuMean = cpu === null || mean === null ? mean : mean + meanRate * (cpu - mean);
    after.set(instanceId, { finishedAt, cpuMean });
    if ((status !== 'ok' && status !== 'busy') || now - firstSeen < youngMs) continue;
    found.push({ instanceId, cpu, cpuMean, throughput, finishedAt });
  }
  return found;
}
