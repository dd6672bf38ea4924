import { expect, test } from 'vitest';
import type { UsualState } from './beyond-usual.ts';
import { type CpuReading, followCpu } from './heavy-cpu.ts';

/** A reading each five seconds: five minutes of work as usual, then these. The second at which it is called heavy first, and why. */
function firstHeavy(then: readonly Partial<CpuReading>[]): { second: number; why: string } | undefined {
  let state: UsualState | undefined;
  const usual = Array.from({ length: 60 }, (_, i) => ({ cpu: i < 3 ? 0.3 : 0.01 + 0.006 * Math.sin(i), rate: 2 }));
  for (const [i, reading] of [...usual, ...then].entries()) {
    const next = followCpu(state, { cpu: 0.01, rate: 2, ...reading }, i * 5_000);
    state = next.state;
    if (next.heavy !== undefined) return { second: (i - 60) * 5, why: next.heavy };
  }
  return undefined;
}

const times = (count: number, reading: Partial<CpuReading>) => Array.from({ length: count }, () => reading);

test('an eighth of a core where a hundredth was enough is told within a minute, with both', () => {
  const found = firstHeavy(times(24, { cpu: 0.13 }));
  expect(found?.second).toBeLessThanOrEqual(60);
  expect(found?.why).toMatch(
    /^CPU 1[0-3](\.\d)? % for 20s, at most [12]\.\d+ % for as much work before: something beside its work takes it, or its work has become heavy$/,
  );
});

test.each<[string, Partial<CpuReading>[]]>([
  ['as usual', times(200, {})],
  ['a burst of fifteen seconds', [...times(3, { cpu: 0.9 }), ...times(20, {})]],
  ['as much more work', times(60, { cpu: 0.15, rate: 20 })],
  ['work of an agent that had none', [...times(60, { cpu: 0.001, rate: 0 }), ...times(30, { cpu: 0.2, rate: 40 })]],
  ['three times as much', times(60, { cpu: 0.05 })],
  ['no requests known', times(60, { cpu: 0.9, rate: null })],
  ['CPU not known', times(60, { cpu: null })],
])('silent: %s', (_, readings) => {
  expect(firstHeavy(readings)).toBeUndefined();
});

test('a quarter of a core is told while the load has doubled since the agent began, and so has what its work takes', () => {
  let state: UsualState | undefined;
  let told: number | undefined;
  for (let i = 0; i < 72; i++) {
    const rate = 0.4 + 2.2 * Math.min(1, i / 48);
    const next = followCpu(state, { cpu: 0.02 + 0.01 * rate + (i < 42 ? 0 : 0.2), rate }, i * 5_000);
    state = next.state;
    if (next.heavy !== undefined) told ??= (i - 42) * 5;
  }
  expect(told).toBeLessThanOrEqual(45);
});

test('eight times the work, counted over half a minute when it is finished, is as much more work', () => {
  const rateAt = (i: number) => 2 * (1 + 7 * Math.min(1, Math.max(0, (5 * i - 3) / 30)));
  const surge = Array.from({ length: 120 }, (_, i) => ({ cpu: 0.08 + 0.02 * Math.sin(i), rate: rateAt(i) }));
  expect(firstHeavy(surge)).toBeUndefined();
  expect(firstHeavy(surge.map((each) => ({ ...each, cpu: 3 * each.cpu })))?.second).toBeGreaterThan(0);
});

/** The readings at which it is heavy, of a day with these. */
function toldIn(cpuOf: (i: number) => number): number[] {
  let state: UsualState | undefined;
  const told: number[] = [];
  for (let i = 0; i < 17_280; i++) {
    const next = followCpu(state, { cpu: cpuOf(i), rate: 2 }, i * 5_000);
    state = next.state;
    if (next.heavy !== undefined) told.push(i);
  }
  return told;
}

test('after a quarter of an hour it is how the agent works', () => {
  const told = toldIn((i) => (i < 300 ? 0.01 : 0.25));
  expect([told[0]! - 300 < 12, told.at(-1)! - 300 < 190]).toEqual([true, true]);
});

test('a job of two minutes in each hour is told a few times', () => {
  const told = toldIn((i) => (i > 300 && i % 720 < 24 ? 0.25 : 0.01));
  const hours = new Set(told.map((i) => Math.floor(i / 720)));
  expect(hours.size).toBeGreaterThan(0);
  expect(hours.size).toBeLessThanOrEqual(4);
});
