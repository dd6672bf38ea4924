import type { Fleet } from './fleet.ts';
import { gatherConditions } from './conditions.ts';

/** Every 5 s: what is wrong becomes alerts, alerts become incidents, people are told once. */
export async function runAlerting(fleet: Fleet, now: number): Promise<void> {
  const { alerts, incidents, metadata, events } = fleet;
  const changed = alerts.evaluate(gatherConditions(fleet, now), now);
  const result = incidents.apply(changed, { now });
  const incidentOf = new Map(result.changed.flatMap((incident) => incident.alerts.map((alert) => [alert, incident.id] as const)));
  for (const alert of changed) {
    const told = { ...alert, incident: incidentOf.get(alert.id) ?? alert.incident };
    metadata.saveAlert(told);
    events.publish({ event: 'alert', data: told });
    fleet.selfMetrics.count('jaegis_alerts_total', { kind: alert.kind, state: alert.state });
  }
  for (const incident of result.changed) {
    metadata.saveIncident(incident);
    events.publish({ event: 'incident', data: incident });
  }
  for (const notification of result.notifications) {
    fleet.selfMetrics.count('jaegis_notifications_total');
    for (const receiver of fleet.receivers) receiver.send(notification).catch((error: unknown) => fleet.log.warn({ err: error }, `Cannot notify ${receiver.name}: ${String(error)}`));
  }
}
