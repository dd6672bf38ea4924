import { expect, test } from 'vitest';
import { ForecastTrust } from './forecast-trust.ts';

const step = 60_000;
const truth = (at: number) => 50 + 30 * Math.sin((2 * Math.PI * at) / (10 * step));

/** Forecasts each minute for ten minutes ahead, scored as time goes. */
function live(predict: (at: number) => number, o: { minutes: number; seasonal?: boolean; trust?: ForecastTrust }) {
  const trust = o.trust ?? new ForecastTrust();
  for (let minute = 0; minute < o.minutes; minute++) {
    const madeAt = minute * step;
    trust.observe(madeAt, truth(madeAt));
    const at = Array.from({ length: 10 }, (_, h) => madeAt + (h + 1) * step);
    const mean = at.map(predict);
    const quantiles = { '0.05': mean.map((each) => each - 5), '0.95': mean.map((each) => each + 5) };
    const seasonal = o.seasonal === true ? { seasonal: at.map((each) => truth(each - 10 * step)) } : {};
    trust.record({ madeAt, step, mean, quantiles }, { last: truth(madeAt), ...seasonal });
  }
  return trust;
}

test('starts with a little trust', () => expect(new ForecastTrust().trust).toBeCloseTo(0.3));

test('trusts a forecast that beats the last value', () => {
  const trust = live((at) => truth(at) + 2, { minutes: 60 });
  expect(trust.trust).toBeGreaterThan(0.9);
  expect(trust.coverage).toMatchObject({ seen: 1 });
  expect(trust.meanError).toBeLessThan(0.1);
});

test('fades when the last value is the better forecast', () => {
  const trust = live((at) => truth(at) + 2, { minutes: 60 });
  const before = trust.trust;
  live((at) => 100 - truth(at) + 40, { minutes: 120, trust });
  expect(before).toBeGreaterThan(0.9);
  expect(trust.trust).toBeLessThan(0.1);
});

test('fades when one period ago is the better forecast', () => {
  expect(live((at) => truth(at + 1.5 * step), { minutes: 60, seasonal: false }).trust).toBeGreaterThan(0.5);
  expect(live((at) => truth(at + 1.5 * step), { minutes: 60, seasonal: true }).trust).toBe(0);
});

test('trusts what is simply right, however well naive ones do', () => {
  const trust = new ForecastTrust();
  for (let i = 0; i < 60; i++) {
    trust.observe(i * step, 100);
    trust.record({ madeAt: i * step, step, mean: [101], quantiles: {} }, { last: 100 });
  }
  expect(trust.trust).toBeGreaterThan(0.9);
});

test('goes on after a restart as if nothing had been', () => {
  const trust = live((at) => truth(at) + 2, { minutes: 20 });
  const back = ForecastTrust.fromJSON(JSON.parse(JSON.stringify(trust)));
  expect(back.trust).toBe(trust.trust);
  trust.observe(20 * step, truth(20 * step));
  back.observe(20 * step, truth(20 * step));
  expect(back.toJSON()).toEqual(trust.toJSON());
});

test('starts afresh from a state that it did not write', () => {
  for (const state of [null, undefined, 3, {}, { version: 1 }, { version: 1, pending: [{}], scored: 1 }, 'x']) {
    expect(ForecastTrust.fromJSON(state).scored).toBe(0);
  }
});

test('bounds what is pending and lets go of what nobody could score', () => {
  const trust = new ForecastTrust();
  const mean = Array.from({ length: 60 }, () => 1);
  for (let i = 0; i < 1_000; i++) trust.record({ madeAt: i * step, step, mean, quantiles: {} }, { last: 1 });
  expect(trust.toJSON().pending.length).toBeLessThanOrEqual(512);
  trust.observe(10_000 * step, 1);
  expect(trust.toJSON().pending).toHaveLength(0);
  expect(trust.scored).toBe(0);
});

test('forecasts made every few seconds do not push out the far points', () => {
  const trust = new ForecastTrust();
  const quick = 15_000;
  const mean = Array.from({ length: 240 }, () => 1);
  for (let i = 0; i < 480; i++) {
    trust.observe(i * quick, 1);
    trust.record({ madeAt: i * quick, step: quick, mean, quantiles: {} }, { last: 1 });
  }
  const { pending } = trust.toJSON();
  expect(pending.length).toBeLessThan(512);
  // Some of those that are due next were made almost an hour ago.
  const oldest = Math.min(...pending.map((point) => point.dueAt));
  expect(oldest).toBeLessThan(482 * quick);
  expect(Math.max(...pending.map((point) => point.dueAt))).toBeGreaterThan(700 * quick);
});

test('waits for a truth that is missing', () => {
  const trust = new ForecastTrust();
  trust.record({ madeAt: 0, step, mean: [5], quantiles: {} }, { last: 5 });
  trust.observe(step, Number.NaN);
  trust.observe(step + 10_000, 5);
  expect(trust.scored).toBe(1);
});
