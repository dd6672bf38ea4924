import type { Alert, Incident, Notification, Severity } from '@jaegis/model';

const at = 1_700_000_000_000;

export function notification(
  id = 'incident-1/opened',
  more: Partial<Notification> & { severity?: Severity } = {},
): Notification {
  const { severity = 'critical', ...rest } = more;
  const alert: Alert = {
    id: 'alert-1',
    kind: 'agent_lost',
    state: 'firing',
    severity,
    pool: 'research/reader',
    agent: 'reader-3',
    signal: null,
    labels: { 'host.name': 'a' },
    summary: 'reader-3 is lost.',
    reason: 'no heartbeat for 94 s (expected every 30 s)',
    activeAt: at,
    firedAt: at,
    resolvedAt: null,
    incident: 'incident-1',
  };
  const incident: Incident = {
    id: 'incident-1',
    state: 'open',
    severity,
    pool: 'research/reader',
    startedAt: at,
    endedAt: null,
    title: 'reader lost 1 of 8 agents',
    cause: { component: 'reader-3', kind: 'agent_lost', confidence: 0.9, evidence: ['no heartbeat for 94 s'] },
    symptoms: [],
    alerts: ['alert-1', 'alert-2'],
    timeline: [],
    acknowledgedBy: null,
    notes: [],
    feedback: [],
  };
  return { id, kind: 'opened', at, incident, alerts: [alert], reason: 'no heartbeat for 94 s', ...rest };
}
