import type { AlertCondition } from '@jaegis/alerting';
import type { TogetherAlarm } from '@jaegis/analytics';
import type { Fleet } from './fleet.ts';
import { severityOf } from './severity.ts';

/** Two looks of the alerting loop after the first: a hiccup of one scrape is over by then. */
const heldForMs = 10_000;
const namesTold = 3;

/** Series from outside that are strange together (analytics: together-watch.ts). What one of them means is not known; many at once is news. */
export function receivedConditions(fleet: Fleet, now: number): AlertCondition[] {
  return fleet.received
    .alarms(now, (anomaly) => anomaly.score >= fleet.alarmTuning.leastScore(anomaly, now) - 1e-9)
    .map((alarm) => conditionOf(fleet, alarm));
}

function conditionOf(fleet: Fleet, alarm: TogetherAlarm): AlertCondition {
  const { pool, pools, agents, series, metrics, worst } = alarm;
  const isOneAgent = pools.length === 1 && agents.length === 1 && worst.agent === agents[0];
  const where = isOneAgent ? agents[0]! : pool || 'series without a pool';
  const others = pools.filter((each) => each !== pool).length;
  const more = others === 0 ? '' : ` and of ${others} more ${others === 1 ? 'pool' : 'pools'}`;
  return {
    key: `together/${pool}`,
    kind: 'anomaly',
    severity: severityOf(fleet, pool, 'warning'),
    pool,
    agent: isOneAgent ? agents[0]! : null,
    signal: metrics[0]!,
    summary: `${where}: ${series} series${more} are not as expected, all at once`,
    reason: `${named(metrics, 'metric')}${agents.length > 1 ? ` of ${named(agents, 'agent')}` : ''}; the worst: ${worst.reason}`,
    forMs: heldForMs,
  };
}

/** "a, b, c and 17 more metrics". */
function named(names: readonly string[], what: string): string {
  const told = names.slice(0, namesTold).join(', ');
  const rest = names.length - namesTold;
  return rest > 0 ? `${told} and ${rest} more ${what}${rest === 1 ? '' : 's'}` : told;
}
