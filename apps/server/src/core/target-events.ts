import type { TargetEvent } from '@jaegis/targets';
import type { Fleet } from './fleet.ts';
import { learnFromExit } from './size-loop.ts';

/** What a supervisor saw of its children goes to the registry at once: an exit needs no missed heartbeats to be certain. */
export function handleTargetEvent(fleet: Fleet, event: TargetEvent): void {
  const { registry, log } = fleet;
  learnFromExit(fleet, event);
  const fields = { pool: event.pool, agent: event.instanceId, pid: event.pid };
  switch (event.kind) {
    case 'exited':
    case 'backoff':
      log.warn(fields, `${event.instanceId}: ${event.reason}`);
      registry.exited(event.instanceId, event.reason, event.at);
      break;
    case 'drained':
    case 'killed':
      log.info(fields, `${event.instanceId}: ${event.reason}`);
      registry.stopped(event.instanceId, event.reason, event.at);
      break;
    default:
      log.info(fields, `${event.instanceId} ${event.kind}: ${event.reason}`);
  }
  if (event.kind !== 'ready')
    fleet.addFact({ at: event.at, pool: event.pool, what: `${event.instanceId} ${event.kind}`, reason: event.reason });
  fleet.selfMetrics.count('jaegis_target_events_total', { pool: event.pool, kind: event.kind });
}
