import { constant, pulse } from '@jaegis/simulator';
import { expect, test } from 'vitest';
import { simulate } from './simulated-server.ts';

const minute = 60_000;

test('an agent that dies and is back within seconds is one incident: told when it opens, told when it is over', async () => {
  const simulation = await simulate({
    seed: 1,
    pools: [{ name: 'made', initial: 4, capacity: 5, load: constant(12), startupMs: 2_000 }],
    faults: [{ kind: 'crash', pool: 'made', agents: 1, at: 5 * minute, until: 5 * minute + 1_000 }],
    poolConfig: { capacity: { requests_per_second: 5 } },
  });
  await simulation.run(15 * minute);
  await simulation.core.stop({ drain: false });
  expect(simulation.notifications.map(({ kind, incident }) => [kind, incident.title])).toEqual([
    ['opened', 'made lost 1 of 4 agents'],
    ['resolved', 'made lost 1 of 4 agents'],
  ]);
  expect(simulation.failures).toEqual([]);
});

test('what went away before it was told is neither pending for good nor listed', async () => {
  const simulation = await simulate({
    seed: 1,
    pools: [
      {
        name: 'made',
        initial: 2,
        capacity: 5,
        load: pulse(constant(4), { factor: 7, atMs: 1.2 * minute, lengthMs: 2_000 }),
        startupMs: 3_000,
        lines: 'own',
      },
    ],
    poolConfig: { replicas: { min: 2, max: 2 }, objectives: [{ signal: 'latency_p95', target: '1s' }] },
  });
  const seen: string[] = [];
  simulation.core.events.listen(({ event, data }) => {
    if (event === 'alert' && data.kind === 'objective_breached') seen.push(data.state);
  });
  await simulation.run(4 * minute);
  const stillPending = simulation.metadata.alerts({ limit: 10, state: ['pending'] }).items;
  const { items } = simulation.core.views.timeline({ limit: 100 });
  await simulation.core.stop({ drain: false });
  expect(seen).toEqual(['pending', 'inactive']);
  expect(stillPending).toEqual([]);
  expect(items.filter(({ kind }) => kind === 'alert')).toEqual([]);
});
