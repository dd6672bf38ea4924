/**
 * The body that Alertmanager's webhook receivers get (version 4, prometheus.io/docs/alerting/latest/configuration,
 * webhook_config), so that whatever understands Alertmanager understands us. One incident is one group. Everything that
 * Alertmanager has no word for is under `jaegis`.
 */
import type { Alert, Notification } from '@jaegis/model';

export interface AlertmanagerAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly startsAt: string;
  /** RFC 3339; the year 1 while it fires. */
  readonly endsAt: string;
  readonly generatorURL: string;
  /** 16 hex digits, the same for the same alert. */
  readonly fingerprint: string;
}

export interface AlertmanagerBody {
  readonly version: '4';
  readonly groupKey: string;
  readonly truncatedAlerts: number;
  readonly status: 'firing' | 'resolved';
  readonly receiver: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly commonAnnotations: Readonly<Record<string, string>>;
  readonly externalURL: string;
  readonly alerts: readonly AlertmanagerAlert[];
  readonly jaegis: Pick<Notification, 'id' | 'kind' | 'at' | 'reason' | 'incident'>;
}

const neverEnded = '0001-01-01T00:00:00Z';

/** A notification in the form of Alertmanager's webhook, version 4. Without an external URL nothing links to the dashboard. */
export function alertmanagerBody(
  notification: Notification,
  o: { readonly receiver: string; readonly externalUrl: string },
): AlertmanagerBody {
  const { id, kind, at, reason, incident } = notification;
  const page = o.externalUrl === '' ? '' : `${o.externalUrl}/incidents/${encodeURIComponent(incident.id)}`;
  const alerts = notification.alerts.map((alert) => alertOf(alert, { page, isOver: kind === 'resolved', at }));
  return {
    version: '4',
    groupKey: `{}:{incident=${JSON.stringify(incident.id)}}`,
    truncatedAlerts: Math.max(0, incident.alerts.length - alerts.length),
    status: kind === 'resolved' ? 'resolved' : 'firing',
    receiver: o.receiver,
    groupLabels: { incident: incident.id, pool: incident.pool },
    commonLabels: inCommon(alerts.map((alert) => alert.labels)),
    commonAnnotations: { summary: incident.title, description: incident.cause.evidence[0] ?? reason },
    externalURL: o.externalUrl,
    alerts,
    jaegis: { id, kind, at, reason, incident },
  };
}

function alertOf(alert: Alert, o: { page: string; isOver: boolean; at: number }): AlertmanagerAlert {
  const isResolved = o.isOver || alert.state === 'resolved';
  return {
    status: isResolved ? 'resolved' : 'firing',
    labels: labelsOf(alert),
    annotations: annotationsOf(alert),
    startsAt: rfc3339(alert.firedAt ?? alert.activeAt),
    endsAt: isResolved ? rfc3339(alert.resolvedAt ?? o.at) : neverEnded,
    generatorURL: o.page,
    fingerprint: fingerprintOf(alert),
  };
}

/** The labels by which Alertmanager tells alerts apart: those of a rule, or of a condition of ours. */
export function labelsOf(alert: Alert): Record<string, string> {
  const labels: Record<string, string> = { ...alert.labels };
  labels['alertname'] ??= alert.kind
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  labels['severity'] ??= alert.severity;
  labels['pool'] = alert.pool;
  if (alert.agent !== null) labels['instance'] = alert.agent;
  if (alert.signal !== null) labels['signal'] = alert.signal;
  return labels;
}

/** What is told of an alert in sentences; its own annotations win over ours. */
export function annotationsOf(alert: Alert): Record<string, string> {
  return { summary: alert.summary, description: alert.reason, ...alert.annotations };
}

function inCommon(all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first, ...rest] = all;
  const common: Record<string, string> = {};
  for (const [name, value] of Object.entries(first ?? {})) {
    if (rest.every((labels) => labels[name] === value)) common[name] = value;
  }
  return common;
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

/** 16 hex digits, the same for the same alert. */
export function fingerprintOf(alert: Alert): string {
  return hex64(alert.id);
}

/** FNV-1a over the text, twice with different starts. */
function hex64(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
