import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { series } from '../../conformance/detector-run.ts';
import { loess } from './loess.ts';
import { mstl, takeApart } from './mstl.ts';

const day = (t: number) => 3 * Math.sin((2 * Math.PI * t) / 24);
const week = (t: number) => 2 * Math.cos((2 * Math.PI * t) / 168);

test('a straight line is its own local regression, at the ends and between fitted places too', () => {
  const line = series(50, (t) => 4 - 0.3 * t);
  const smooth = loess(line, { window: 9, jump: 4 });
  for (let t = 0; t < line.length; t++) expect(smooth[t]).toBeCloseTo(line[t]!, 9);
  const extended = loess(line, { window: 70 }, true);
  expect(extended).toHaveLength(52);
  expect(extended[0]).toBeCloseTo(4.3, 6);
  expect(extended[51]).toBeCloseTo(4 - 0.3 * 50, 6);
});

test('noise is smoothed away, more of it in a wider window', () => {
  const rng = seededRng(4);
  const noise = series(400, () => rng.normal());
  const size = (values: Float64Array) => Math.sqrt(values.reduce((sum, each) => sum + each * each, 0) / values.length);
  expect(size(loess(noise, { window: 11 }))).toBeLessThan(0.6 * size(noise));
  expect(size(loess(noise, { window: 81 }))).toBeLessThan(0.5 * size(loess(noise, { window: 11 })));
});

test('day and week are told apart from each other and from a trend', () => {
  const values = series(10 * 168, (t) => 0.01 * t + day(t) + week(t));
  const [daily, weekly] = takeApart(values, [24, 168]);
  for (let t = 400; t < values.length - 400; t++) {
    expect(Math.abs(daily![t]! - day(t))).toBeLessThan(0.25);
    expect(Math.abs(weekly![t]! - week(t))).toBeLessThan(0.25);
  }
});

test('continues both seasons, and knows nothing of what comes after its origin', () => {
  const values = series(6 * 168, (t) => 20 + day(t) + week(t));
  const origin = 5 * 168 - 1;
  const forecastFrom = (known: Float64Array) => {
    const context = { values: known, observed: new Uint8Array(known.length).fill(1), origins: [origin] };
    const out = new Float64Array(60);
    mstl({ ...context, seasons: { day: 24, short: 24, long: 168, other: 0 } }, [24, 168])!.predict(origin, out);
    return out;
  };
  const forecast = forecastFrom(values);
  forecast.forEach((said, h) => {
    expect(Math.abs(said - values[origin + 1 + h]!)).toBeLessThan(0.5);
  });
  const changed = values.map((value, t) => (t > origin ? -1_000 : value));
  expect(forecastFrom(changed)).toEqual(forecast);
});
