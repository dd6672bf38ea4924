import type { AlertCondition } from '@jaegis/alerting';
import { startupOf } from '@jaegis/scaling';
import { formatDuration } from '@jaegis/std';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';
import { severityOf } from './severity.ts';
import { targetProblem } from './target-problem.ts';

/** Without one becoming ready for so many usual start-ups, and so long at least, replicas on the way are not coming. */
const startups = 4;
const leastMs = 60_000;

/** A target that cannot be reached, processes that do not stay up, and processes that run and never become ready. */
export function failingTarget(fleet: Fleet, entry: PoolEntry, now: number): AlertCondition[] {
  const { observation, name } = entry;
  if (observation === undefined) return [];
  const { healthy, instances, replicas } = observation;
  const failing = instances.filter(
    ({ state, restarts }) => state === 'failed' || (state === 'backoff' && restarts >= 3),
  );
  const waitedMs = now - (entry.state.waitingSince ?? now);
  const startupMs = entry.scaling === undefined ? leastMs : startupOf(entry.scaling, entry.state);
  const isWaiting = replicas.pending > 0 && waitedMs > Math.max(leastMs, startups * startupMs);
  const summary = !healthy
    ? `${name} cannot be scaled`
    : failing.length > 0
      ? `${name}: ${failing.length} of ${instances.length} processes do not stay up`
      : isWaiting
        ? `${name}: none of ${replicas.pending} on the way became ready for ${formatDuration(waitedMs)} (a start takes ${formatDuration(startupMs)})`
        : undefined;
  if (summary === undefined) return [];
  return [
    {
      key: `scaling/${name}`,
      kind: 'scaling_failed',
      severity: severityOf(fleet, name, 'critical'),
      pool: name,
      agent: null,
      signal: null,
      summary,
      reason: healthy && failing.length > 0 ? failing[0]!.reason : targetProblem(observation, now),
    },
  ];
}
