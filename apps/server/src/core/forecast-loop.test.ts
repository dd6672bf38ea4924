import { type Matcher, parseConfig, signalMetric } from '@jaegis/model';
import { memoryMetadata } from '@jaegis/store';
import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { forecastConditions } from './forecast-conditions.ts';
import { inlineForecastEngine } from './forecast-engine.ts';
import { runForecasts } from './forecast-loop.ts';
import { PoolBook } from './pool-book.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 5);

/** As much of a fleet as the loop reads; the signals were recorded once a minute until it is asked. */
function recorded(signals: Record<string, (at: number) => number>, pool: Record<string, unknown> = {}) {
  const parsed = parseConfig({
    pools: [{ name: 'reader', replicas: { min: 1, max: 4 }, capacity: { requests_per_second: 10 }, ...pool }],
  });
  if (!parsed.ok) throw new Error(parsed.error);
  const metadata = memoryMetadata();
  const pools = new PoolBook(parsed.config, metadata);
  const select = (matchers: readonly Matcher[], from: number, to: number) => {
    const signal = matchers.find(({ name }) => name === 'signal')?.value ?? '';
    const value = signals[signal];
    if (value === undefined) return [];
    const times: number[] = [];
    for (let at = Math.ceil(Math.max(from, start) / minute) * minute; at <= to; at += minute) times.push(at);
    const labels = { __name__: signalMetric.pool, pool: 'reader', signal };
    return [{ ref: 1, labels, timestamps: Float64Array.from(times), values: Float64Array.from(times, value) }];
  };
  const fleet = {
    pools,
    metadata,
    trust: new Map(),
    store: { select },
    forecaster: inlineForecastEngine(),
  } as unknown as Fleet;
  return { fleet, entry: pools.get('reader')! };
}

/** Asks often enough that every forecast has had its turn. */
async function runAll(fleet: Fleet, now: number): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await runForecasts(fleet, now + turn);
}

const daily = (at: number) => 15 + 10 * Math.sin((2 * Math.PI * (at - start)) / day);

test('demand is forecast an hour ahead at once, a day and a week ahead once such a past is known', async () => {
  const { fleet, entry } = recorded({ request_rate: daily });
  await runAll(fleet, start + 3 * hour);
  expect([...entry.forecasts.keys()]).toEqual(['request_rate']);

  await runAll(fleet, start + 2 * day);
  expect([...entry.forecasts.keys()]).toEqual(['request_rate', 'request_rate:day']);

  const now = start + 12 * day;
  await runAll(fleet, now);
  const ahead = entry.forecasts.get('request_rate:day')!;
  expect(ahead).toMatchObject({ reach: 'day', step: 5 * minute, madeAt: now });
  expect(ahead.mean).toHaveLength(288);
  ahead.mean.forEach((said, h) => {
    expect(Math.abs(said - daily(now + (h + 1) * 5 * minute))).toBeLessThan(1.5);
  });
  const week = entry.forecasts.get('request_rate:week')!;
  expect(week.mean).toHaveLength(168);
  expect(week.quantiles['0.95']![100]).toBeGreaterThanOrEqual(week.mean[100]!);
});

test('a far forecast is scored against the day before, and trusted once it is better', async () => {
  const { fleet, entry } = recorded({ request_rate: (at) => daily(at) * (1 + (at - start) / (20 * day)) });
  for (let at = start + 4 * day; at <= start + 4.5 * day; at += 20 * minute) await runAll(fleet, at);
  const trust = fleet.trust.get('reader/request_rate:day')!;
  expect(trust.scored).toBeGreaterThan(50);
  expect(entry.forecasts.get('request_rate:day')!.trust).toBeGreaterThan(0.7);
});

test('demand beyond the most replicas is told hours before, without a page at night', async () => {
  const { fleet, entry } = recorded({ request_rate: (at) => 2 * daily(at) });
  let now = start + 3 * day;
  // Trust is earned: a forecast or two must have come true.
  for (; now <= start + 3.6 * day; now += 30 * minute) await runAll(fleet, now);
  // From the lull, when no forecast of an hour sees the peak.
  for (; now <= start + 3.9 * day; now += 30 * minute) await runAll(fleet, now);
  const [condition, ...others] = forecastConditions(fleet, entry, now);
  expect(others).toEqual([]);
  expect(condition).toMatchObject({ key: 'forecast/reader/request_rate', severity: 'info' });
  expect(condition!.summary).toMatch(/reader will need more than its 4 replicas in \dh/);
});

test('a signal with an objective is forecast too, and its breach is told before it happens', async () => {
  const climbing = (at: number) => 0.1 + 0.0008 * ((at - start) / minute);
  const objectives = { objectives: [{ signal: 'latency_p95', target: '500ms' }] };
  const { fleet, entry } = recorded({ latency_p95: climbing }, objectives);
  let now = start + 6 * hour;
  for (; now < start + 7.5 * hour; now += 2 * minute) await runAll(fleet, now);
  entry.signals = { latency_p95: { value: climbing(now), at: now } };
  const [condition, ...others] = forecastConditions(fleet, entry, now);
  expect(others).toEqual([]);
  expect(condition?.key).toBe('forecast/reader/latency_p95');
  expect(condition!.summary).toContain('latency p95 will be beyond its objective in');
  // It is there after 500 minutes.
  expect(Math.abs(condition!.dueAt! - (start + 500 * minute))).toBeLessThan(20 * minute);
  entry.signals = { latency_p95: { value: 0.6, at: now } };
  expect(forecastConditions(fleet, entry, now)).toEqual([]);
});
