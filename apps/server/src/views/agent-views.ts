import type { Agent, AgentSummary, SignalName } from '@jaegis/model';
import type { Fleet } from '../core/fleet.ts';

const letters = { ok: 'o', busy: 'b', draining: 'd', error: 'e', missed: 'm' } as const;

/** Table rows; with `since` only agents that were heard of or changed after it. */
export function agentSummaries(fleet: Fleet, since: number | undefined): AgentSummary[] {
  const agents = since === undefined ? fleet.registry.list() : fleet.registry.listTouchedSince(since);
  return agents.map((agent) => summaryOf(fleet, agent));
}

function summaryOf(fleet: Fleet, agent: Agent): AgentSummary {
  const signals = fleet.signals.agent(agent.instanceId)?.signals;
  const isGone = agent.connectivity === 'lost' || agent.connectivity === 'stopped';
  const value = (name: SignalName): number | null => (isGone ? null : (signals?.[name]?.value ?? null));
  return {
    instanceId: agent.instanceId,
    pool: agent.pool,
    connectivity: agent.connectivity,
    health: agent.health,
    score: agent.score,
    reason: agent.connectivity === 'live' ? (agent.reasons[0] ?? '') : agent.connectivityReason,
    lastSeen: agent.lastSeen,
    version: agent.version,
    region: agent.labels['cloud.region'] ?? '',
    beats: agent.beats.map((beat) => letters[beat.status]).join(''),
    latencyP95: value('latency_p95'),
    rate: value('request_rate'),
    errorRate: value('error_rate'),
    queueLength: value('queue_length'),
    cpu: value('cpu_utilization'),
    memoryBytes: value('memory_bytes'),
    tokensRate: value('tokens_rate'),
    costRate: value('cost_rate'),
  };
}
