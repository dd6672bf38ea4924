import { constant, type Fault } from '@jaegis/simulator';
import { expect, test } from 'vitest';
import { simulate } from './simulated-server.ts';

const second = 1_000;
const minute = 60 * second;

/** Agents that beat every 4 s, as in the example fleet: 12 s of silence is a loss. */
async function watched(faults: readonly Fault[]) {
  const simulation = await simulate({
    seed: 1,
    pools: [
      { name: 'made', initial: 4, capacity: 5, load: constant(12), startupMs: 2_000, heartbeatIntervalMs: 4_000 },
    ],
    faults,
    heartbeatInterval: '4s',
    poolConfig: { capacity: { requests_per_second: 5 } },
  });
  await simulation.run(5 * minute);
  return simulation;
}

test('a server that stood still for seconds or minutes, again and again, calls nobody lost', async () => {
  const { run, clock, journal, core } = await watched([]);
  for (const seconds of [9, 9, 9, 9.9, 10.5, 30, 120]) {
    clock.standStill(seconds * second);
    // The next one comes at another moment between two beats.
    await run(6 * second + seconds * 100);
  }
  await core.stop({ drain: false });
  expect(journal.changes.filter(({ to }) => to === 'lost')).toEqual([]);
});

test('an agent that hangs is lost although the server stands still for half of the time', async () => {
  const hang: Fault = { kind: 'hang', pool: 'made', agents: 1, at: 5 * minute };
  const { run, clock, journal, core } = await watched([hang]);
  for (let i = 0; i < 6; i++) {
    await run(4 * second);
    clock.standStill(4 * second);
  }
  await core.stop({ drain: false });
  expect(journal.changes.filter(({ to }) => to === 'lost')).toHaveLength(1);
});
