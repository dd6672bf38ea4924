import { formatDuration } from '@jaegis/std';
import type { TargetObservation } from '@jaegis/targets';

/** Why replicas that were ordered are not there, in one sentence; empty where nothing is missing. */
export function targetProblem(observation: TargetObservation, now: number): string {
  if (!observation.healthy) return observation.message;
  const missing = observation.instances.filter(({ state }) => state !== 'ready' && state !== 'draining');
  const one = missing.find(({ lastExit }) => lastExit !== null) ?? missing[0];
  const { pending } = observation.replicas;
  if (one === undefined) return pending === 0 ? '' : `the target counts ${pending} on the way and shows none of them`;
  const { instanceId, lastExit, startedAt, reason } = one;
  const said =
    lastExit?.reason ??
    (startedAt === null ? reason : `started ${formatDuration(now - startedAt)} ago and not ready yet`);
  return `${instanceId}: ${said}`;
}
