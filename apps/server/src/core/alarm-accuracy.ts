import type { AlertCondition } from '@jaegis/alerting';
import type { AlarmVerdict } from '@jaegis/analytics';
import type { Incident, SignalName } from '@jaegis/model';
import type { Fleet } from './fleet.ts';
import { isBeyondObjective } from './objectives.ts';

export const alarmOutcomesKey = 'accuracy/warnings';
export const anomalyOutcomesKey = 'accuracy/anomalies';
export const alarmTuningKey = 'accuracy/feedback';

/**
 * Scores warnings when the truth arrives. A forecast breach comes true when the demand is more than the most replicas
 * serve; a leak, when its agent is lost; a decline, when its signal is at the limit that was told. A lost agent without a
 * leak before it is no miss: most are lost for other reasons.
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
      if (isBeyondObjective(signal, value, target)) alarmOutcomes.happen(key, now);
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

/**
 * What a person says of an incident moves the thresholds of its anomalies' like series. What was missed may be any signal that
 * the incident is about.
 */
export function learnFromFeedback(
  fleet: Fleet,
  incident: Incident,
  verdict: Incident['feedback'][number]['verdict'],
  now: number,
): void {
  const alerts = incident.alerts.flatMap((id) => fleet.metadata.alert(id) ?? []);
  const told = alerts.flatMap(({ kind, pool, signal }) =>
    (kind === 'anomaly' || verdict === 'missed_something') && signal !== null ? [{ pool, signal }] : [],
  );
  tune(fleet, told, verdict, now);
}

export interface SignalFeedback {
  readonly pool: string;
  readonly signal: string;
  readonly verdict: AlarmVerdict;
  readonly by: string;
}

/** What a person says of one signal of a pool, with or without an incident. */
export function learnOfSignal(fleet: Fleet, said: SignalFeedback, now: number): void {
  const { pool, signal, verdict } = said;
  tune(fleet, [said], verdict, now);
  const decades =
    fleet.alarmTuning.list(now).find((each) => each.pool === pool && each.signal === signal)?.decades ?? 0;
  const rarer = decades < 0 ? `${formatFactor(decades)} less rare` : `${formatFactor(decades)} rarer`;
  fleet.addFact({
    at: now,
    pool,
    what: `an alarm of ${signal.replaceAll('_', ' ')} must be ${decades === 0 ? 'as rare as the budget says' : rarer}`,
    reason: `${said.by} said: ${verdict.replaceAll('_', ' ')}`,
  });
}

function formatFactor(decades: number): string {
  return `${Math.round(10 ** Math.abs(decades))} times`;
}

function tune(
  fleet: Fleet,
  told: readonly { readonly pool: string; readonly signal: string }[],
  verdict: AlarmVerdict,
  now: number,
): void {
  fleet.alarmTuning.learn(told, verdict, now);
  fleet.selfMetrics.count('jaegis_incident_feedback_total', { verdict });
  fleet.metadata.setState(alarmTuningKey, fleet.alarmTuning.toJSON());
}

/** Keeps what is known of our own accuracy for the next start. */
export function saveAccuracy(fleet: Fleet): void {
  fleet.metadata.setState(alarmOutcomesKey, fleet.alarmOutcomes.toJSON());
  fleet.metadata.setState(anomalyOutcomesKey, fleet.anomalyOutcomes.toJSON());
  fleet.received.saveTogether(fleet.metadata);
  for (const [key, trust] of fleet.trust) fleet.metadata.setState(`trust/${key}`, trust.toJSON());
}
