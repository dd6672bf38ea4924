import { constant, surge } from '@jaegis/simulator';
import { expect, test } from 'vitest';
import { simulate } from './simulated-server.ts';

const minute = 60_000;

test('killed in a surge, it goes on with what it knew a minute ago', async () => {
  const simulation = await simulate({
    seed: 5,
    pools: [
      {
        name: 'made',
        initial: 2,
        capacity: 5,
        startupMs: 20_000,
        load: surge(constant(6), { factor: 5, fromMs: 4 * minute, toMs: 60 * minute }),
      },
    ],
    poolConfig: { target: { process: { command: ['made'] } }, objectives: [{ signal: 'queue_length', target: 10 }] },
  });
  await simulation.run(7 * minute);
  const entry = () => simulation.core.fleet.pools.get('made')!;
  simulation.core.setMode('made', 'paused-in');
  const before = entry();
  expect(before.state.capacity.startUps.length).toBeGreaterThan(0);
  await simulation.crash(20_000);
  await simulation.run(5_000);
  const after = entry();
  expect(after).not.toBe(before);
  expect(after.mode).toBe('paused-in');
  expect(after.desired).toBe(before.desired);
  expect(after.state.changes.slice(0, before.state.changes.length)).toEqual(before.state.changes);
  expect(after.state.capacity.startUps.length).toBe(before.state.capacity.startUps.length);
  expect(after.state.capacity.perReplica).toBeCloseTo(before.state.capacity.perReplica!, 1);
  expect(after.state.effect.judged).toBe(before.state.effect.judged);
  expect(after.state.workload.minutes).toBeGreaterThanOrEqual(before.state.workload.minutes - 1);
  expect(after.usage.replicaHours).toBeGreaterThan(before.usage.replicaHours * 0.8);
  simulation.core.setMode('made', 'auto');
  await simulation.run(2 * minute);
  // 30 requests/s at 5 each: whoever had forgotten what was needed would go below that.
  const { items } = simulation.metadata.decisions({ pool: 'made', limit: 100 });
  for (const decision of items) if (decision.to < decision.from) expect(decision.to).toBeGreaterThanOrEqual(6);
  expect(simulation.failures).toEqual([]);
  await simulation.core.stop({ drain: false });
});
