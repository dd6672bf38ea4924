/**
 * The whole fleet in one report. Parts of 0..100: agents (the mean of their scores, pulled to the worst tenth),
 * connectivity, incidents, alerts, anomalies, forecasts, coverage; the score is ruled by the worst, like an agent's, but
 * softer (half), because in a large fleet something is always wrong somewhere.
 */
import type { Agent, Alert, Anomaly, FleetReport, FleetState, Forecast, HealthPart, Incident } from '@jaegis/model';
import { type Coverage, fleetCoverage } from './fleet-coverage.ts';

export interface FleetInput {
  readonly agents: readonly Agent[];
  /** Open ones. */
  readonly anomalies?: readonly Anomaly[] | undefined;
  readonly forecasts?: readonly Forecast[] | undefined;
  /** Pending and firing ones. */
  readonly alerts?: readonly Alert[] | undefined;
  /** Open and acknowledged ones. */
  readonly incidents?: readonly Incident[] | undefined;
  /** Derived from the agents when left out. */
  readonly coverage?: Coverage | undefined;
  /** From assessments, decisions, incidents; the report puts its own before them. */
  readonly recommendations?: readonly string[] | undefined;
  /** Weight of a pool's agents, 1 when left out: what is important counts more. */
  readonly importanceOf?: ((pool: string) => number) | undefined;
  readonly historySince?: number | null | undefined;
}

const mostRecommendations = 12;

/** The report of the fleet at `now` (epoch milliseconds). Without agents its state is `empty`, its score 100. */
export function fleetReport(input: FleetInput, now: number): FleetReport {
  const counts = { live: 0, suspect: 0, lost: 0, stopped: 0 };
  for (const agent of input.agents) counts[agent.connectivity]++;
  const coverage = input.coverage ?? fleetCoverage(input.agents, now);
  const anomalies = (input.anomalies ?? []).filter((each) => each.endedAt === null);
  const alerts = (input.alerts ?? []).filter((each) => each.state === 'firing' || each.state === 'pending');
  const incidents = (input.incidents ?? []).filter((each) => each.state !== 'resolved');
  const present = input.agents.filter((agent) => agent.connectivity !== 'stopped');
  const parts: Record<string, HealthPart> =
    present.length === 0
      ? {}
      : {
          agents: agentsPart(present, input.importanceOf),
          connectivity: connectivityPart(counts, present.length),
          incidents: incidentsPart(incidents),
          alerts: alertsPart(alerts),
          anomalies: anomaliesPart(anomalies, present.length),
          coverage: coveragePart(coverage),
        };
  const score = present.length === 0 ? 100 : fleetScore(parts);
  return {
    generatedAt: now,
    historySince: input.historySince ?? null,
    score,
    state: stateOf(score, present.length),
    parts,
    agents: counts,
    anomalies,
    forecasts: input.forecasts ?? [],
    alerts,
    incidents,
    coverage,
    recommendations: recommendations(input, present, incidents),
  };
}

function stateOf(score: number, present: number): FleetState {
  if (present === 0) return 'empty';
  return score >= 80 ? 'healthy' : score >= 50 ? 'degraded' : 'unhealthy';
}

function fleetScore(parts: Readonly<Record<string, HealthPart>>): number {
  const scores = Object.values(parts).map((part) => part.score);
  const mean = scores.reduce((sum, each) => sum + each, 0) / scores.length;
  return Math.round(0.5 * Math.min(...scores) + 0.5 * mean);
}

function agentsPart(agents: readonly Agent[], importanceOf: ((pool: string) => number) | undefined): HealthPart {
  const known = agents.filter((agent) => agent.connectivity !== 'lost' && agent.health !== 'unknown');
  if (known.length === 0) return { score: 100, reason: 'no agent was assessed yet' };
  let sum = 0;
  let weight = 0;
  for (const agent of known) {
    const own = Math.max(0, importanceOf?.(agent.pool) ?? 1);
    sum += own * agent.score;
    weight += own;
  }
  const mean = weight > 0 ? sum / weight : 100;
  const lowest = known.map((agent) => agent.score).sort((a, b) => a - b)[Math.floor((known.length - 1) / 10)]!;
  const bad = known.filter((agent) => agent.health === 'unhealthy').length;
  const degraded = known.filter((agent) => agent.health === 'degraded').length;
  const well = known.length - bad - degraded;
  const reason = `${well} of ${known.length} agents healthy${bad + degraded > 0 ? `, ${degraded} degraded, ${bad} unhealthy` : ''}`;
  return { score: Math.round(0.6 * mean + 0.4 * lowest), reason };
}

function connectivityPart(counts: FleetReport['agents'], present: number): HealthPart {
  const share = (counts.lost + 0.3 * counts.suspect) / present;
  const score = Math.round(100 * Math.max(0, 1 - 2 * share) - (counts.lost > 0 ? 5 : 0));
  const reason = `${counts.live} of ${present} live, ${counts.suspect} suspect, ${counts.lost} lost`;
  return { score: Math.max(0, score), reason };
}

function incidentsPart(incidents: readonly Incident[]): HealthPart {
  if (incidents.length === 0) return { score: 100, reason: 'no open incident' };
  const cost = { critical: 50, warning: 25, info: 8 };
  const worst = [...incidents].sort((a, b) => cost[b.severity] - cost[a.severity])[0]!;
  const score = Math.max(0, 100 - cost[worst.severity] - 5 * (incidents.length - 1));
  return { score, reason: `${incidents.length} open: ${worst.title}` };
}

function alertsPart(alerts: readonly Alert[]): HealthPart {
  const firing = alerts.filter((each) => each.state === 'firing');
  if (firing.length === 0) return { score: 100, reason: 'no alert is firing' };
  const cost = { critical: 35, warning: 15, info: 4 };
  const worst = [...firing].sort((a, b) => cost[b.severity] - cost[a.severity])[0]!;
  const score = Math.max(10, 100 - cost[worst.severity] - 3 * (firing.length - 1));
  return { score, reason: `${firing.length} firing: ${worst.summary}` };
}

function anomaliesPart(anomalies: readonly Anomaly[], present: number): HealthPart {
  if (anomalies.length === 0) return { score: 100, reason: 'nothing is unusual' };
  const agents = new Set(anomalies.map((each) => each.agent ?? each.pool)).size;
  const score = Math.max(40, Math.round(92 - 60 * Math.min(1, agents / Math.max(present, 4))));
  return { score, reason: `${anomalies.length} open, e.g. ${anomalies[0]!.reason}` };
}

function coveragePart(coverage: Coverage): HealthPart {
  const { expected, received, missing } = coverage;
  if (expected === 0) return { score: 100, reason: 'nobody is expected to report' };
  const score = Math.round((100 * received) / expected);
  const named =
    missing.length > 0 ? `, missing ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' ...' : ''}` : '';
  return { score, reason: `${received} of ${expected} expected agents heard in time${named}` };
}

function recommendations(
  input: FleetInput,
  present: readonly Agent[],
  incidents: readonly Incident[],
): readonly string[] {
  const out: string[] = [];
  const critical = incidents.find((each) => each.severity === 'critical');
  if (critical !== undefined) out.push(`Start with the incident "${critical.title}"`);
  const lost = new Map<string, number>();
  for (const agent of present) if (agent.connectivity === 'lost') lost.set(agent.pool, (lost.get(agent.pool) ?? 0) + 1);
  for (const [pool, count] of [...lost].sort((a, b) => b[1] - a[1]).slice(0, 3)) {
    out.push(
      `Find out why ${count} ${count === 1 ? 'agent' : 'agents'} of ${pool} ${count === 1 ? 'is' : 'are'} lost, or remove them`,
    );
  }
  for (const text of input.recommendations ?? []) if (!out.includes(text)) out.push(text);
  if (present.length === 0 && out.length === 0) {
    out.push('Connect a first agent: point its OpenTelemetry exporter at this server, or use the agent SDK');
  }
  return out.slice(0, mostRecommendations);
}
