import { constant } from '@jaegis/simulator';
import { expect, test } from 'vitest';
import { simulate } from './simulated-server.ts';

const minute = 60_000;
const mib = 2 ** 20;

/** One pool whose agents need more memory than they may use: from 64 MiB they grow by 20 MiB a minute for a while. */
function hungry(vertical: object) {
  return simulate({
    seed: 3,
    pools: [
      { name: 'made', initial: 3, capacity: 5, startupMs: 10_000, load: constant(8), memoryLimitBytes: 160 * mib },
    ],
    faults: [{ kind: 'leak', pool: 'made', bytesPerSecond: mib / 3, at: 2 * minute, until: 12 * minute }],
    poolConfig: {
      capacity: { requests_per_second: 5 },
      startup: '10s',
      target: { process: { command: ['made'], memory_limit_bytes: 160 * mib } },
      vertical,
    },
  });
}

test('agents that run short of memory are given more in place, in bounds, with the reason, over a restart too', async () => {
  const simulation = await hungry({ mode: 'auto', memory_bytes: { max: 400 * mib } });
  await simulation.run(9 * minute);
  const { items } = simulation.metadata.decisions({ pool: 'made', limit: 200 });
  const sizes = items.flatMap((decision) => (decision.size == null ? [] : [decision.size])).reverse();
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes[0]).toMatchObject({ from: { memoryBytes: 160 * mib }, carriedOut: { problem: '' } });
  expect(['Saturated', 'OutOfMemory']).toContain(sizes[0]!.reason);
  for (const { to } of sizes) expect(to.memoryBytes).toBeLessThanOrEqual(400 * mib);
  expect(items.some((decision) => decision.reason === 'Resized')).toBe(true);
  const before = simulation.core.views.pool('made')!;
  expect(before.size.current.memoryBytes).toBe(sizes.at(-1)!.to.memoryBytes);
  expect(before.vertical).toMatchObject({ mode: 'auto', isEnforced: true });
  await simulation.crash(5_000);
  await simulation.run(minute);
  // It may have grown once more, and has not gone back to what the configuration says.
  const { memoryBytes } = simulation.core.views.pool('made')!.size.current;
  expect(memoryBytes).toBeGreaterThanOrEqual(before.size.current.memoryBytes!);
  await simulation.core.stop({ drain: false });
});

test('without vertical.mode auto nothing is resized, and that is said', async () => {
  const simulation = await hungry({});
  await simulation.run(4 * minute);
  const { items } = simulation.metadata.decisions({ pool: 'made', limit: 200 });
  expect(items.filter((decision) => decision.size != null)).toEqual([]);
  expect(simulation.core.views.pool('made')!.vertical).toEqual({
    mode: 'recommend',
    isEnforced: false,
    reason: 'recommended only: vertical.mode is recommend',
  });
  await simulation.core.stop({ drain: false });
});
