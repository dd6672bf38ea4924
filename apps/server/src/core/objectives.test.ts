import { AlertEngine } from '@jaegis/alerting';
import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { objectiveConditions } from './objectives.ts';
import type { PoolEntry } from './pool-book.ts';

const fleet = { pools: new Map(), config: { alerting: { for: 15_000 } } } as unknown as Fleet;

/** The second at which a breach of so many seconds fires; `undefined` when it never does. */
function firedAfter(signal: string, seconds: number): number | undefined {
  const engine = new AlertEngine({ for: 15_000, resolve_after: 60_000 });
  for (let second = 0; second < 120; second += 5) {
    const now = second * 1_000;
    const entry = {
      name: 'reader',
      config: { objectives: [{ signal, target: 2 }], replicas: { min: 1, max: 4 } },
      desired: 2,
      signals: { [signal]: { value: second < seconds ? 3 : 1, at: now } },
    } as unknown as PoolEntry;
    const changed = engine.evaluate(objectiveConditions(fleet, entry, now), now);
    if (changed.some(({ state }) => state === 'firing')) return second;
  }
  return undefined;
}

test('one burst of seconds, which latency over half a minute shows for half a minute, is no breach; slowness that stays is', () => {
  expect([firedAfter('latency_p95', 35), firedAfter('latency_p95', 60)]).toEqual([undefined, 40]);
});

test('what is read at the moment is a breach as soon as it was one for as long as conditions must hold', () => {
  expect([firedAfter('queue_length', 10), firedAfter('queue_length', 60)]).toEqual([undefined, 15]);
});
