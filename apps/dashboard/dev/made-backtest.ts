import type { WhatIfPolicy, WhatIfReport, WhatIfRow } from '@jaegis/model';

const points = 120;
const price = 0.12;

/** What the server would say of a policy on a made hump of load: the lower its margin, the cheaper and the later. */
export function makeBacktest(
  pool: string,
  body: WhatIfPolicy & { from?: number; to?: number },
  now: number,
): WhatIfReport {
  const to = body.to ?? now;
  const from = body.from ?? to - 3_600_000;
  const times = Array.from({ length: points }, (_, i) => from + (i * (to - from)) / points);
  const demand = times.map((_, i) => 12 + 30 * Math.max(0, Math.sin((i / points) * Math.PI)) ** 2);
  const withMargin = (margin: number, least: number) =>
    demand.map((rate) => Math.max(least, Math.ceil((rate / 5) * margin)));
  const least = body.minReplicas ?? 2;
  const margins = { cost: 1.1, balanced: 1.25, performance: 1.5, availability: 1.7 };
  const margin = typeof body.policy === 'string' ? margins[body.policy] : 1.25;
  const current = withMargin(1.25, 2);
  const other = withMargin(margin, least);
  const ideal = withMargin(1, 2);
  const hoursOf = (counts: readonly number[]) =>
    (counts.reduce((sum, count) => sum + count, 0) * (to - from)) / points / 3_600_000;
  const rowOf = (name: WhatIfRow['name'], counts: readonly number[], late: number | null): WhatIfRow => ({
    name,
    replicaHours: hoursOf(counts),
    cost: hoursOf(counts) * price,
    xOracle: hoursOf(counts) / hoursOf(ideal),
    violationsPercent: late,
    p99WaitMs: late === null ? null : late * 4_000,
    scaleEventsPerHour: late === null ? null : 6,
  });
  const settings = {
    policy: 'balanced',
    minReplicas: 2,
    maxReplicas: 24,
    utilization: 0.75,
    startupMs: 30_000,
  } as const;
  return {
    pool,
    from,
    to,
    stepMs: 5_000,
    warmUpMs: 7_200_000,
    missingShare: 0,
    capacityPerReplica: 5,
    sloWaitMs: 10_000,
    pricePerReplicaHour: price,
    settings: {
      current: settings,
      other: { ...settings, policy: body.policy ?? 'balanced', minReplicas: least },
    },
    leftOut: ['the objective on latency p95'],
    rows: [
      rowOf('recorded', current, null),
      rowOf('current', current, 0.2),
      rowOf('other', other, margin < 1.25 ? 0.8 : 0),
      rowOf('oracle', ideal, 0),
    ],
    series: { times, demand, recorded: current, current, other },
  };
}
