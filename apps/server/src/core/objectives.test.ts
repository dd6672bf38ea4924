import { AlertEngine } from '@jaegis/alerting';
import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { objectiveConditions } from './objectives.ts';
import type { PoolEntry } from './pool-book.ts';

/** `order`: the newest order for more at each moment, and until when it should have had its effect. */
type Order = (now: number) => { at: number; predicted: { effectiveAt: number } } | undefined;

/** The second at which a breach of so many seconds fires; `undefined` when it never does. */
function firedAfter(signal: string, seconds: number, order: Order = () => undefined): number | undefined {
  const engine = new AlertEngine({ for: 15_000, resolve_after: 60_000 });
  for (let second = 0; second < 180; second += 5) {
    const now = second * 1_000;
    const entry = {
      name: 'reader',
      config: { objectives: [{ signal, target: 2 }], replicas: { min: 1, max: 4 } },
      desired: 2,
      signals: { [signal]: { value: second < seconds ? 3 : 1, at: now } },
    } as unknown as PoolEntry;
    const fleet = {
      pools: new Map(),
      config: { alerting: { for: 15_000 } },
      outcomes: { awaited: () => order(now) },
    } as unknown as Fleet;
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

test('while replicas ordered against it start, a breach lasts for their start-up more before it is told; further orders add nothing', () => {
  const once: Order = () => ({ at: 0, predicted: { effectiveAt: 20_000 } });
  const eachMoment: Order = (now) => ({ at: now, predicted: { effectiveAt: now + 20_000 } });
  expect(firedAfter('latency_p95', 115, once)).toBe(50);
  expect(firedAfter('latency_p95', 115, eachMoment)).toBe(60);
  expect(firedAfter('queue_length', 115, once)).toBe(20);
  expect(firedAfter('queue_length', 115, eachMoment)).toBe(35);
});

test('neither failures nor more than two minutes are waited for', () => {
  const late: Order = () => ({ at: 0, predicted: { effectiveAt: 900_000 } });
  expect(firedAfter('error_rate', 115, late)).toBe(40);
  expect(firedAfter('queue_length', 200, late)).toBe(135);
});
