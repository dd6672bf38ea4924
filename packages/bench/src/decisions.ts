import { DemandForecast } from '@jaegis/analytics';
import { poolConfigSchema } from '@jaegis/model';
import { createDecider } from '@jaegis/scaling';

// `npm run bench -- decisions`: what decisions cost. CPU time, since other work may run on this machine: one pool, with the
// pipe's forecasts, a pool of 10,000 replicas, and a round over 1,000 pools of which one has 10,000.

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

export async function run(o: { quick: boolean }): Promise<{ title: string; rows: Row[] }> {
  return { title: 'What decisions cost', rows: decisionCost(o.quick) };
}

/** Twelve lines of 10 s until the next forecast is due, which is worked in two halves. */
const linesPerHalf = 6;

const pool = poolConfigSchema.parse({
  name: 'p',
  replicas: { min: 1, max: 20_000 },
  capacity: { requests_per_second: 10 },
  startup: '60s',
});

export function decisionCost(quick: boolean): Row[] {
  const line = (i: number, rate: number): string =>
    JSON.stringify({
      now: 1_704_067_200_000 + i * 10_000,
      metrics: {
        request_rate: rate * (1 + 0.1 * Math.sin(i / 20)),
        queue_length: 0,
        cpu_utilization: 0.8,
        latency_p95: 0.2,
      },
      replicas: { ready: Math.ceil(rate / 8), pending: 0, draining: 0 },
    });
  const rounds = quick ? 500 : 2_000;
  const each = (rate: number, ahead?: DemandForecast): number => {
    const decide = createDecider(pool, ahead);
    // Long enough that a forecast has all the history that it may have.
    const warm = ahead === undefined ? 500 : 3_000;
    for (let i = 0; i < warm; i++) decide(line(i, rate));
    const began = process.cpuUsage();
    for (let i = warm; i < warm + rounds; i++) decide(line(i, rate));
    const { user, system } = process.cpuUsage(began);
    return (user + system) / rounds / 1_000;
  };
  const alone = each(200);
  const round = roundsOf(line);
  return [
    {
      name: 'a decision of one pool, JSON line in and decision out',
      value: alone,
      unit: 'ms CPU',
      note: 'wanted under 5',
    },
    {
      name: 'half a forecast, worked after the answer to every sixth line of the pipe',
      value: (each(200, new DemandForecast()) - alone) * linesPerHalf,
      unit: 'ms CPU',
      note: 'lines 10 s apart, eight hours of history',
    },
    { name: 'a decision of a pool of 10,000 replicas', value: each(80_000), unit: 'ms CPU' },
    {
      name: 'a round over 1,000 pools, one of them of 10,000 replicas',
      value: round.mean,
      unit: 'ms CPU',
      note: `wanted under 1,000 on one core; the dearest of ${round.count} (all rehearsals choose their leader in it) ${round.most.toFixed(0)}`,
    },
  ];
}

/** Rounds after an hour, when rehearsals lead. */
function roundsOf(line: (i: number, rate: number) => string): { mean: number; most: number; count: number } {
  const many = Array.from({ length: 1_000 }, () => createDecider(pool));
  const spent: number[] = [];
  for (let i = 0; i < 400; i++) {
    const text = line(i, 200);
    const large = line(i, 80_000);
    const began = process.cpuUsage();
    for (const [k, decide] of many.entries()) decide(k === 0 ? large : text);
    const { user, system } = process.cpuUsage(began);
    if (i >= 370) spent.push((user + system) / 1_000);
  }
  return { mean: spent.reduce((sum, ms) => sum + ms, 0) / spent.length, most: Math.max(...spent), count: spent.length };
}
