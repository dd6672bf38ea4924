import { type Decision, type Outcome, poolConfigSchema } from '@jaegis/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scalingConfig } from '../scaling-config.ts';
import { initialScalingState } from '../scaling-state.ts';
import { type EffectState, initialEffect, tunedBounds } from './effect-state.ts';
import { followEffect, recordOutcome } from './follow-effect.ts';
import { effectOf, tune, tunedConfig } from './tune.ts';

const config = scalingConfig(poolConfigSchema.parse({ name: 'p' }));
const start = 1_800_000_000_000;

function judged(effect: EffectState, o: { tookMs: number; expectedMs?: number; at: number }): EffectState {
  const decision = {
    at: o.at,
    from: 2,
    to: 4,
    predicted: { saturation: 0.8, effectiveAt: o.at + (o.expectedMs ?? 30_000) },
  } as Decision;
  const outcome = { at: o.at + 90_000, saturation: 0.6, tookMs: o.tookMs, verdict: 'slower' } as Outcome;
  return recordOutcome({ ...initialScalingState(), effect }, decision, outcome).effect;
}

const moment = {
  config,
  demand: 10,
  queue: 0,
  perReplica: 10,
  ready: 2,
  paid: 2,
  change: { from: 2, to: 2 },
  expected: null,
};
const settings = { pool: 'p', config, isRehearsed: false };

describe('what outcomes teach', () => {
  test('accuracy, speed and time to ready of an action; what was overtaken says nothing', () => {
    const effect = effectOf(judged(initialEffect(), { tookMs: 60_000, at: start }));
    expect(effect).toMatchObject({ speed: 0.5, startMs: 60_000, judged: 1 });
    expect(effect.accuracy).toBeCloseTo(0.75);
    const overtaken = { verdict: 'overtaken' } as Outcome;
    const state = initialScalingState();
    expect(recordOutcome(state, { from: 1, to: 2 } as Decision, overtaken).effect).toBe(state.effect);
  });

  test('efficiency and shortage are of the time, whatever the rhythm of looking', () => {
    let [often, seldom] = [initialEffect(), initialEffect()];
    for (let at = 0; at <= 3_600_000; at += 5_000) often = followEffect(often, moment, start + at);
    for (let at = 0; at <= 3_600_000; at += 30_000) seldom = followEffect(seldom, moment, start + at);
    expect(effectOf(often)).toMatchObject({ short: 0 });
    expect(effectOf(often).efficiency).toBeCloseTo(0.5);
    expect(effectOf(seldom).efficiency).toBeCloseTo(0.5);
  });

  test('two orders that took long are an accident, three are a reason', () => {
    let effect = initialEffect();
    for (let i = 0; i < 2; i++) effect = judged(effect, { tookMs: 75_000, at: start + i * 60_000 });
    expect(tune(effect, settings, start + 200_000)).toBe(effect);
    effect = tune(judged(effect, { tookMs: 75_000, at: start }), settings, start + 300_000);
    expect(effect.tuned.startup).toBe(2.5);
    expect(effect.records).toMatchObject([{ parameter: 'startup', from: 1, to: 2.5, state: 'trial' }]);
  });

  test('what a person wrote of the way down stays; ours is stretched', () => {
    const written = scalingConfig(
      poolConfigSchema.parse({ name: 'p', behavior: { scaleDown: { stabilizationWindow: '60s' } } }),
    );
    const tuned = { startup: 1, headroom: 1, forecast: 1, patience: 2 };
    expect(tunedConfig(written, tuned).scaleDown.stabilizationWindowMs).toBe(60_000);
    expect(tunedConfig(config, tuned).scaleDown.stabilizationWindowMs).toBe(600_000);
  });
});

test('whatever happens, factors stay in their bounds, records are few, one trial runs at a time, and JSON keeps all', () => {
  const event = fc.record({
    took: fc.integer({ min: 0, max: 4_000_000 }),
    demand: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
    ready: fc.integer({ min: 0, max: 5 }),
    peak: fc.option(fc.integer({ min: 1, max: 200 }), { nil: null }),
    turns: fc.boolean(),
    minutes: fc.integer({ min: -5, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(event, { minLength: 20, maxLength: 150 }), (events) => {
      let effect = initialEffect();
      let now = start;
      for (const each of events) {
        for (let i = 0; i < 6; i++) {
          now += each.minutes * 10_000;
          const change = each.turns ? (i % 2 === 0 ? { from: 4, to: 2 } : { from: 2, to: 4 }) : { from: 2, to: 2 };
          const expected = each.peak === null ? null : { peak: each.peak, horizonMs: 60_000 };
          const seen = { ...moment, demand: each.demand, ready: each.ready, paid: each.ready, change, expected };
          effect = tune(followEffect(effect, seen, now), settings, now);
        }
        effect = judged(effect, { tookMs: each.took, at: now });
        for (const [parameter, factor] of Object.entries(effect.tuned)) {
          const [least, most] = tunedBounds[parameter as keyof typeof tunedBounds];
          expect(factor).toBeGreaterThanOrEqual(least);
          expect(factor).toBeLessThanOrEqual(most);
        }
        expect(effect.records.length).toBeLessThanOrEqual(20);
        expect(effect.records.filter(({ state }) => state === 'trial').length).toBe(effect.trial === null ? 0 : 1);
      }
      expect(JSON.parse(JSON.stringify(effect))).toEqual(effect);
    }),
    { numRuns: 40 },
  );
});
