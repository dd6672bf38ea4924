import type { SignalValue } from '@jaegis/model';
import { decide } from '@jaegis/scaling';
import { describe, expect, test } from 'vitest';
import {
  checkBounds,
  checkNoBlindAction,
  checkOvershoot,
  checkReasons,
  checkReversals,
  checkSettled,
  constant,
  dailyWave,
  type Fault,
  healedAt,
  type Journal,
  type LoadShape,
  pulse,
  reportFailure,
  step,
  surge,
  type Violation,
} from '../src/index.ts';
import { runScaling } from './scaling-run.ts';

const minute = 60_000;

interface Scenario {
  readonly load: LoadShape;
  readonly initial: number;
  readonly minutes: number;
  readonly faults?: readonly Fault[];
  readonly startupMs?: number;
  /** Turns of direction that the load itself brings about within half an hour. */
  readonly turns?: number;
  /** Minutes after the start from which on all must be well; the end of the faults + 15 unless told. */
  readonly settledAt?: number;
  /** The whole pool's capacity is learned, not configured. */
  readonly isLearned?: boolean;
  readonly lines?: 'shared' | 'own';
}

// One pool of agents that serve one task a second each; the load is what 2 to 11 of them need.
const scenarios: Record<string, Scenario> = {
  calm: { load: constant(2.4), initial: 3, minutes: 40, settledAt: 5 },
  surge: {
    load: surge(constant(1.2), { factor: 8, fromMs: 5 * minute, toMs: 25 * minute }),
    initial: 2,
    minutes: 50,
    settledAt: 40,
    turns: 3,
  },
  'surge, capacity unknown': {
    load: surge(constant(1.2), { factor: 8, fromMs: 5 * minute, toMs: 45 * minute }),
    initial: 2,
    minutes: 70,
    settledAt: 65,
    turns: 3,
    isLearned: true,
  },
  'surge, a line for each': {
    load: surge(constant(1.2), { factor: 8, fromMs: 5 * minute, toMs: 35 * minute }),
    initial: 2,
    minutes: 60,
    settledAt: 50,
    turns: 3,
    lines: 'own',
  },
  pulse: { load: pulse(constant(1.6), { factor: 8, atMs: 5 * minute }), initial: 2, minutes: 30, settledAt: 20 },
  wave: { load: dailyWave(1, 10, 60 * minute), initial: 2, minutes: 60, settledAt: Infinity, turns: 3 },
  'slow start': {
    load: step(1.2, 8, 5 * minute),
    initial: 2,
    minutes: 60,
    startupMs: 300_000,
    settledAt: 35,
    turns: 3,
  },
  partition: {
    load: constant(4),
    initial: 5,
    minutes: 45,
    faults: [{ kind: 'partition', pool: 'made', at: 10 * minute, until: 20 * minute }],
  },
  // A third of the telemetry is lost, and found again: that looks like two changes of the load.
  'lossy network': {
    load: constant(4),
    initial: 5,
    minutes: 45,
    turns: 4,
    faults: [
      { kind: 'drop', pool: 'made', share: 0.3, at: 5 * minute, until: 20 * minute },
      { kind: 'delay', pool: 'made', ms: 12_000, at: 5 * minute, until: 20 * minute },
    ],
  },
  'garbled telemetry': {
    load: constant(4),
    initial: 5,
    minutes: 40,
    faults: [{ kind: 'garble', pool: 'made', at: 10 * minute, until: 18 * minute }],
  },
  crashes: {
    load: constant(6),
    initial: 8,
    minutes: 40,
    faults: [{ kind: 'crash', pool: 'made', agents: 5, at: 10 * minute, until: 11 * minute }],
  },
  hang: {
    load: constant(4),
    initial: 6,
    minutes: 45,
    faults: [{ kind: 'hang', pool: 'made', agents: 1, at: 10 * minute, until: 15 * minute }],
  },
  'a refusing target': {
    load: step(2, 8, 5 * minute),
    initial: 3,
    minutes: 50,
    faults: [{ kind: 'refuse', pool: 'made', at: 4 * minute, until: 15 * minute }],
  },
  // Given up once when the lie is found out, and ordered again. Half more than arrives works off what piled up in ten
  // minutes (3,000 tasks) in a quarter of an hour.
  'a lying target': {
    turns: 4,
    settledAt: 36,
    load: step(2, 8, 5 * minute),
    initial: 3,
    minutes: 50,
    faults: [{ kind: 'lie', pool: 'made', at: 4 * minute, until: 15 * minute }],
  },
  'an unreachable target': {
    load: step(2, 8, 5 * minute),
    initial: 3,
    minutes: 50,
    faults: [{ kind: 'unavailable', pool: 'made', at: 4 * minute, until: 12 * minute }],
  },
};

function judge(journal: Journal, scenario: Scenario, startMs: number): Violation[] {
  const settledAt = (scenario.settledAt ?? healedAt(scenario.faults ?? []) / minute + 15) * minute;
  return [
    ...checkBounds(journal, () => ({ min: 1, max: 60 })),
    ...checkNoBlindAction(journal, 30_000),
    ...checkReasons(journal),
    ...checkReversals(journal, { most: scenario.turns ?? 2, windowMs: 30 * minute }),
    ...checkOvershoot(journal, { factor: 1.6, slack: 3 }),
    ...checkSettled(journal, { sinceMs: startMs + settledAt, factor: 1.5, slack: 3, mostWaiting: 40 }),
  ];
}

// `SEED=17 npx vitest run --project fast packages/simulator -t "surge"` repeats one run.
// `SEEDS=5` runs fewer of them.
const seeds =
  process.env['SEED'] === undefined
    ? Array.from({ length: Number(process.env['SEEDS'] ?? 20) }, (_, i) => i + 1)
    : [Number(process.env['SEED'])];

async function runScenario(name: string, seed: number, o: Pick<Parameters<typeof runScaling>[0], 'decide'> = {}) {
  const scenario = scenarios[name]!;
  const { load, initial, startupMs = 20_000 } = scenario;
  const { journal, startMs } = await runScaling({
    seed,
    pools: [{ name: 'made', initial, capacity: 1, load, startupMs, lines: scenario.lines ?? 'shared' }],
    faults: scenario.faults ?? [],
    lengthMs: scenario.minutes * minute,
    config: {
      ...(scenario.isLearned ? {} : { capacity: { requests_per_second: 1 }, startup: `${startupMs / 1_000}s` }),
      objectives: [{ signal: 'queue_length', target: 10 }],
    },
    ...o,
  });
  return { violations: judge(journal, scenario, startMs), journal, startMs };
}

describe('the scaling engine in a made world', () => {
  for (const name of Object.keys(scenarios)) {
    test(name, async () => {
      const failures: string[] = [];
      for (const seed of seeds) {
        const { violations, startMs } = await runScenario(name, seed);
        if (violations.length === 0) continue;
        const command = `SEED=${seed} npx vitest run --project fast packages/simulator -t "${name}"`;
        failures.push(reportFailure(violations, { scenario: name, seed, startMs, command }));
      }
      expect(failures.join('\n')).toBe('');
    });
  }
});

// The checkers are only worth something if they see what is broken: the same world, the same engine, one bug put in.
describe('a seeded bug is found', () => {
  test('a failed read that becomes 0 shrinks the pool while nobody can see it', async () => {
    const withBug: typeof decide = (snapshot, state, now) => {
      const { staleAfterMs } = snapshot.config;
      const read = (value: SignalValue | undefined): SignalValue =>
        value !== undefined && now - value.at <= staleAfterMs ? value : { value: 0, at: now };
      const signals = { ...snapshot.signals };
      for (const name of ['request_rate', 'throughput', 'queue_length'] as const) signals[name] = read(signals[name]);
      return decide({ ...snapshot, signals }, state, now);
    };
    const { violations, startMs } = await runScenario('partition', 3, { decide: withBug });
    expect(violations.map((each) => each.checker)).toContain('no blind action');
    const command = 'SEED=3 npx vitest run --project fast packages/simulator -t "partition"';
    const report = reportFailure(violations, { scenario: 'partition', seed: 3, startMs, command });
    expect(report).toContain('partition, seed 3');
    expect(report).toContain(`repeat: ${command}`);
  });

  test('a controller that does not count what is on its way orders it again and again', async () => {
    const withBug: typeof decide = (snapshot, state, now) => {
      // As if nothing were on its way, and what is short is ordered on top of what is.
      const { pending } = snapshot.replicas;
      const blind = { ...snapshot, replicas: { ...snapshot.replicas, pending: 0 } };
      const { decision, state: next } = decide(blind, { ...state, desired: null }, now);
      const to = Math.min(snapshot.config.maxReplicas, decision.to + pending);
      return { decision: { ...decision, to }, state: next };
    };
    const { violations } = await runScenario('slow start', 1, { decide: withBug });
    expect(violations.map((each) => each.checker)).toContain('overshoot');
  });

  test('a decision without a reason is found', async () => {
    const withBug: typeof decide = (snapshot, state, now) => {
      const result = decide(snapshot, state, now);
      return { ...result, decision: { ...result.decision, message: '' } };
    };
    const { violations } = await runScenario('pulse', 1, { decide: withBug });
    expect(violations.map((each) => each.checker)).toContain('reasons');
  });

  test('the same seed gives the same run, another seed another one', async () => {
    const first = await runScenario('pulse', 4);
    const again = await runScenario('pulse', 4);
    const other = await runScenario('pulse', 5);
    expect(again.journal.decisions).toEqual(first.journal.decisions);
    expect(other.journal.decisions).not.toEqual(first.journal.decisions);
  });
});
