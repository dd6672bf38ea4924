import { constant } from '@jaegis/simulator';
import { expect, test } from 'vitest';
import { type Simulation, simulate } from './simulated-server.ts';

const minute = 60_000;
const said = { pool: 'work', signal: 'latency_p95', by: 'ada' } as const;

/** Four agents of which one is slower by `factor` for three minutes, twice, from these minutes on. */
function slowTwice(factor: number, starts: readonly number[]): Promise<Simulation> {
  const faults = starts.map(
    (at) => ({ kind: 'slow', pool: 'work', agents: 1, at: at * minute, until: (at + 3) * minute, factor }) as const,
  );
  return simulate({
    seed: 1,
    pools: [{ name: 'work', initial: 4, capacity: 5, load: constant(10), startupMs: 15_000, lines: 'own' }],
    faults,
    poolConfig: { replicas: { min: 4, max: 4 }, capacity: { requests_per_second: 5 }, startup: '15s' },
  });
}

/** Minutes at which an alert of an anomaly of each signal began to fire. */
function firedAt({ core, world }: Simulation): Record<string, number[]> {
  const fired: Record<string, number[]> = {};
  core.events.listen((event) => {
    if (event.event !== 'alert' || event.data.kind !== 'anomaly' || event.data.state !== 'firing') return;
    const { signal, firedAt: at } = event.data;
    if (signal !== null && at !== null) (fired[signal] ??= []).push((at - world.startMs) / minute);
  });
  return fired;
}

/** Whether the latency of each of the two faults alarmed, when people said so of the first; and who else noticed. */
async function run(
  factor: number,
  [before, after]: readonly [number, number],
  verdict?: 'not_a_problem' | 'missed_something',
) {
  const simulation = await slowTwice(factor, [before, after]);
  const fired = firedAt(simulation);
  await simulation.run((before + 7) * minute);
  for (let i = 0; verdict !== undefined && i < 4; i++)
    expect(simulation.core.handleFeedback({ ...said, verdict })).toBe(true);
  expect(simulation.core.handleFeedback({ ...said, pool: 'nobody', verdict: 'useful' })).toBe(false);
  await simulation.run((after - before - 2) * minute);
  await simulation.core.stop({ drain: false });
  const within = (from: number) => (fired[said.signal] ?? []).some((at) => at >= from && at < from + 4);
  return { first: within(before), second: within(after), signals: Object.keys(fired) };
}

test('three times slower for a moment alarms once; where people say that it was missed, again', async () => {
  const alone = await run(3, [30, 50]);
  expect(alone).toMatchObject({ first: true, second: false });
  // The agent is also unlike its own past: that is an alert like any other.
  expect(alone.signals).toContain('behavior');
  expect(await run(3, [30, 50], 'missed_something')).toMatchObject({ first: true, second: true });
}, 120_000);

test('six times slower alarms each time, unless people say that it is not a problem', async () => {
  expect(await run(6, [15, 28])).toMatchObject({ first: true, second: true });
  expect(await run(6, [15, 28], 'not_a_problem')).toMatchObject({ first: true, second: false });
}, 120_000);
