/**
 * Which of an incident's alerts is the cause, and which only feel it. Plain rules, each of which can be said in a
 * sentence; root cause analysis over metrics is another engine's work:
 *
 * 1. A hard fault (lost agents, failed scaling, missing telemetry) explains slow and failing neighbours; the other way
 *    round is rare. The first hard fault stays the cause.
 * 2. Slowness and errors travel from the called to the caller: of two such, the called one is the cause.
 * 3. Otherwise what began first.
 *
 * Bad at: two unrelated faults in neighbouring pools within the group window, which become one incident.
 */
import type { Alert, AlertKind, Incident } from '@jaegis/model';
import { plural, shortName, titleOf } from './incident-title.ts';
import { bySeverity } from './severity.ts';

/** What an incident knows of the fleet around it. */
export interface Surroundings {
  /** True when either pool calls the other. */
  readonly linked?: (poolA: string, poolB: string) => boolean;
  /** True when `caller` calls `callee`; without it the order in time decides. */
  readonly calls?: (caller: string, callee: string) => boolean;
  /** How many agents a pool has (stopped ones left out); `null` when not known. */
  readonly agentsIn?: (pool: string) => number | null;
}

/** Alerts of one pool and kind, worst first. */
export interface AlertGroup {
  readonly pool: string;
  readonly kind: AlertKind;
  readonly alerts: readonly Alert[];
  readonly since: number;
}

const evidenceLimit = 20;

/** Whether an alert says by itself what is broken: something is gone or fails, rather than being unusual. */
export function isHardFault(kind: AlertKind): boolean {
  return (
    kind === 'agent_lost' || kind === 'scaling_failed' || kind === 'telemetry_missing' || kind === 'storage_failed'
  );
}

export function groupAlerts(alerts: Iterable<Alert>): AlertGroup[] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = `${alert.pool}\u0000${alert.kind}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [alert]);
    else group.push(alert);
  }
  return [...groups.values()].map((group) => {
    group.sort((a, b) => bySeverity(a.severity, b.severity) || excess(b) - excess(a) || a.activeAt - b.activeAt);
    const since = group.reduce((first, alert) => Math.min(first, alert.activeAt), Number.POSITIVE_INFINITY);
    return { pool: group[0]!.pool, kind: group[0]!.kind, alerts: group, since };
  });
}

/** The group that explains the others best. `groups` must not be empty. */
export function causeAmong(groups: readonly AlertGroup[], around: Surroundings): AlertGroup {
  const inOrder = [...groups].sort((a, b) => a.since - b.since);
  return inOrder.reduce((cause, other) => (explains(other, cause, around) ? other : cause));
}

function explains(other: AlertGroup, cause: AlertGroup, { calls }: Surroundings): boolean {
  const isHard = isHardFault(cause.kind);
  if (isHard || isHardFault(other.kind)) return !isHard;
  if (other.pool === cause.pool || calls === undefined) return false;
  return (
    travelsToCallers(other) &&
    travelsToCallers(cause) &&
    calls(cause.pool, other.pool) &&
    !calls(other.pool, cause.pool)
  );
}

function travelsToCallers(group: AlertGroup): boolean {
  return group.alerts.some((alert) => alert.signal?.startsWith('latency') || alert.signal === 'error_rate');
}

export function describeCause(
  cause: AlertGroup,
  symptoms: readonly AlertGroup[],
  around: Surroundings,
): Incident['cause'] {
  const agents = new Set(cause.alerts.map((alert) => alert.agent));
  const [only] = agents;
  const evidence = cause.alerts.slice(0, evidenceLimit).map((alert) => {
    return alert.agent === null ? alert.reason : `${alert.agent}: ${alert.reason}`;
  });
  const more = cause.alerts.length - evidence.length;
  if (more > 0) evidence.push(`and ${more} more like these`);
  const callers = [...new Set(symptoms.map((group) => group.pool))].filter(
    (pool) => pool !== cause.pool && around.calls?.(pool, cause.pool),
  );
  if (callers.length > 0) {
    const verb = callers.length === 1 ? 'calls' : 'call';
    evidence.push(`${callers.map(shortName).join(', ')} ${verb} ${shortName(cause.pool)} and felt it`);
  }
  return {
    component: agents.size === 1 && only != null ? only : cause.pool,
    kind: cause.kind,
    confidence: confidenceOf(cause, callers.length),
    evidence,
  };
}

/** How sure these rules can be: a fault that was seen is near certain, the first of several slow pools is a guess. */
function confidenceOf(cause: AlertGroup, callers: number): number {
  if (isHardFault(cause.kind)) return 0.9;
  if (cause.kind === 'forecast_breach') return 0.4;
  return Math.min(0.8, 0.5 + 0.1 * callers + (cause.alerts.length > 1 ? 0.1 : 0));
}

/** What others felt of it, in words, worst first. */
export function describeSymptoms(groups: readonly AlertGroup[], around: Surroundings): string[] {
  const sorted = [...groups].sort(
    (a, b) => bySeverity(a.alerts[0]!.severity, b.alerts[0]!.severity) || a.since - b.since,
  );
  const shown = sorted.slice(0, 20).map((group) => titleOf(group.alerts, around.agentsIn?.(group.pool) ?? null));
  const hidden = sorted.length - shown.length;
  return hidden > 0 ? [...shown, `and ${plural(hidden, 'more symptom')}`] : shown;
}

/** How far beyond what was expected, for finding the worst of many alike. */
function excess(alert: Alert): number {
  const { value, expected } = alert;
  if (value == null || expected == null || !(expected > 0)) return 0;
  return Math.max(value / expected, expected / Math.max(value, expected * 1e-6));
}
