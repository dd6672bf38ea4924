import { constant } from '@jaegis/simulator';
import { expect, test } from 'vitest';
import { simulate } from './simulated-server.ts';

const minute = 60_000;

test('an agent that gets slower by itself is told of before it breaks the objective, and the warning came true', async () => {
  const simulation = await simulate({
    seed: 3,
    pools: [{ name: 'work', initial: 4, capacity: 5, load: constant(6), startupMs: 15_000, lines: 'own' }],
    faults: [{ kind: 'wear', pool: 'work', perMinute: 0.12, agents: 1, at: 5 * minute }],
    poolConfig: {
      replicas: { min: 4, max: 4 },
      capacity: { requests_per_second: 5 },
      startup: '15s',
      objectives: [{ signal: 'latency_p95', target: '2s' }],
    },
  });
  const told: { agent: string; at: number; due: string }[] = [];
  simulation.core.events.listen((event) => {
    if (event.event !== 'alert' || event.data.state !== 'firing' || event.data.kind !== 'forecast_breach') return;
    told.push({ agent: event.data.agent ?? '', at: event.data.firedAt ?? 0, due: event.data.summary });
  });
  let broken = 0;
  let outlook: string | undefined;
  for (let i = 0; i < 50 && broken === 0; i++) {
    await simulation.run(minute);
    const [first] = told;
    if (first === undefined) continue;
    const report = simulation.core.views.agentReport(first.agent);
    outlook ??= report?.decline?.reason;
    if ((report?.responseTime.p95 ?? 0) >= 2) broken = simulation.clock.now();
  }
  await simulation.run(minute);
  const { warnings } = simulation.core.views.system().alarms;
  await simulation.core.stop({ drain: false });
  expect(new Set(told.map(({ agent }) => agent)).size).toBe(1);
  expect(told[0]!.due).toContain('gets worse: latency p95 reaches 2 s in');
  expect(outlook).toContain('while the load does not');
  expect(broken - told[0]!.at).toBeGreaterThan(minute);
  expect(warnings.precision).toBe(1);
  expect(warnings.leadMsMedian).toBeGreaterThan(minute);
});
