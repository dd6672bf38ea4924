import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { Arrivals } from './arrivals.ts';
import { RecentWindow } from './recent-window.ts';
import { changeShape, settleShape, shapeRate } from './shapes.ts';
import { parseTrace } from './trace-file.ts';

const calm = { calmRate: 1.5 };

describe('shapes', () => {
  test('surge is eight times calm, burst fifteen', () => {
    expect(shapeRate('calm', 0, calm)).toBe(1.5);
    expect(shapeRate('surge', 0, calm)).toBe(12);
    expect(shapeRate('burst', 0, calm)).toBe(22.5);
  });

  test('a day lasts ten minutes, averages calm and never falls to zero', () => {
    const rates = Array.from({ length: 600 }, (_, second) => shapeRate('daily', second * 1_000, calm));
    expect(rates.reduce((sum, rate) => sum + rate, 0) / rates.length).toBeCloseTo(1.5, 6);
    expect(Math.min(...rates)).toBeGreaterThan(0.5);
    expect(Math.max(...rates)).toBeLessThan(2.5);
    expect(shapeRate('daily', 600_000, calm)).toBeCloseTo(shapeRate('daily', 0, calm), 9);
  });

  test('a burst ends after 30 s in the shape before it, a surge after ten minutes', () => {
    const daily = { shape: 'daily', since: 0, base: 'daily' } as const;
    const surge = changeShape(daily, 'surge', 1_000);
    expect(settleShape(surge, 600_999)).toBe(surge);
    expect(settleShape(surge, 601_000)).toEqual({ shape: 'daily', since: 601_000, base: 'daily' });
    const burst = changeShape(surge, 'burst', 2_000);
    expect(settleShape(burst, 32_000)).toEqual({ shape: 'daily', since: 32_000, base: 'daily' });
    expect(changeShape(burst, 'calm', 3_000)).toEqual({ shape: 'calm', since: 3_000, base: 'calm' });
  });

  test('a trace shape without a trace is calm', () => {
    expect(shapeRate('trace', 0, calm)).toBe(1.5);
    expect(shapeRate('trace', 500, { calmRate: 1, trace: (ms) => ms })).toBe(500);
  });
});

describe('a recorded load', () => {
  test('gives the rate of each bin and begins again after its end', () => {
    const trace = parseTrace('t_s,requests\n0,10\n10,40\n20,0\n');
    if (!trace.ok) throw new Error(trace.error);
    expect(trace.durationMs).toBe(30_000);
    expect([0, 9_999, 10_000, 25_000, 30_000, 41_000].map(trace.rate)).toEqual([1, 1, 4, 0, 1, 4]);
  });

  test('says what is wrong with it', () => {
    expect(parseTrace('time,n\n0,1')).toEqual({
      ok: false,
      error: 'Cannot read trace: header is "time,n", must be "t_s,requests"',
    });
    expect(parseTrace('t_s,requests\n0,1\n0,2')).toEqual({
      ok: false,
      error: 'Cannot read trace line 3: t_s is 0, must be > 0',
    });
    expect(parseTrace('t_s,requests\n0,\n')).toEqual({
      ok: false,
      error: 'Cannot read trace line 2: is "0,", must be seconds,count',
    });
    expect(parseTrace('')).toMatchObject({ ok: false });
  });
});

describe('arrivals', () => {
  test('come at the rate asked for, and unevenly', () => {
    const rng = seededRng(4);
    const arrivals = new Arrivals(() => rng.exponential(1));
    const counts = Array.from({ length: 2_000 }, () => arrivals.advance(1_000, 5));
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    expect(mean).toBeGreaterThan(4.7);
    expect(mean).toBeLessThan(5.3);
    expect(variance / mean).toBeGreaterThan(0.85);
    expect(variance / mean).toBeLessThan(1.15);
  });

  test('stop when the rate is zero', () => {
    const arrivals = new Arrivals(() => 1);
    expect(arrivals.advance(100_000, 0)).toBe(0);
    expect(arrivals.advance(2_500, 1)).toBe(2);
  });
});

describe('the recent window', () => {
  test('knows rates and latencies of the last seconds and nothing when nothing was seen', () => {
    const window = new RecentWindow({ windowMs: 10_000, limit: 3 });
    expect(window.read(0)).toEqual({ answeredRate: 0, failedRate: 0, errorRate: null, p50: null, p95: null });
    window.add({ at: 1_000, seconds: 9, ok: true });
    window.add({ at: 2_000, seconds: 1, ok: true });
    window.add({ at: 3_000, seconds: 2, ok: true });
    window.add({ at: 4_000, seconds: 7, ok: false });
    expect(window.read(5_000)).toMatchObject({ answeredRate: 0.2, failedRate: 0.1, p50: 1 });
    expect(window.read(60_000).errorRate).toBeNull();
  });
});
