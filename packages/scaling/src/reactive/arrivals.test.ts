import { poolConfigSchema } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { learn } from '../capacity/learn.ts';
import { decide } from '../decide.ts';
import { scalingConfig } from '../scaling-config.ts';
import { initialScalingState } from '../scaling-state.ts';

// A pool whose rates are counted when a request is answered, as spans are: under overload they say what is served, and
// while a queue is worked off far more than what arrives.

const stepS = 5;
const capacity = 10;
const calm = 40;
const windowSteps = 30 / stepS;

interface Moment {
  readonly t: number;
  /** What the pool takes for its demand, requests per second. */
  readonly believed: number;
  readonly served: number;
}

/**
 * Ten minutes of calm, a surge of `surgeS`, twenty minutes of calm. `failing`: share of the answers that are errors; `null`
 * where nobody counts the good ones apart.
 */
function play(o: {
  factor: number;
  surgeS: number;
  failing: number | null;
  startupS: number;
  seed: number;
  /** Replicas become ready one after the other, so many seconds apart. */
  apartS?: number;
}): Moment[] {
  const rng = seededRng(o.seed);
  const pool = { name: 'p', replicas: { min: 1, max: 200 }, capacity: { requests_per_second: capacity } };
  const config = scalingConfig(poolConfigSchema.parse({ ...pool, startup: `${o.startupS}s` }), {
    intervalMs: stepS * 1_000,
  });
  const arrivesAt = (t: number): number => calm * (t >= 600 && t < 600 + o.surgeS ? o.factor : 1);
  let state = initialScalingState();
  let ready = 5;
  let starting: { at: number; count: number }[] = [];
  let queue = 0;
  const window: number[] = [];
  const moments: Moment[] = [];
  for (let t = 0; t < 1_800 + o.surgeS; t += stepS) {
    for (const order of starting) if (order.at <= t) ready += order.count;
    starting = starting.filter((order) => order.at > t);
    const arrives = arrivesAt(t);
    const work = queue + arrives * stepS * (1 + 0.02 * rng.normal());
    const served = Math.min(work, ready * capacity * stepS);
    queue = work - served;
    window.push(served / stepS);
    if (window.length > windowSteps) window.shift();
    const rate = window.reduce((sum, each) => sum + each, 0) / window.length;
    const now = 1_704_067_200_000 + t * 1_000;
    const signals = {
      request_rate: { value: rate, at: now },
      ...(o.failing === null ? {} : { throughput: { value: rate * (1 - o.failing), at: now } }),
      // One or two always wait, as arrivals scatter.
      queue_length: { value: Math.round(queue) + 2, at: now },
    };
    const pending = starting.reduce((sum, order) => sum + order.count, 0);
    const replicas = { ready, pending, draining: 0 };
    const rest = { forecast: null, spentToday: null, targetHealthy: true, mode: 'auto' as const };
    const learned = learn(state, { signals, replicas, staleAfterMs: config.staleAfterMs }, now);
    const result = decide({ pool: 'p', config, signals, replicas, ...rest }, learned, now);
    state = result.state;
    let more = result.decision.to - ready - pending;
    const { apartS = 0 } = o;
    if (more > 0 && apartS === 0) starting.push({ at: t + o.startupS, count: more });
    for (let i = 0; i < more && apartS > 0; i++) starting.push({ at: t + o.startupS + i * apartS, count: 1 });
    for (const order of [...starting].reverse()) {
      const cancelled = Math.min(Math.max(0, -more), order.count);
      starting = starting.map((each) => (each === order ? { ...each, count: each.count - cancelled } : each));
      more += cancelled;
    }
    if (more < 0) ready += more;
    moments.push({ t, believed: state.smooth['request_rate']?.mean ?? 0, served: served / stepS });
  }
  return moments;
}

describe('what is served while a queue is worked off is not taken for what arrives', () => {
  const surges = [
    { factor: 4, surgeS: 120, startupS: 60 },
    { factor: 8, surgeS: 180, startupS: 60 },
    { factor: 8, surgeS: 240, startupS: 300 },
  ];
  for (const failing of [0, 0.1])
    test(`${failing * 100} % of the answers are errors`, () => {
      for (const [seed, { factor, surgeS, startupS }] of surges.entries()) {
        const moments = play({ factor, surgeS, failing, startupS, seed });
        expect(Math.max(...moments.map((each) => each.believed))).toBeLessThan(1.15 * factor * calm);
        // The window of the rates has left the surge, and what was worked off after it, behind.
        const after = moments.filter((each) => each.t >= 600 + surgeS + 60 + startupS);
        expect(Math.max(...after.map((each) => each.believed))).toBeLessThan(1.3 * calm);
        expect(Math.max(...moments.map((each) => each.served))).toBeGreaterThan(1.2 * factor * calm);
      }
    });

  test('nobody counts what is served apart', () => {
    for (const [seed, surge] of [
      { factor: 4, surgeS: 120, startupS: 60 },
      { factor: 2, surgeS: 900, startupS: 60 },
      { factor: 8, surgeS: 240, startupS: 300 },
    ].entries()) {
      const moments = play({ ...surge, failing: null, seed });
      expect(Math.max(...moments.map((each) => each.believed))).toBeLessThan(1.25 * surge.factor * calm);
    }
  });

  test('nor while replicas become ready one after the other, nor once the queue is gone', () => {
    for (const [seed, surge] of [
      { factor: 4, surgeS: 600, startupS: 60, apartS: 10 },
      { factor: 3, surgeS: 1_200, startupS: 120, apartS: 20 },
    ].entries()) {
      const moments = play({ ...surge, failing: null, seed });
      expect(Math.max(...moments.map((each) => each.believed))).toBeLessThan(1.1 * surge.factor * calm);
      expect(Math.max(...moments.map((each) => each.served))).toBeGreaterThan(1.2 * surge.factor * calm);
    }
  });
});

test('a rate beyond all that can be served is of what arrives, for a day, and then one near it says nothing', () => {
  const pool = { name: 'p', replicas: { min: 1, max: 200 }, capacity: { requests_per_second: 10 } };
  const config = scalingConfig(poolConfigSchema.parse(pool), { intervalMs: 5_000 });
  const start = 1_704_067_200_000;
  const replicas = { ready: 5, pending: 0, draining: 0 };
  /** Five replicas serve 50/s; the rates one after the other, every 5 s, while the queue grows by 20/s. */
  const seenAt = (rates: readonly number[]): number => {
    let state = initialScalingState();
    for (const [i, rate] of rates.entries()) {
      const now = start + i * 5_000;
      const signals = { request_rate: { value: rate, at: now }, queue_length: { value: 200 + i * 100, at: now } };
      const rest = { forecast: null, spentToday: null, targetHealthy: true, mode: 'recommend' as const };
      const learned = learn(state, { signals, replicas, staleAfterMs: config.staleAfterMs }, now);
      state = decide({ pool: 'p', config, signals, replicas, ...rest }, learned, now).state;
    }
    return state.servedRateAt;
  };
  const calm = new Array<number>(12).fill(50);
  expect(seenAt(calm)).toBeGreaterThan(start);
  expect(seenAt([...calm, 80, ...calm])).toBe(0);
});
