import type { Signals } from '@jaegis/model';
import { memoryMetadata } from '@jaegis/store';
import { expect, test } from 'vitest';
import { Behavior } from './behavior.ts';

const tickMs = 5_000;
const start = Date.UTC(2026, 0, 5, 9);
const ids = ['a', 'b', 'c', 'd', 'e'];

function create(metadata: ReturnType<typeof memoryMetadata>, now = start): Behavior {
  let made = 0;
  const nextId = (prefix: string) => `${prefix}-${made++}`;
  return new Behavior({ agentLimit: 10, metadata, isKnown: (id) => id !== 'e', nextId, now });
}

/** Agents at work; from tick 200 on `a` is slow. */
function tick(behavior: Behavior, i: number) {
  const at = start + i * tickMs;
  const agents = ids.map((id) => {
    const isSlow = id === 'a' && i >= 200;
    const signals: Signals = {
      request_rate: { value: 10, at },
      latency_p95: { value: isSlow ? 3 : 0.2 + 0.001 * (i % 7), at },
      cpu_utilization: { value: isSlow ? 1 : 0.3, at },
    };
    return { id, signals };
  });
  return behavior.observe('pool', agents, { now: at, stopwatch: () => 0 });
}

test('an agent unlike its past and its peers is two anomalies that name the signals in order, and both end', () => {
  const metadata = memoryMetadata();
  const behavior = create(metadata);
  const told = Array.from({ length: 240 }, (_, i) => tick(behavior, i)).flat();
  expect(told.map(({ agent, series }) => [agent, series['comparison']])).toEqual([
    ['a', 'own past'],
    ['a', 'peers'],
  ]);
  for (const anomaly of told) {
    expect(anomaly).toMatchObject({ signal: 'behavior', endedAt: null, pool: 'pool' });
    expect(anomaly.top).toMatch(/^latency_p95:[\d.]+;cpu_utilization:[\d.]+$/);
    expect(anomaly.score).toBeGreaterThanOrEqual(0.95);
  }
  expect(told[1]!.reason).toBe('behaves unlike its peers: p95 latency 3 s, theirs 201 ms; CPU 100 %, theirs 30 %');
  expect(behavior.open()).toHaveLength(2);
  const ended = behavior.forget('a', start + 240 * tickMs);
  expect(ended.map((anomaly) => anomaly.endedAt)).toEqual([start + 240 * tickMs, start + 240 * tickMs]);
  expect(behavior.open()).toEqual([]);
});

test('a restart keeps what is normal, ends what was open, and lets go of agents that are gone', async () => {
  const metadata = memoryMetadata();
  const before = create(metadata);
  for (const anomaly of Array.from({ length: 240 }, (_, i) => tick(before, i)).flat()) metadata.saveAnomaly(anomaly);
  await before.save(metadata);
  const now = start + 250 * tickMs;
  const after = create(metadata, now);
  expect(metadata.anomalies({ limit: 10 }).items.map((anomaly) => anomaly.endedAt)).toEqual([now, now]);
  const usual = after.describe('b', {})!.signals.find((each) => each.signal === 'latency_p95')!.usual!;
  expect(usual).toBeCloseTo(0.2, 1);
  expect(after.describe('e', {})).toBeUndefined();
});
