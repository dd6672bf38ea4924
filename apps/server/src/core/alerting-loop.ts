import { scoreAlarms } from './alarm-accuracy.ts';
import { gatherConditions } from './conditions.ts';
import type { Fleet } from './fleet.ts';

/** Every 5 s: what is wrong becomes alerts, alerts become incidents, people are told once. */
export async function runAlerting(fleet: Fleet, now: number): Promise<void> {
  const { alerts, incidents, metadata, events } = fleet;
  fleet.exhaustion.read(fleet, now);
  const conditions = await gatherConditions(fleet, now);
  scoreAlarms(fleet, conditions, now);
  const changed = alerts.evaluate(conditions, now, (alert) => alert.kind === 'rule' && !fleet.rules.isSettled);
  const result = incidents.apply(changed, { now, notes: fleet.takeFacts() });
  const told = new Map(changed.map((alert) => [alert.id, alert]));
  for (const [alertId, incidentId] of result.assigned) {
    const assigned = alerts.assign(alertId, incidentId);
    if (assigned !== undefined) told.set(alertId, assigned);
  }
  for (const alert of told.values()) {
    // One that went away again before it was told too, or it would be pending there for good.
    metadata.saveAlert(alert);
    events.publish({ event: 'alert', data: alert });
    fleet.selfMetrics.count('jaegis_alerts_total', { kind: alert.kind, state: alert.state });
  }
  const firing = alerts.active().filter((alert) => alert.state === 'firing');
  const troubled = firing.flatMap(({ kind, pool }) => (kind === 'anomaly' || pool === '' ? [] : [pool]));
  fleet.anomalyOutcomes.see(new Set(troubled), now);
  for (const sink of fleet.alertSinks) sink.alerts(firing, now);
  for (const incident of result.changed) {
    metadata.saveIncident(incident);
    events.publish({ event: 'incident', data: incident });
  }
  for (const notification of fleet.silencing.pass(result.notifications, fleet, now)) {
    fleet.selfMetrics.count('jaegis_notifications_total');
    for (const receiver of fleet.receivers) {
      receiver
        .send(notification)
        .catch((error: unknown) => fleet.log.warn({ err: error }, `Cannot notify: ${String(error)}`));
    }
  }
}
