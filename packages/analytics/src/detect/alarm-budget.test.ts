import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { runSeries, series } from '../conformance/detector-run.ts';
import { alarmSurprise, anomalyThreshold, bandTail, falseAlarmsPerAgentWeek, scoreOf } from './alarm-budget.ts';
import { createDetector } from './create-detector.ts';
import { firstExcess, firstShare, learnExcess, learnShare, residualAt, surpriseOf } from './tail.ts';

describe('a score', () => {
  test('is 0 at the expected value, 0.5 at the edge of the band, the threshold at the budget, 1 never quite', () => {
    expect(scoreOf(0, 6)).toBe(0);
    expect(scoreOf(-Math.log10(bandTail), 6)).toBeCloseTo(0.5);
    expect(scoreOf(6, 6)).toBeCloseTo(anomalyThreshold);
    expect(scoreOf(9, 6)).toBeLessThan(1);
    expect(scoreOf(1e9, 6)).toBe(1);
    expect(scoreOf(Number.NaN, 6)).toBe(0);
  });
  test('only grows', () => {
    for (let g = 0; g < 20; g += 0.1) expect(scoreOf(g + 0.1, 6)).toBeGreaterThan(scoreOf(g, 6));
  });
});

test('ten times the budget alarms one decade sooner', () => {
  expect(alarmSurprise(5_000, 5)).toBeCloseTo(alarmSurprise(5_000, 0.5) - 1, 12);
  expect(alarmSurprise(5_000)).toBe(alarmSurprise(5_000, falseAlarmsPerAgentWeek));
  const scoreOfSpike = (falseAlarms: number) => {
    const rng = seededRng(1);
    const values = series(600, (i) => 100 * Math.exp(0.1 * rng.normal()) * (i === 500 ? 1.7 : 1));
    return runSeries(createDetector(undefined, { falseAlarmsPerAgentWeek: falseAlarms }), values).score[500]!;
  };
  expect(scoreOfSpike(500)).toBeGreaterThan(scoreOfSpike(0.05) + 0.05);
});

test('the rarer the points, the less rare an alarm must be', () => {
  expect(alarmSurprise(5_000)).toBeGreaterThan(alarmSurprise(60_000) + 1);
  expect(alarmSurprise(0)).toBe(alarmSurprise(1_000));
});

describe('a tail', () => {
  test('turns residuals into surprise and back', () => {
    for (let r = 0.1; r < 20; r += 0.3) {
      expect(residualAt(surpriseOf(r, 0.03, 0.5), 0.03, 0.5)).toBeCloseTo(r, 9);
    }
    expect(surpriseOf(-3, 0.03, 0.5)).toBe(0);
  });
  test('learns how often and how far a series goes', () => {
    let share = firstShare;
    let excess = firstExcess;
    for (let i = 0; i < 5_000; i++) {
      const r = i % 10 === 0 ? 4 : 0.5;
      share = learnShare(r, share);
      excess = learnExcess(r, excess, 1);
    }
    expect(share).toBeCloseTo(0.1, 1);
    expect(excess).toBeCloseTo(2, 1);
  });
  test('does not let one point teach much', () => {
    expect(learnExcess(1e9, firstExcess, 1)).toBeLessThan(1.5 * firstExcess);
  });
});
