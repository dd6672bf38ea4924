import type { Signals } from '@jaegis/model';
import { type Rng, seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { type BehaviorChange, BehaviorWatch } from './behavior-watch.ts';
import { describeBehavior, speakBehavior } from './speak-behavior.ts';

const tickMs = 5_000;
const start = Date.UTC(2026, 0, 5, 19);

type Figures = Partial<
  Record<'request_rate' | 'latency_p95' | 'cpu_utilization' | 'queue_length' | 'memory_bytes', number>
>;

function signalsOf(figures: Figures, at: number): Signals {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, { value, at }]));
}

function ordinary(rng: Rng): Figures {
  const load = 10 + rng.normal();
  return {
    request_rate: load,
    latency_p95: 0.2 + 0.01 * rng.normal(),
    cpu_utilization: 0.03 * load + 0.01 * rng.normal(),
    queue_length: Math.max(0, Math.round(2 + rng.normal())),
    memory_bytes: 2 ** 28,
  };
}

/** Runs a pool of `agents` for `ticks`; `change` bends one agent's figures. */
function run(o: {
  agents: number;
  ticks: number;
  change?: (figures: Figures, agent: number, tick: number) => void;
  watch?: BehaviorWatch;
}) {
  const watch = o.watch ?? new BehaviorWatch(100);
  const rng = seededRng(6);
  const changes: (BehaviorChange & { tick: number })[] = [];
  let last: Signals[] = [];
  for (let tick = 0; tick < o.ticks; tick++) {
    const now = start + tick * tickMs;
    last = Array.from({ length: o.agents }, (_, agent) => {
      const figures = ordinary(rng);
      o.change?.(figures, agent, tick);
      return signalsOf(figures, now);
    });
    const pool = last.map((signals, agent) => ({ id: `a-${agent}`, signals }));
    for (const change of watch.observePool(pool, now)) changes.push({ ...change, tick });
  }
  return { watch, changes, last };
}

test('an ordinary pool has nothing to tell in an hour', () => {
  expect(run({ agents: 6, ticks: 720 }).changes).toEqual([]);
});

test('an agent that turns slow and hot is unlike its past and its peers within two minutes, and it ends', () => {
  const { watch, changes, last } = run({
    agents: 6,
    ticks: 400,
    change: (figures, agent, tick) => {
      if (agent !== 2 || tick < 300) return;
      figures.latency_p95 = 2.4;
      figures.cpu_utilization = 0.95;
    },
  });
  expect(changes.every((change) => change.id === 'a-2' && change.opened)).toBe(true);
  expect(changes.map((change) => change.comparison).sort()).toEqual(['own past', 'peers']);
  for (const { tick } of changes) expect(tick - 300).toBeLessThan(24);
  const differences = watch.differences('a-2', last[2]!, 'own past');
  expect(differences.map((each) => each.signal)).toEqual(['latency_p95', 'cpu_utilization']);
  expect(speakBehavior('own past', 'usual load in the evening', differences)).toMatch(
    /^behaves unlike its own past \(usual load in the evening\): p95 latency 2\.4 s, usually 2\d\d ms; CPU 95 %, usually 3[\d.]* %$/,
  );
  const ended = run({ agents: 6, ticks: 60, watch }).changes.filter((change) => !change.opened);
  expect(ended.map((change) => change.comparison).sort()).toEqual(['own past', 'peers']);
});

test('a fault of the whole pool shows against the past, not against peers', () => {
  const { changes } = run({
    agents: 5,
    ticks: 340,
    change: (figures, _, tick) => {
      if (tick >= 300) Object.assign(figures, { latency_p95: 2, cpu_utilization: 0.9 });
    },
  });
  expect(changes).toHaveLength(5);
  expect(changes.every((change) => change.comparison === 'own past' && change.opened)).toBe(true);
});

test('quicker than usual, idle and unknown are not unlike', () => {
  const { changes } = run({
    agents: 5,
    ticks: 360,
    change: (figures, agent, tick) => {
      if (tick < 300) return;
      if (agent === 0) Object.assign(figures, { latency_p95: 0.001, cpu_utilization: 0, queue_length: 0 });
      if (agent === 1) for (const name of Object.keys(figures)) delete figures[name as keyof Figures];
    },
  });
  expect(changes).toEqual([]);
});

test('the profile of the hour and load is told once it is known, and survives a restart', () => {
  const { watch, last } = run({ agents: 4, ticks: 300 });
  const told = describeBehavior(watch, 'a-1', last[1]!);
  expect(told).toMatchObject({ known: true, ownPast: { unlike: false } });
  expect(told!.when).toMatch(/in the evening$/);
  const latency = told!.signals.find((each) => each.signal === 'latency_p95')!;
  expect(latency.usual!).toBeCloseTo(0.2, 1);
  expect(latency.lower!).toBeLessThan(0.2);
  expect(latency.upper!).toBeGreaterThan(0.2);
  const { bytes, rows } = watch.snapshot();
  const again = new BehaviorWatch(100);
  expect(again.restore(bytes.slice(0, -1), rows)).toBe(false);
  expect(again.restore(bytes, rows)).toBe(true);
  const { signals } = describeBehavior(again, 'a-1', last[1]!)!;
  expect(signals.map((each) => each.usual).filter((usual) => usual !== null).length).toBeGreaterThan(3);
});

test('beyond the limit agents are refused and counted; a forgotten one makes room and its anomaly ends', () => {
  const watch = new BehaviorWatch(2);
  run({ agents: 3, ticks: 2, watch });
  expect(watch.refused).toBe(2);
  expect(watch.state('a-2')).toBeUndefined();
  expect(watch.forget('a-0')).toEqual([]);
  run({ agents: 3, ticks: 1, watch });
  expect(watch.profiles.size).toBe(2);
});
