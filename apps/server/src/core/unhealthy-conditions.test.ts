import { AlertEngine } from '@jaegis/alerting';
import { expect, test } from 'vitest';
import { unhealthyConditions } from './unhealthy-conditions.ts';

type Watched = Parameters<typeof unhealthyConditions>[0];

/** The second at which it fires that an agent is unhealthy, with these scores of its parts, for so many seconds. */
function firedAfter(parts: Record<string, number>, seconds: number, objective = 'latency_p95'): number | undefined {
  const engine = new AlertEngine({ for: 15_000, resolve_after: 60_000 });
  const scores = Object.entries(parts).map(([name, score]) => [name, { score, reason: name }] as const);
  for (let second = 0; second < 120; second += 5) {
    const isSick = second < seconds;
    const agent = {
      instanceId: 'reader-1',
      pool: 'reader',
      connectivity: 'live',
      health: isSick ? 'unhealthy' : 'healthy',
      score: isSick ? 40 : 100,
      parts: Object.fromEntries(scores),
      reasons: ['slow'],
    };
    const fleet = {
      config: { alerting: { for: 15_000 } },
      outcomes: { awaited: () => undefined },
      registry: { list: () => [agent] },
      pools: new Map([['reader', { config: { objectives: [{ signal: objective, target: 2 }] } }]]),
      signals: { agent: () => ({ signals: { latency_p95: { value: 4, at: second * 1_000 } } }) },
    } as unknown as Watched;
    const changed = engine.evaluate(unhealthyConditions(fleet, second * 1_000), second * 1_000);
    if (changed.some(({ state }) => state === 'firing')) return second;
  }
  return undefined;
}

test('beyond the latency its pool should have, an agent is told of when that outlasts the half minute of one burst', () => {
  const slow = { latency: 10, saturation: 65, connectivity: 100 };
  expect([firedAfter(slow, 35), firedAfter(slow, 60)]).toEqual([undefined, 40]);
});

test('what else makes it unhealthy is told as soon as conditions must hold', () => {
  expect(firedAfter({ latency: 10, errors: 35 }, 60)).toBe(15);
  expect(firedAfter({ latency: 10 }, 60, 'queue_length')).toBe(15);
});
