import { describe, expect, test } from 'vitest';
import { HourlyRhythm } from './hourly-rhythm.ts';
import { Rehearsal, type RehearsalSettings } from './rehearsal.ts';
import { SeasonalProfile } from './seasonal-profile.ts';

const settings: RehearsalSettings = {
  perReplica: 10,
  startupS: 60,
  toleratedWaitS: 10,
  minReplicas: 1,
  maxReplicas: 100,
  aim: 0.0045,
  certainty: 1,
};
const start = 1_704_067_200_000;
const real = { queue: 0, ready: 20 };

function rehearse(o: { hours: number; rate: (step: number) => number; into?: Rehearsal; from?: number }): Rehearsal {
  const rehearsal = o.into ?? new Rehearsal(settings);
  const from = o.from ?? 0;
  for (let i = from; i < from + o.hours * 360; i++) rehearsal.observe(o.rate(i), start + i * 10_000, real);
  return rehearsal;
}

describe('a rehearsal', () => {
  test('of a steady load ends near the load, and not before an hour', () => {
    expect(rehearse({ hours: 0.9, rate: () => 200 }).isGrown).toBe(false);
    const grown = rehearse({ hours: 24, rate: () => 200 });
    expect(grown.isGrown).toBe(true);
    expect(grown.demand()?.held).toBeLessThan(206);
    expect(grown.plan?.front[grown.plan.chosen]?.replicas).toBeLessThan(21);
  });

  test('of a load that jumps keeps more than its mean', () => {
    const calm = rehearse({ hours: 12, rate: () => 100 }).demand()!.held;
    // A third more for two minutes, at no regular time.
    const jumpy = rehearse({ hours: 12, rate: (i) => (i % 97 < 12 ? 200 : 100) }).demand()!.held;
    expect(jumpy).toBeGreaterThan(1.5 * calm);
  });

  test('of a load that changes little while replicas start keeps less in its first hours than one that might jump', () => {
    const slow = { ...settings, startupS: 600, certainty: 0.5 };
    const margin = (wave: (step: number) => number): number => {
      const rate = (i: number): number => 200 + 50 * wave(i);
      const rehearsal = rehearse({ hours: 6, rate, into: new Rehearsal(slow) });
      return rehearsal.demand()!.fresh / rehearsal.newest;
    };
    // The same heights: once in a day, once in forty minutes.
    expect(margin((i) => Math.sin((2 * Math.PI * i) / 8_640))).toBeLessThan(1.16);
    expect(margin((i) => Math.sin((2 * Math.PI * i) / 240))).toBeGreaterThan(1.2);
  });

  test('does not pay for a burst that came once as for one that comes again, but for some hours', () => {
    const lift = (bursts: readonly number[], hours: number): number => {
      const isBurst = (i: number): boolean => bursts.some((hour) => i >= hour * 360 && i < hour * 360 + 18);
      const rehearsal = rehearse({ hours, rate: (i) => (isBurst(i) ? 600 : 60 + 30 * Math.sin(i / 40)) });
      const { front, chosen } = rehearsal.plan!;
      return front[chosen]!.replicas / front[0]!.replicas;
    };
    expect(lift([8], 10)).toBeGreaterThan(1.05);
    expect(lift([20], 22)).toBeLessThan(1.05);
    expect(lift([4, 12, 20], 22)).toBeGreaterThan(1.15);
  });

  test('keeps what an hour needed once more than one burst was late, and no longer', () => {
    const leastAfter = (bursts: readonly number[], minutes: number): number => {
      const rehearsal = new Rehearsal(settings);
      const end = bursts.at(-1)! + minutes * 6;
      for (let i = 0; i <= end; i++) {
        const isBurst = bursts.some((from) => i >= from && i < from + 12);
        const now = start + i * 10_000;
        rehearsal.observe(isBurst ? 600 : 100, now, { queue: isBurst ? 9_000 : 0, ready: 20 });
      }
      return rehearsal.least;
    };
    expect(leastAfter([1_000, 1_400], 40)).toBeGreaterThan(590);
    expect(leastAfter([1_000, 1_400], 80)).toBeLessThan(110);
    expect(leastAfter([1_400], 40)).toBeLessThan(110);
  });

  test('is the same after JSON, and goes on', () => {
    const one = rehearse({ hours: 6, rate: (i) => 100 + (i % 50) });
    const two = new Rehearsal(settings, JSON.parse(JSON.stringify(one)));
    expect(JSON.parse(JSON.stringify(two)).leader).toBe(one.toJSON().leader);
    rehearse({ hours: 1, rate: () => 120, into: two, from: 6 * 360 });
    expect(two.isGrown).toBe(true);
    expect(two.demand()?.held).toBeGreaterThan(100);
  });

  test('the same time again changes nothing, a clock set back goes on from there', () => {
    const one = rehearse({ hours: 3, rate: () => 100 });
    const kept = JSON.stringify(one);
    one.observe(5_000, start + (3 * 360 - 1) * 10_000, real);
    expect(JSON.stringify(one)).toBe(kept);
    one.observe(100, start, real);
    one.observe(100, start + 10_000, real);
    expect(one.demand()?.held).toBeLessThan(200);
  });
});

test('the time of the week stands in from other days until it was seen', () => {
  const profile = new SeasonalProfile();
  for (let s = 0; s < 86_400; s += 10) profile.observe(s < 43_200 ? 10 : 50, s);
  expect(profile.at(86_400 + 20_000)).toBe(10);
  expect(profile.at(5 * 86_400 + 60_000)).toBe(50);
  expect(new SeasonalProfile().at(0)).toBeNaN();
});

test('the minute of the hour remembers its jumps', () => {
  const rhythm = new HourlyRhythm();
  for (let s = 0; s < 7_200; s += 10) rhythm.observe(s % 3_600 >= 1_800 && s % 3_600 < 1_860 ? 80 : 20, 20, s);
  expect(rhythm.peak(20, 7_200 + 1_700, 7_200 + 1_900)).toBeGreaterThan(70);
  expect(rhythm.peak(20, 7_200 + 300, 7_200 + 600)).toBeLessThan(25);
});
