import { parseHeartbeat } from '@jaegis/ingest';
import type { AgentCommand, AgentCommandKind, HeartbeatAnswer } from '@jaegis/model';
import type { Target } from '@jaegis/targets';
import type { Fleet } from './fleet.ts';

export type HeartbeatOutcome =
  | { readonly ok: true; readonly answer: HeartbeatAnswer }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string };

/** One heartbeat as it came: checked, taken by the registry, answered with the interval and any commands. */
export function takeHeartbeat(fleet: Fleet, id: string, body: Uint8Array): HeartbeatOutcome {
  const parsed = parseHeartbeat(body);
  if (!parsed.ok) return refuse(fleet, { status: 400, code: parsed.reason, message: parsed.error });
  const { heartbeat } = parsed;
  if (heartbeat.instanceId !== id) {
    return refuse(fleet, {
      status: 400,
      code: 'wrong_instance',
      message: `Cannot take heartbeat for ${JSON.stringify(id.slice(0, 200))}: instanceId is ${JSON.stringify(heartbeat.instanceId)}, must be the one in the path`,
    });
  }
  const result = fleet.registry.heartbeat(heartbeat, fleet.clock.now(), {
    supervised: isSupervised(fleet, heartbeat.pool, id),
  });
  if (!result.ok) return refuse(fleet, { status: 429, code: result.reason, message: result.message });
  fleet.counters.heartbeats(1);
  if (result.isNew) {
    fleet.pools.ensure(heartbeat.pool);
    keepNew(fleet, [id]);
  }
  return { ok: true, answer: result.answer };
}

function refuse(fleet: Fleet, refusal: { status: number; code: string; message: string }): HeartbeatOutcome {
  fleet.counters.rejected('heartbeat', refusal.code, 1);
  return { ok: false, ...refusal };
}

/** True when one of our targets runs it. Asked of the target itself: a child's first heartbeat comes before our next look. */
export function isSupervised(fleet: Fleet, pool: string, instanceId: string): boolean {
  const target = fleet.pools.get(pool)?.target;
  if (target === undefined) return false;
  if (target.pids !== undefined) return target.pids().has(instanceId);
  return target.observe(fleet.clock.now()).instances.some((instance) => instance.instanceId === instanceId);
}

/**
 * A command for an agent. Its supervisor carries out restart and kill (it works on a hung agent too) and drain; the
 * rest waits for the agent's next heartbeat.
 */
export function commandAgent(
  fleet: Fleet,
  targets: ReadonlyMap<string, Target>,
  command: { id: string; kind: AgentCommandKind; reason: string },
): AgentCommand | undefined {
  const { id, kind, reason } = command;
  const now = fleet.clock.now();
  const agent = fleet.registry.get(id);
  if (agent === undefined) return undefined;
  fleet.log.info({ agent: id, kind, reason }, `${id}: ${kind}, ${reason}`);
  const target = isSupervised(fleet, agent.pool, id) ? targets.get(agent.pool) : undefined;
  if (target !== undefined && kind !== 'pause' && kind !== 'resume') {
    const done =
      kind === 'restart'
        ? target.restart(id, reason, now)
        : kind === 'kill'
          ? target.kill(id, reason, now)
          : target.stopInstance(id, { drain: true });
    done.catch((error: unknown) =>
      fleet.log.error({ agent: id, err: error }, `Cannot ${kind} ${id}: ${String(error)}`),
    );
    return { id: fleet.nextId('c', now), kind, at: now, reason };
  }
  return fleet.registry.command(id, kind, reason, now);
}

/**
 * Forgets an agent that is gone and will not come back, and with it that it is lost. One that is heard is left alone: it
 * would be here again with its next heartbeat.
 */
export function removeAgent(fleet: Fleet, id: string): 'removed' | 'heard' | undefined {
  const agent = fleet.registry.get(id);
  if (agent === undefined) return undefined;
  if (agent.connectivity !== 'lost' && agent.connectivity !== 'stopped') return 'heard';
  const reason = 'removed by a person';
  fleet.registry.remove(id);
  fleet.lostLately.delete(id);
  fleet.log.info({ agent: id, pool: agent.pool }, `${id}: ${reason}`);
  fleet.addFact({
    at: fleet.clock.now(),
    pool: agent.pool,
    what: `${id} was removed`,
    reason: 'asked for by a person',
  });
  fleet.events.publish({ event: 'agent', data: { ...agent, connectivity: 'stopped', connectivityReason: reason } });
  return 'removed';
}

/** New agents are kept before they are answered: what was registered survives a kill a moment later. */
export function keepNew(fleet: Fleet, instanceIds: readonly string[]): void {
  const agents = instanceIds.map((id) => fleet.registry.get(id)).filter((agent) => agent !== undefined);
  if (agents.length > 0) fleet.metadata.saveAgents(agents);
}
