import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { describeDetector } from '../../conformance/describe-detector.ts';
import { runSeries, series, stretches } from '../../conformance/detector-run.ts';
import { createRecordBand } from './record-band.ts';
import { RowNews } from './row-news.ts';

describeDetector('record-band', createRecordBand);

const minute = 60_000;
const isNews = (score: number) => score >= 0.999;
function noisy(length: number, change: (i: number, value: number) => number = (_, value) => value, seed = 1) {
  const rng = seededRng(seed);
  return series(length, (i) => change(i, 50 + 20 * Math.sin((2 * Math.PI * i) / 288) + rng.normal()));
}
const run = (values: Float64Array, alarmShare?: number) =>
  runSeries(createRecordBand(alarmShare === undefined ? {} : { alarmShare }), values, { intervalMs: 5 * minute });

describe('record-band', () => {
  test('a shift is news once, then it rests', () => {
    const { score } = run(
      noisy(3_000, (i, value) => (i >= 2_000 ? value + 30 : value)),
      0.003,
    );
    const news = score.flatMap((each, i) => (isNews(each) ? [i] : []));
    expect(news.some((i) => i >= 2_000 && i < 2_005)).toBe(true);
    for (let k = 1; k < news.length; k++) expect(news[k]! - news[k - 1]!).toBeGreaterThanOrEqual(60);
  });

  test('a budget of points is kept on ordinary noise, and a smaller one alarms less', () => {
    let many = 0;
    let few = 0;
    for (let seed = 1; seed <= 5; seed++) {
      const values = noisy(6_000, undefined, seed);
      many += run(values, 0.004).anomalous.reduce((sum, each) => sum + each, 0);
      few += stretches(run(values).anomalous);
    }
    expect(many / 30_000).toBeLessThan(0.006);
    expect(many).toBeGreaterThan(few);
    expect(few).toBeLessThanOrEqual(1);
  });

  test('with the budget of the server news is only what is many times beyond every record', () => {
    const beyond = (size: number) =>
      run(noisy(3_000, (i, value) => (i === 2_000 ? value + size : value)))
        .score.slice(1_990, 2_010)
        .some(isNews);
    expect(beyond(8)).toBe(false);
    expect(beyond(400)).toBe(true);
  });

  test('one absurd value is an anomaly of one point', () => {
    const { anomalous } = run(noisy(600, (i, value) => (i === 400 ? 1e300 : value)));
    expect(anomalous.flatMap((each, i) => (each === 1 ? [i] : []))).toEqual([400]);
  });

  test('a value is far as before after an absurd one', () => {
    const rng = seededRng(4);
    const spikes = [3_020, 3_300, 3_700];
    const values = series(4_000, (i) => {
      if (i === 3_000) return 1e300;
      return 10 + 0.3 * rng.normal() + (spikes.includes(i) ? 2.5 : 0);
    });
    const { anomalous } = run(values, 0.003);
    expect(spikes.map((i) => anomalous[i])).toEqual([1, 1, 1]);
  });

  test('with a budget of points a far value is told from the thirtieth row on, in the server once there is a band', () => {
    const values = noisy(60, (i, value) => (i === 34 ? value + 80 : value));
    expect(run(values, 0.0035).anomalous[34]).toBe(1);
    expect(run(values).anomalous[34]).toBe(0);
  });

  test('the unit of a series does not matter', () => {
    const values = noisy(1_500, (i, value) => (i === 1_200 ? value + 30 : value));
    const seen = run(values, 0.003).score;
    const scaled = run(
      values.map((value) => value * 1e9),
      0.003,
    ).score;
    expect(scaled.map(isNews)).toEqual(seen.map(isNews));
  });
});

test('a habit is kept in sixteen bits an hour, also when an hour outgrows them', () => {
  const news = new RowNews();
  const row = news.add();
  // Nights of nothing, noons of a thousand: the first night says little of what is to come.
  const value = (i: number) => 1 + 1_000 * Math.max(0, Math.sin((2 * Math.PI * i) / 288) - 0.5);
  let first = 0;
  let last = 0;
  for (let i = 0; i < 288 * 40; i++) {
    news.observe(row, value(i), { at: i * 5 * minute, isBreak: false, least: 0 });
    if (i === 288 + 72) first = news.ratio;
    if (i === 288 * 39 + 72) last = news.ratio;
  }
  expect(first).toBeGreaterThan(last);
  expect(last).toBeLessThan(1);
});

test('a far value is told once, and another just after it when it is clearly farther', () => {
  const told = (second: number) => {
    const news = new RowNews(2.5);
    const row = news.add();
    const values = noisy(502, (i, value) => value + (i === 500 ? 15 : i === 501 ? second : 0));
    return [...values]
      .map((value, i) => {
        news.observe(row, value, { at: i * 5 * minute, isBreak: false, least: 0, tellShare: 0.003 });
        return news.surprise >= 2.5 && !news.isRetold;
      })
      .slice(500);
  };
  expect(told(-12)).toEqual([true, false]);
  expect(told(-60)).toEqual([true, true]);
});
