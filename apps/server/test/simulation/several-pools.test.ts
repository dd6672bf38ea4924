import type { Signals } from '@jaegis/model';
import {
  checkBounds,
  checkNoBlindAction,
  checkOneNotificationPerCause,
  checkReasons,
  checkReversals,
  checkSettled,
  constant,
  type Fault,
  Journal,
  reportFailure,
  type Violation,
} from '@jaegis/simulator';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../src/core/core.ts';
import { type Simulation, simulate } from './simulated-server.ts';

const minute = 60_000;
const seeds = (process.env['JAEGIS_SEEDS'] ?? '1').split(',').map(Number);

/** Three pools in a row, each serving 5 requests/s an agent: the front asks the middle, the middle the back. */
async function pipeline(
  seed: number,
  o: { faults: readonly Fault[]; minutes: number; sabotage?: (core: Core) => void },
): Promise<Simulation> {
  const common = { initial: 3, capacity: 5, startupMs: 15_000, memoryLimitBytes: 512 * 2 ** 20 };
  const simulation = await simulate({
    seed,
    pools: [
      { ...common, name: 'front', load: constant(10), downstream: 'middle' },
      { ...common, name: 'middle', downstream: 'back' },
      { ...common, name: 'back' },
    ],
    faults: o.faults,
    poolConfig: {
      capacity: { requests_per_second: 5 },
      startup: '15s',
      target: { process: { command: ['made'], memory_limit_bytes: 512 * 2 ** 20 } },
    },
    ...(o.sabotage === undefined ? {} : { sabotage: o.sabotage }),
  });
  await simulation.run(o.minutes * minute);
  await simulation.core.stop({ drain: false });
  return simulation;
}

function violationsOf({ journal }: Simulation): Violation[] {
  return [
    ...checkBounds(journal, () => ({ min: 1, max: 60 })),
    ...checkNoBlindAction(journal, 60_000),
    ...checkReasons(journal),
    ...checkOneNotificationPerCause(journal),
    ...checkReversals(journal, { most: 2, windowMs: 30 * minute }),
  ];
}

function expectNone(violations: readonly Violation[], o: { name: string; seed: number; simulation: Simulation }): void {
  const command = `JAEGIS_SEEDS=${o.seed} npx vitest run --project fast several-pools -t '${o.name}'`;
  const about = { scenario: o.name, seed: o.seed, startMs: o.simulation.world.startMs, command };
  expect(o.simulation.failures).toEqual([]);
  expect(violations, reportFailure(violations, about)).toEqual([]);
}

/** The world knows what the front needs; the pools behind it are asked as much as it is. */
function settled(simulation: Simulation, fromMinute: number): Violation[] {
  const { journal, world } = simulation;
  const inFront = new Map<number, number>();
  for (const { pool, at, needed } of journal.moments) if (pool === 'front') inFront.set(at, needed);
  const known = new Journal();
  for (const moment of journal.moments) known.moment({ ...moment, needed: inFront.get(moment.at) ?? moment.needed });
  const sinceMs = world.startMs + fromMinute * minute;
  return checkSettled(known, { sinceMs, factor: 2, slack: 3, mostWaiting: 60 });
}

describe.each(seeds)('pools that call each other, seed %i', (seed) => {
  test('calm, over a network that loses some and delays all: nothing is wrong', async () => {
    const faults: Fault[] = ['front', 'middle', 'back'].flatMap((pool) => [
      { kind: 'drop', pool, share: 0.01, at: 2 * minute } as const,
      { kind: 'delay', pool, ms: 2_000, at: 2 * minute } as const,
    ]);
    const simulation = await pipeline(seed, { faults, minutes: 15 });
    const name = 'calm, over a network';
    expectNone([...violationsOf(simulation), ...settled(simulation, 5)], { name, seed, simulation });
    // Two beats of one agent that are lost in a row may happen once, in some seed.
    expect(simulation.journal.changes.filter((change) => change.to === 'lost').length).toBeLessThanOrEqual(1);
    expect(simulation.metadata.incidents({ limit: 10 }).items.length).toBeLessThanOrEqual(1);
  });

  test('one agent leaks: it is said before it dies, with its name', async () => {
    const leak = { kind: 'leak', pool: 'middle', agents: 1, bytesPerSecond: 2 ** 20, at: 3 * minute } as const;
    const simulation = await pipeline(seed, { faults: [{ ...leak, until: 12 * minute }], minutes: 20 });
    expectNone([...violationsOf(simulation), ...settled(simulation, 17)], {
      name: 'one agent leaks',
      seed,
      simulation,
    });
    const died = simulation.journal.changes.find((change) => change.reason.includes('out of memory'));
    const warned = simulation.metadata
      .alerts({ pool: 'middle', limit: 100 })
      .items.find((alert) => alert.summary.includes('out of memory'));
    expect(warned?.reason).toContain('memory grows');
    expect(warned!.firedAt!).toBeLessThan(died?.at ?? Number.POSITIVE_INFINITY);
  });

  test('the last pool fails half of what it is asked: an incident that names it, and no replicas are thrown at it', async () => {
    const errors = { kind: 'errors', pool: 'back', share: 0.5, at: 5 * minute, until: 10 * minute } as const;
    const simulation = await pipeline(seed, { faults: [errors], minutes: 20 });
    expectNone([...violationsOf(simulation), ...settled(simulation, 15)], {
      name: 'the last pool fails',
      seed,
      simulation,
    });
    const incidents = simulation.metadata.incidents({ limit: 50 }).items;
    expect(incidents.some((incident) => incident.pool === 'back')).toBe(true);
    expect(incidents.length).toBeLessThanOrEqual(3);
    const most = Math.max(
      ...simulation.journal.moments.filter(({ pool }) => pool === 'back').map(({ desired }) => desired),
    );
    expect(most).toBeLessThanOrEqual(6);
  });

  test('the middle pool becomes slow: it gets help, its neighbours keep serving', async () => {
    const slow = { kind: 'slow', pool: 'middle', factor: 4, at: 5 * minute, until: 15 * minute } as const;
    const simulation = await pipeline(seed, { faults: [slow], minutes: 35 });
    expectNone([...violationsOf(simulation), ...settled(simulation, 32)], {
      name: 'the middle pool',
      seed,
      simulation,
    });
    const moments = simulation.journal.moments.filter(({ pool }) => pool === 'middle');
    expect(Math.max(...moments.map(({ desired }) => desired))).toBeGreaterThan(3);
  });
});

test('a seeded bug is found: a core that takes silence for zero acts blind', async () => {
  const partition = { kind: 'partition', pool: 'back', at: 5 * minute, until: 15 * minute } as const;
  const seed = seeds[0]!;
  const sound = await pipeline(seed, { faults: [partition], minutes: 16 });
  expect(checkNoBlindAction(sound.journal, 45_000)).toEqual([]);

  const broken = await pipeline(seed, { faults: [partition], minutes: 16, sabotage: silenceIsZero });
  const [found] = checkNoBlindAction(broken.journal, 45_000);
  expect(found).toBeDefined();
  expect(
    reportFailure([found!], { scenario: 'silence is zero', seed, startMs: broken.world.startMs, command: '' }),
  ).toContain('back');
});

/** What is not known, or old, is handed to the scaler as a fresh 0. */
function silenceIsZero(core: Core): void {
  for (const entry of core.fleet.pools.sized()) {
    let known: Signals = entry.signals;
    Object.defineProperty(entry, 'signals', {
      set: (signals: Signals) => {
        known = signals;
      },
      get: (): Signals => {
        const now = core.clock.now();
        const fresh = (name: keyof Signals) => {
          const seen = known[name];
          return seen === undefined || seen.value === null || now - seen.at > 15_000 ? { value: 0, at: now } : seen;
        };
        const names = [
          'request_rate',
          'throughput',
          'queue_length',
          'in_flight',
          'saturation',
          'cpu_utilization',
        ] as const;
        return { ...known, ...Object.fromEntries(names.map((name) => [name, fresh(name)])) };
      },
    });
  }
}
