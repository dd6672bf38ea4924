import {
  checkBounds,
  checkNoBlindAction,
  checkOneNotificationPerCause,
  checkOvershoot,
  checkReasons,
  checkReversals,
  checkSettled,
  constant,
  type Fault,
  healedAt,
  type LoadShape,
  reportFailure,
  surge,
  type Violation,
} from '@jaegis/simulator';
import { describe, expect, test } from 'vitest';
import { simulate } from './simulated-server.ts';

const minute = 60_000;
/** `npm run check` takes one seed, `npm test` more; JAEGIS_SEEDS=7,8 repeats those. */
const seeds = (process.env['JAEGIS_SEEDS'] ?? '1').split(',').map(Number);

interface Scenario {
  readonly load: LoadShape;
  readonly initial: number;
  readonly minutes: number;
  readonly faults?: readonly Fault[];
  /** Minutes after the start from which on all must be well. */
  readonly settledAt: number;
  /** Turns of direction that the load itself brings about within half an hour. */
  readonly turns?: number;
  /** The server is killed at this minute and is away for 20 s. */
  readonly crashAt?: number;
}

// One pool of agents that serve 5 requests/s each.
const scenarios: Record<string, Scenario> = {
  calm: { load: constant(12), initial: 3, minutes: 20, settledAt: 5 },
  surge: {
    load: surge(constant(6), { factor: 8, fromMs: 5 * minute, toMs: 20 * minute }),
    initial: 2,
    minutes: 40,
    settledAt: 35,
    turns: 2,
  },
  'agents that crash': {
    load: constant(20),
    initial: 5,
    minutes: 25,
    settledAt: 15,
    faults: [{ kind: 'crash', pool: 'made', agents: 2, at: 5 * minute, until: 6 * minute }],
  },
  'an agent that hangs': {
    load: constant(12),
    initial: 4,
    minutes: 30,
    settledAt: 25,
    faults: [{ kind: 'hang', pool: 'made', agents: 1, at: 5 * minute, until: 10 * minute }],
  },
  partition: {
    load: constant(20),
    initial: 5,
    minutes: 40,
    settledAt: 35,
    turns: 2,
    faults: [{ kind: 'partition', pool: 'made', at: 10 * minute, until: 18 * minute }],
  },
  'garbled telemetry': {
    load: constant(20),
    initial: 5,
    minutes: 30,
    settledAt: 26,
    faults: [{ kind: 'garble', pool: 'made', at: 8 * minute, until: 14 * minute }],
  },
  'a lying target': {
    load: surge(constant(10), { factor: 3, fromMs: 5 * minute, toMs: 60 * minute }),
    initial: 3,
    minutes: 45,
    settledAt: 40,
    turns: 2,
    faults: [{ kind: 'lie', pool: 'made', at: 4 * minute, until: 15 * minute }],
  },
  'kill -9 in the middle of a surge': {
    load: surge(constant(6), { factor: 6, fromMs: 5 * minute, toMs: 60 * minute }),
    initial: 2,
    minutes: 30,
    settledAt: 22,
    crashAt: 7,
  },
};

describe.each(Object.entries(scenarios))('%s', (name, scenario) => {
  test.each(seeds)('seed %i', async (seed) => {
    const simulation = await simulate({
      seed,
      pools: [{ name: 'made', initial: scenario.initial, capacity: 5, load: scenario.load, startupMs: 15_000 }],
      faults: scenario.faults ?? [],
      poolConfig: { capacity: { requests_per_second: 5 }, startup: '15s' },
    });
    const { journal, world } = simulation;
    if (scenario.crashAt !== undefined) {
      await simulation.run(scenario.crashAt * minute);
      await simulation.crash(20_000);
      await simulation.run((scenario.minutes - scenario.crashAt) * minute - 20_000);
    } else await simulation.run(scenario.minutes * minute);
    await simulation.core.stop({ drain: false });

    expect(simulation.failures).toEqual([]);
    if (scenario.load(scenario.minutes * minute) !== scenario.load(0) || name === 'surge')
      expect(journal.decisions.some((decision) => decision.to > decision.from)).toBe(true);
    expect(journal.moments.length).toBeGreaterThan(scenario.minutes * 50);
    const heard = scenario.faults?.some((fault) => fault.kind === 'partition') ? 45_000 : 60_000;
    const violations: Violation[] = [
      ...checkBounds(journal, () => ({ min: 1, max: 60 })),
      ...checkNoBlindAction(journal, heard),
      ...checkReasons(journal),
      ...checkOneNotificationPerCause(journal),
      ...checkReversals(journal, { most: scenario.turns ?? 1, windowMs: 30 * minute }),
      ...checkOvershoot(journal, { factor: 2, slack: 3 }),
      ...checkSettled(journal, {
        sinceMs: world.startMs + Math.max(scenario.settledAt * minute, healedAt(scenario.faults ?? [])),
        factor: 2,
        slack: 3,
        mostWaiting: 60,
      }),
    ];
    const command = `JAEGIS_SEEDS=${seed} npx vitest run --project fast server-loops -t '${name}'`;
    expect(violations, reportFailure(violations, { scenario: name, seed, startMs: world.startMs, command })).toEqual(
      [],
    );
  });
});
