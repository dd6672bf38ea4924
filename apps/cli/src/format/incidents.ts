import type { Alert, Decision, Incident } from '@jaegis/model';
import { formatDuration } from '@jaegis/std';
import { stateCell } from './state.ts';
import { formatTable, type Layout } from './table.ts';
import { ago, clockTime } from './time.ts';

type Options = Layout & { now: number };

export function formatIncidents(incidents: readonly Incident[], options: Options): string {
  if (incidents.length === 0) return 'No incidents. Nothing has gone wrong that alerts were raised for.\n';
  return formatTable(
    [
      { title: 'INCIDENT' },
      { title: 'STATE' },
      { title: 'SEVERITY', dropRank: 2 },
      { title: 'POOL', shrinkTo: 10, cut: 'middle', dropRank: 3 },
      { title: 'STARTED', align: 'right' },
      { title: 'LASTED', align: 'right', dropRank: 1 },
      { title: 'TITLE', shrinkTo: 16, ownLineBelow: 40 },
    ],
    incidents.map((incident) => [
      incident.id,
      stateCell(incident.state),
      stateCell(incident.severity),
      incident.pool,
      ago(incident.startedAt, options.now),
      formatDuration((incident.endedAt ?? options.now) - incident.startedAt),
      incident.title,
    ]),
    options,
  );
}

export function formatAlerts(alerts: readonly Alert[], options: Options): string {
  if (alerts.length === 0) return 'No alerts.\n';
  return formatTable(
    [
      { title: 'ALERT', dropRank: 2 },
      { title: 'STATE' },
      { title: 'SEVERITY', dropRank: 1 },
      { title: 'KIND', dropRank: 3 },
      { title: 'SUBJECT', shrinkTo: 12, cut: 'middle' },
      { title: 'SINCE', align: 'right' },
      { title: 'SUMMARY', shrinkTo: 16, ownLineBelow: 40 },
    ],
    alerts.map((alert) => [
      alert.id,
      stateCell(alert.state),
      stateCell(alert.severity),
      alert.kind,
      alert.agent ?? alert.pool,
      ago(alert.activeAt, options.now),
      alert.summary,
    ]),
    options,
  );
}

export function formatDecisions(decisions: readonly Decision[], options: Options): string {
  if (decisions.length === 0)
    return 'No decisions yet.\nA pool with a target is decided on every few seconds; what is new is kept.\n';
  return formatTable(
    [
      { title: 'AT' },
      { title: 'DECISION', dropRank: 1 },
      { title: 'POOL', shrinkTo: 12, cut: 'middle' },
      { title: 'CHANGE', align: 'right' },
      { title: 'REASON' },
      { title: 'ACTION', dropRank: 2 },
      { title: 'MESSAGE', shrinkTo: 16, ownLineBelow: 40 },
    ],
    decisions.map((decision) => [
      clockTime(decision.at, options.now),
      decision.id,
      decision.pool,
      {
        text: decision.from === decision.to ? `${decision.to}` : `${decision.from}→${decision.to}`,
        tone: decision.to > decision.from ? 'warn' : decision.to < decision.from ? 'accent' : 'dim',
      },
      decision.reason,
      stateCell(decision.action.state),
      decision.message,
    ]),
    options,
  );
}

/** One line for a stream that has no columns to align. */
export function decisionLine(decision: Decision, now: number): string {
  const change = decision.from === decision.to ? `stays ${decision.to}` : `${decision.from}→${decision.to}`;
  return `${clockTime(decision.at, now)}  ${decision.pool}  ${change}  ${decision.reason}  ${decision.message}`;
}

export function incidentLine(incident: Incident, now: number): string {
  return `${clockTime(incident.endedAt ?? incident.startedAt, now)}  ${incident.id}  ${stateCell(incident.state).text}  ${incident.pool}  ${incident.title}`;
}

export function alertLine(alert: Alert, now: number): string {
  const at = alert.resolvedAt ?? alert.firedAt ?? alert.activeAt;
  return `${clockTime(at, now)}  ${alert.id}  ${stateCell(alert.state).text}  ${alert.agent ?? alert.pool}  ${alert.summary}`;
}
