import { formatDuration, formatValue, type Unit } from '@jaegis/std';
import type { Condition } from './conditions.ts';
import type { Exhaustion } from './exhaustion.ts';
import type { Fleet } from './fleet.ts';

const dayMs = 86_400_000;
const words: Readonly<Record<Exhaustion['resource'], { name: string; unit: Unit; leadMs: number; advice: string }>> = {
  disk: { name: 'disk', unit: 'bytes', leadMs: 6 * 3_600_000, advice: 'free space, or keep less' },
  memory: { name: 'memory', unit: 'bytes', leadMs: 15 * 60_000, advice: 'find who grows, or move a pool away' },
  series: {
    name: 'limit of series',
    unit: 'count',
    leadMs: 6 * 3_600_000,
    advice: 'raise the limit, or send fewer labels',
  },
  quota: { name: 'quota', unit: 'count', leadMs: 3_600_000, advice: 'raise it, or let its pools grow less' },
  budget: { name: 'budget', unit: 'usd', leadMs: dayMs, advice: 'raise it, or lower replicas.max' },
};
/** A pace seen for an hour says something of six hours, not of a week. */
const farthest = 6;

/** What will be full soon. A budget that lasts until midnight is no problem. */
export function exhaustionConditions(fleet: Fleet, now: number): Condition[] {
  return fleet.exhaustion.list().flatMap(({ resource, pool, used, limit, since, fills }) => {
    const { name, unit, leadMs, advice } = words[resource];
    const untilMidnight = dayMs - (now % dayMs);
    const reach = Math.min(leadMs, farthest * (now - since), resource === 'budget' ? untilMidnight : leadMs);
    if (fills.at - now > reach) return [];
    const latest =
      fills.latest === null
        ? 'never at the slowest'
        : `${formatDuration(Math.max(0, fills.latest - now))} at the latest`;
    const whose = pool === '' ? fleet.hostName : pool;
    return [
      {
        key: `exhausted/${resource}/${pool}`,
        kind: 'forecast_breach' as const,
        severity: 'warning' as const,
        pool: whose,
        agent: null,
        signal: null,
        summary: `${whose}: the ${name} will be used up in ${formatDuration(Math.max(0, fills.at - now))}`,
        reason: `${formatValue(used, unit)} of ${formatValue(limit, unit)} used; in ${formatDuration(Math.max(0, fills.earliest - now))} at the earliest, ${latest}; ${advice}`,
        dueAt: fills.at,
      },
    ];
  });
}
