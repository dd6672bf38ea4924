import type { AlertCondition } from '@jaegis/alerting';
import { type Incident, type SignalName, signals } from '@jaegis/model';
import type { Fleet } from './fleet.ts';

export const alarmOutcomesKey = 'accuracy/warnings';
export const alarmTuningKey = 'accuracy/feedback';

/**
 * Scores warnings when the truth arrives. A forecast breach comes true when the demand is more than the most replicas
 * serve; a leak, when its agent is lost; a decline, when its signal is at the limit that was told. A lost agent without a leak before it is no miss: most are lost for other reasons.
 */
export function scoreAlarms(
  fleet: Fleet,
  conditions: readonly (AlertCondition & { readonly dueAt?: number })[],
  now: number,
): void {
  const { alarmOutcomes } = fleet;
  for (const { key, dueAt } of conditions) if (dueAt !== undefined) alarmOutcomes.warn(key, now, dueAt);
  for (const { kind, agent } of conditions) {
    if (kind === 'agent_lost' && alarmOutcomes.isWarned(`leak/${agent}`)) alarmOutcomes.happen(`leak/${agent}`, now);
  }
  for (const [instanceId, state] of fleet.health) {
    const told = state.toldDecline;
    if (told === null) continue;
    const key = `decline/${instanceId}/${told.signal}`;
    const value = fleet.signals.agent(instanceId)?.signals[told.signal]?.value ?? null;
    if (value !== null && value >= told.limit && alarmOutcomes.isWarned(key)) alarmOutcomes.happen(key, now);
    if (now > told.latest || (value !== null && value >= told.limit)) state.toldDecline = null;
  }
  for (const entry of fleet.pools.list()) {
    for (const { signal: name, target } of entry.config?.objectives ?? []) {
      const signal = name as SignalName;
      const value = entry.signals[signal]?.value ?? null;
      const key = `forecast/${entry.name}/${signal}`;
      if (value === null || !alarmOutcomes.isWarned(key)) continue;
      if (signals[signal].sense === 'lower_is_worse' ? value < target : value > target) alarmOutcomes.happen(key, now);
    }
    const demand = entry.signals.request_rate;
    const capacity = entry.config?.capacity?.requests_per_second ?? entry.state.capacity.perReplica;
    const most = entry.config?.replicas.max;
    if (demand === undefined || demand.value === null || capacity === null || most === undefined) continue;
    if (demand.value > capacity * most) alarmOutcomes.happen(`forecast/${entry.name}/request_rate`, now);
  }
  for (const { resource, pool, used, limit } of fleet.exhaustion.list())
    if (used >= 0.999 * limit) alarmOutcomes.happen(`exhausted/${resource}/${pool}`, now);
  alarmOutcomes.settle(now);
}

/** What a person says of an incident moves the thresholds of its anomalies' like series. */
export function learnFromFeedback(
  fleet: Fleet,
  incident: Incident,
  verdict: Incident['feedback'][number]['verdict'],
  now: number,
): void {
  const alerts = incident.alerts.flatMap((id) => fleet.metadata.alert(id) ?? []);
  const told = alerts.flatMap(({ kind, pool, signal }) =>
    kind === 'anomaly' && signal !== null ? [{ pool, signal }] : [],
  );
  fleet.alarmTuning.learn(told, verdict, now);
  fleet.selfMetrics.count('jaegis_incident_feedback_total', { verdict });
  fleet.metadata.setState(alarmTuningKey, fleet.alarmTuning.toJSON());
}

/** Keeps what is known of our own accuracy for the next start. */
export function saveAccuracy(fleet: Fleet): void {
  fleet.metadata.setState(alarmOutcomesKey, fleet.alarmOutcomes.toJSON());
  for (const [key, trust] of fleet.trust) fleet.metadata.setState(`trust/${key}`, trust.toJSON());
}
