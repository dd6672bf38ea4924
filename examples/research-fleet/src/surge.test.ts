/**
 * The example's promise, kept by the real scaling engine on the real configuration: a surge orders more readers within
 * 30 s, has them within 60 s, turns around nowhere, and comes back down without flapping. The pool here is a fluid queue.
 */
import { readFileSync } from 'node:fs';
import { parseConfig, type Signals } from '@jaegis/model';
import { decide, initialScalingState, scalingConfig } from '@jaegis/scaling';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { shapeRate } from './load/shapes.ts';

const parsed = parseConfig(parse(readFileSync(new URL('../jaegis.yaml', import.meta.url), 'utf8')));
if (!parsed.ok) throw new Error(parsed.error);
const { config } = parsed;
const stepMs = 5_000;
const startupMs = 4_000;
const partsPerQuestion = 2.5;

interface Step {
  readonly at: number;
  readonly ready: number;
  readonly desired: number;
  readonly queue: number;
}

/** Runs one pool through a load (requests per second by time). `capacity` is what a replica really does. */
function simulate(o: { pool: string; capacity: number; until: number; demand: (at: number) => number }): Step[] {
  const pool = config.pools.find((each) => each.name === o.pool)!;
  const settings = scalingConfig(pool);
  const start = 1_700_000_000_000;
  let state = initialScalingState();
  let ready = pool.replicas.min;
  let starting: number[] = [];
  let queue = 0;
  const steps: Step[] = [];
  for (let at = 0; at <= o.until; at += stepMs) {
    ready += starting.filter((readyAt) => readyAt <= at).length;
    starting = starting.filter((readyAt) => readyAt > at);
    const demand = o.demand(at);
    const work = queue + (demand * stepMs) / 1_000;
    const done = Math.min(work, (ready * o.capacity * stepMs) / 1_000);
    queue = work - done;
    const now = start + at;
    const known = (value: number) => ({ value, at: now });
    const signals: Signals = {
      request_rate: known(done / (stepMs / 1_000)),
      throughput: known(done / (stepMs / 1_000)),
      queue_length: known(queue),
      saturation: known(demand / (ready * o.capacity)),
      latency_p95: known(1 / o.capacity + queue / (ready * o.capacity)),
    };
    const replicas = { ready, pending: starting.length, draining: 0 };
    const snapshot = { pool: o.pool, config: settings, signals, replicas, forecast: null, spentToday: 0 };
    const result = decide({ ...snapshot, targetHealthy: true, mode: 'auto' }, state, now);
    state = result.state;
    const desired = result.decision.to;
    for (let more = ready + starting.length; more < desired; more++) starting.push(at + startupMs);
    if (desired < ready + starting.length) {
      starting = starting.slice(0, Math.max(0, desired - ready));
      ready = Math.min(ready, desired);
    }
    steps.push({ at, ready, desired, queue });
  }
  return steps;
}

function turns(steps: readonly Step[]): number {
  const changes = steps
    .slice(1)
    .map((step, i) => Math.sign(step.desired - steps[i]!.desired))
    .filter((sign) => sign !== 0);
  return changes.slice(1).filter((sign, i) => sign !== changes[i]).length;
}

const surgeAt = 120_000;
const surgeEnds = surgeAt + 600_000;
const questions = (at: number) =>
  shapeRate(at >= surgeAt && at < surgeEnds ? 'surge' : 'calm', at - surgeAt, { calmRate: 1.5 });

test.each([
  ['research/reader', 5.5, partsPerQuestion, 16],
  ['research/writer', 5, 1, 8],
])('%s: a surge is answered in time and left in one direction', (pool, capacity, share, most) => {
  const steps = simulate({ pool, capacity, until: surgeEnds + 600_000, demand: (at) => questions(at) * share });
  const before = steps.filter((step) => step.at < surgeAt);
  const needed = Math.ceil((12 * share) / capacity);
  expect(new Set(before.map((step) => step.desired)).size).toBe(1);
  expect(steps.some((step) => step.at < surgeAt + 30_000 && step.desired > before[0]!.desired)).toBe(true);
  expect(steps.some((step) => step.at <= surgeAt + 60_000 && step.ready >= needed)).toBe(true);
  const during = steps.filter((step) => step.at >= surgeAt && step.at < surgeAt + 300_000);
  expect(during.every((step, i) => i === 0 || step.desired >= during[i - 1]!.desired)).toBe(true);
  expect(Math.max(...steps.map((step) => step.desired))).toBeLessThanOrEqual(most);
  expect(Math.max(...steps.map((step) => step.queue))).toBeLessThan(1_000);
  expect(turns(steps)).toBe(1);
  expect(steps.at(-1)!.desired).toBe(before[0]!.desired);
});

test('a day of ten minutes never leaves the readers short for long', () => {
  const demand = (at: number) => shapeRate('daily', at, { calmRate: 1.5 }) * partsPerQuestion;
  const steps = simulate({ pool: 'research/reader', capacity: 5.5, until: 1_200_000, demand });
  expect(Math.max(...steps.map((step) => step.queue))).toBeLessThan(20);
});
