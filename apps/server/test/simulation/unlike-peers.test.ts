import { constant } from '@jaegis/simulator';
import { expect, test } from 'vitest';
import { simulate } from './simulated-server.ts';

const minute = 60_000;

test('a hogged CPU and a silent output, which break no bound, are alerts because peers are otherwise', async () => {
  const simulation = await simulate({
    seed: 1,
    pools: [{ name: 'work', initial: 4, capacity: 5, load: constant(10), startupMs: 15_000, lines: 'own' }],
    faults: [
      { kind: 'hog', pool: 'work', agents: 1, at: 4 * minute, until: 7 * minute },
      { kind: 'silent', pool: 'work', agents: 1, at: 10 * minute, until: 13 * minute },
    ],
    poolConfig: { replicas: { min: 4, max: 8 }, capacity: { requests_per_second: 5 }, startup: '15s' },
  });
  const fired = new Map<string, number>();
  simulation.core.events.listen((event) => {
    if (event.event !== 'alert' || event.data.state !== 'firing' || event.data.kind !== 'agent_unhealthy') return;
    const signal = event.data.signal ?? '';
    if (!fired.has(signal)) fired.set(signal, (event.data.firedAt ?? 0) - simulation.world.startMs);
  });
  await simulation.run(14 * minute);
  await simulation.core.stop({ drain: false });
  expect(fired.get('cpu_utilization')).toBeGreaterThan(4 * minute);
  expect(fired.get('cpu_utilization')).toBeLessThan(7 * minute);
  expect(fired.get('throughput')).toBeGreaterThan(10 * minute);
  expect(fired.get('throughput')).toBeLessThan(13 * minute);
});
