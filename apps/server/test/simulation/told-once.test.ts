import { constant } from '@jaegis/simulator';
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
