import type { Agent } from '@jaegis/model';

export interface Coverage {
  readonly expected: number;
  readonly received: number;
  /** Instance ids that should be heard and are not; at most 50, then "+12 more". */
  readonly missing: readonly string[];
}

const mostNamed = 50;
/** One interval plus jitter may pass between two signs of life. */
const lateIntervals = 1.5;

/** Who should have been heard by now, and who was. Agents that said goodbye are not expected. */
export function fleetCoverage(agents: Iterable<Agent>, now: number): Coverage {
  let expected = 0;
  const missing: string[] = [];
  for (const agent of agents) {
    if (agent.connectivity === 'stopped') continue;
    expected++;
    const isLate = now - agent.lastSeen > lateIntervals * agent.heartbeatIntervalMs;
    if (agent.connectivity !== 'live' || isLate) missing.push(agent.instanceId);
  }
  const received = expected - missing.length;
  const named = missing.slice(0, mostNamed);
  if (missing.length > mostNamed) named.push(`+${missing.length - mostNamed} more`);
  return { expected, received, missing: named };
}
