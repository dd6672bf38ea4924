import { type AlertCondition, postedKey } from '@jaegis/alerting';
import { signals } from '@jaegis/model';
import { formatDuration, formatValue } from '@jaegis/std';
import { exhaustionConditions } from './exhaustion-conditions.ts';
import { failingTarget } from './failing-target.ts';
import type { Fleet } from './fleet.ts';
import { forecastConditions } from './forecast-conditions.ts';
import { labelledCondition } from './labelled-condition.ts';
import { objectiveConditions } from './objectives.ts';
import { peerConditions } from './peer-conditions.ts';
import { receivedConditions } from './received-conditions.ts';
import { severityOf } from './severity.ts';
import { storageConditions } from './storage-conditions.ts';
import { unhealthyConditions } from './unhealthy-conditions.ts';

/** A leak is worth a word this long before the process is at its limit. */
const leakWarningMs = 30 * 60_000;
/** What gets worse by itself is told this long before it hurts; further ahead it is shown on the agent's page only. */
const declineWarningMs = 15 * 60_000;

/** A warning says by when the problem will be there. */
export type Condition = AlertCondition & { readonly dueAt?: number };

/**
 * Everything that is wrong right now, as conditions. Pure reading: the alert engine decides what becomes of them. Beside
 * many agents ingest and queries get turns in between.
 */
export async function gatherConditions(fleet: Fleet, now: number): Promise<Condition[]> {
  const beside = await peerConditions(fleet, now);
  return [
    ...lostAgents(fleet),
    ...unhealthyConditions(fleet, now),
    ...anomalies(fleet, now),
    ...leaks(fleet, now),
    ...declines(fleet, now),
    ...beside,
    ...poolConditions(fleet, now),
    ...exhaustionConditions(fleet, now),
    ...storageConditions(fleet),
    ...receivedConditions(fleet, now),
    ...fleet.rules.conditions(),
    ...postedConditions(fleet, now),
  ];
}

/** Alerts that others have posted to us as their Alertmanager. */
function postedConditions(fleet: Fleet, now: number): AlertCondition[] {
  return fleet.posted.active(now).map(({ labels, annotations }) => ({
    ...labelledCondition({ labels, annotations, group: 'posted', reason: 'posted by another system' }),
    key: `posted/${postedKey(labels)}`,
  }));
}

function lostAgents(fleet: Fleet): AlertCondition[] {
  const found: AlertCondition[] = [];
  const lost = fleet.registry.list().filter((agent) => agent.connectivity === 'lost');
  const all = new Map([...fleet.lostLately, ...lost.map((agent) => [agent.instanceId, agent] as const)]);
  fleet.lostLately.clear();
  for (const agent of all.values()) {
    found.push({
      key: `lost/${agent.instanceId}`,
      kind: 'agent_lost',
      severity: severityOf(fleet, agent.pool, 'critical'),
      pool: agent.pool,
      agent: agent.instanceId,
      signal: null,
      summary: `${agent.instanceId} is lost`,
      reason: agent.connectivityReason,
      // Lost already means three silent intervals, or an exit that was seen: nothing is gained by waiting longer.
      forMs: 0,
    });
  }
  return found;
}

function anomalies(fleet: Fleet, now: number): AlertCondition[] {
  // What people called no problem before must be rarer to alarm again.
  const open = [...fleet.detection.open(), ...fleet.behavior.open()].filter(
    (each) => each.score >= fleet.alarmTuning.leastScore(each, now) - 1e-9,
  );
  return open.map((anomaly) => ({
    key: `anomaly/${anomaly.agent ?? anomaly.pool}/${anomaly.signal}`,
    kind: 'anomaly',
    // More demand than usual is news, not a fault: the scaler answers it.
    severity: anomaly.signal === 'request_rate' ? 'info' : severityOf(fleet, anomaly.pool, 'warning'),
    pool: anomaly.pool,
    agent: anomaly.agent,
    signal: anomaly.signal,
    summary: `${anomaly.agent ?? anomaly.pool}: ${anomaly.signal.replaceAll('_', ' ')} is not as expected`,
    reason: anomaly.reason,
    value: anomaly.value,
    expected: anomaly.expected,
    // An anomaly was already held back until several points agreed.
    forMs: 0,
  }));
}

function leaks(fleet: Fleet, now: number): Condition[] {
  const found: Condition[] = [];
  for (const [instanceId, { leakVerdict }] of fleet.health) {
    const agent = fleet.registry.get(instanceId);
    const { growing, limitAt, reason } = leakVerdict;
    if (agent?.connectivity !== 'live' || !growing || limitAt === null || limitAt - now > leakWarningMs) continue;
    found.push({
      key: `leak/${instanceId}`,
      kind: 'forecast_breach',
      severity: severityOf(fleet, agent.pool, 'warning'),
      pool: agent.pool,
      agent: instanceId,
      signal: 'memory_bytes',
      summary: `${instanceId} will be out of memory in ${formatDuration(Math.max(0, limitAt - now))}`,
      reason,
      dueAt: limitAt,
      forMs: 0,
    });
  }
  return found;
}

function declines(fleet: Fleet, now: number): Condition[] {
  const found: Condition[] = [];
  for (const [instanceId, { decline }] of fleet.health) {
    const agent = fleet.registry.get(instanceId);
    if (decline === null || agent?.connectivity !== 'live' || decline.at - now > declineWarningMs) continue;
    const { signal, at, value, limit, reason } = decline;
    found.push({
      key: `decline/${instanceId}/${signal}`,
      kind: 'forecast_breach',
      severity: severityOf(fleet, agent.pool, 'warning'),
      pool: agent.pool,
      agent: instanceId,
      signal,
      summary: `${instanceId} gets worse: ${signal.replaceAll('_', ' ')} reaches ${formatValue(limit, signals[signal].unit)} in ${formatDuration(Math.max(0, at - now))}`,
      reason,
      value,
      expected: limit,
      dueAt: at,
    });
  }
  return found;
}

function poolConditions(fleet: Fleet, now: number): Condition[] {
  const found: Condition[] = [];
  for (const entry of fleet.pools.list()) {
    found.push(
      ...objectiveConditions(fleet, entry, now),
      ...forecastConditions(fleet, entry, now),
      ...failingTarget(fleet, entry, now),
    );
  }
  return found;
}
