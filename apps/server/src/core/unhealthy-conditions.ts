import type { AlertCondition } from '@jaegis/alerting';
import { healthyFrom, unhealthyBelow } from '@jaegis/analytics';
import type { Agent, SignalName } from '@jaegis/model';
import type { Fleet } from './fleet.ts';
import { breachPatienceMs, isBeyondObjective } from './objectives.ts';
import { severityOf } from './severity.ts';

type Watched = Pick<Fleet, 'registry' | 'pools' | 'signals' | 'config' | 'outcomes'>;

/** Agents whose health is bad, each with the worst that was found. */
export function unhealthyConditions(fleet: Watched, now: number): AlertCondition[] {
  const found: AlertCondition[] = [];
  for (const agent of fleet.registry.list()) {
    // One that is well again still counts as unwell for a while: no reason to begin an alert; one that fires is held on its own.
    if (agent.connectivity !== 'live' || agent.health !== 'unhealthy' || agent.score >= healthyFrom) continue;
    found.push({
      key: `unhealthy/${agent.instanceId}`,
      kind: 'agent_unhealthy',
      severity: severityOf(fleet, agent.pool, 'warning'),
      pool: agent.pool,
      agent: agent.instanceId,
      signal: null,
      summary: `${agent.instanceId} is unhealthy`,
      reason: agent.reasons[0] ?? `score ${agent.score} of 100`,
      ...slowPatience(fleet, agent, now),
    });
  }
  return found;
}

/** An agent that is unwell by nothing but its pool's objective for latency: it must be for as long as the pool itself. */
function slowPatience(fleet: Watched, { instanceId, pool, parts }: Agent, now: number): Pick<AlertCondition, 'forMs'> {
  const isElse = Object.entries(parts).some(([name, { score }]) => name !== 'latency' && score < unhealthyBelow);
  if (isElse) return {};
  const seen = fleet.signals.agent(instanceId)?.signals;
  for (const { signal: name, target } of fleet.pools.get(pool)?.config?.objectives ?? []) {
    const signal = name as SignalName;
    const value = signal.startsWith('latency_') ? (seen?.[signal]?.value ?? null) : null;
    if (value !== null && isBeyondObjective(signal, value, target))
      return { forMs: breachPatienceMs(fleet, { pool, signal }, now) };
  }
  return {};
}
