import { AlertEngine, IncidentEngine } from '@jaegis/alerting';
import { AlarmTuning } from '@jaegis/analytics';
import type { Alert, Anomaly, Incident, Labels } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { MetadataBook } from '@jaegis/tsdb';
import { expect, test } from 'vitest';
import type { Fleet } from '../../src/core/fleet.ts';
import { receivedConditions } from '../../src/core/received-conditions.ts';
import { ReceivedWatch } from '../../src/core/received-watch.ts';

const start = 1_700_000_000_000;
const second = 1_000;
const minute = 60 * second;

/** Series of agents as somebody's exporter sends them, watched, and what becomes of their anomalies. */
class Received {
  readonly told: Anomaly[] = [];
  readonly fired: Alert[] = [];
  readonly incidents = new Map<string, Incident>();
  readonly #fleet: Fleet;
  readonly #alerts = new AlertEngine({ for: 30 * second, resolve_after: 2 * minute });
  readonly #engine = new IncidentEngine({ groupWindowMs: 5 * minute });
  readonly #series: readonly Labels[];
  #now = start;

  constructor(series: readonly Labels[]) {
    this.#series = series;
    const agents = new Map(series.map((labels) => [labels['instance_id']!, labels['pool']!]));
    const partial = {
      clock: { now: () => this.#now },
      store: { labelsOf: (ref: number) => series[ref - 1] },
      registry: {
        has: (id: string) => agents.has(id),
        get: (id: string) => (agents.has(id) ? { pool: agents.get(id) } : undefined),
      },
      metricMetadata: new MetadataBook(100),
      breathe: undefined,
      alarmTuning: new AlarmTuning(),
      pools: { get: () => undefined },
    } as unknown as Fleet;
    const received = new ReceivedWatch(partial, {
      seriesLimit: 100_000,
      falseAlarmsPerAgentWeek: 0.5,
      tell: (changed) => this.told.push(...changed),
    });
    this.#fleet = { ...partial, received };
  }

  /** One round of values, `undefined` for a series that says nothing, then a look at what fires. */
  async round(now: number, value: (labels: Labels, n: number) => number | undefined, at = now): Promise<void> {
    this.#now = now;
    const refs: number[] = [];
    const values: number[] = [];
    for (const [n, labels] of this.#series.entries()) {
      const shown = value(labels, n);
      if (shown === undefined) continue;
      refs.push(n + 1);
      values.push(shown);
    }
    for (let from = 0; from < refs.length; from += 2_000) {
      const some = Float64Array.from(values.slice(from, from + 2_000));
      const batch = { refs: Uint32Array.from(refs.slice(from, from + 2_000)), values: some, length: some.length };
      this.#fleet.received.take({ ...batch, timestamps: new Float64Array(some.length).fill(at) }, now);
      while (this.#fleet.received.stats().waiting > 0) await Promise.resolve();
    }
    const changed = this.#alerts.evaluate(receivedConditions(this.#fleet, now), now);
    this.fired.push(...changed.filter((alert) => alert.state === 'firing' && alert.firedAt === now));
    for (const incident of this.#engine.apply(changed, { now }).changed) this.incidents.set(incident.id, incident);
  }

  stats() {
    return this.#fleet.received.stats();
  }
}

function fleetOf(pools: readonly string[], agents: number, metrics: number): Labels[] {
  const series: Labels[] = [];
  for (const pool of pools)
    for (let agent = 0; agent < agents; agent++)
      for (let metric = 0; metric < metrics; metric++)
        series.push({ __name__: `app_metric_${metric}`, instance_id: `${pool}-${agent}`, pool });
  return series;
}

test('a deploy that shifts ten thousand series of twenty pools opens one thing, and closes it', async () => {
  const pools = Array.from({ length: 20 }, (_, i) => `pool-${i}`);
  const received = new Received(fleetOf(pools, 10, 50));
  const rng = seededRng(7);
  const usual = (_: Labels, n: number) => 50 + (n % 40) + rng.normal();
  let now = start;
  for (let round = 0; round < 50; round++) await received.round((now += 10 * second), usual);
  expect(received.stats()).toMatchObject({ series: 10_000, warming: 0, open: 0 });
  // Agent after agent takes the new version: pools follow each other within a minute and a half.
  for (let round = 0; round < 18; round++) {
    const isNew = (pool: string) => Number(pool.slice(5)) <= round * 3;
    await received.round((now += 10 * second), (labels, n) => usual(labels, n) * (isNew(labels['pool']!) ? 3 : 1));
  }
  expect(received.incidents.size).toBe(1);
  const [incident] = received.incidents.values();
  expect(incident).toMatchObject({
    state: 'open',
    title: expect.stringMatching(/^pool-0: [\d,]+ series and of \d+ more pools/),
  });
  expect(received.fired).toHaveLength(1);
  expect(received.fired[0]).toMatchObject({ kind: 'anomaly', pool: 'pool-0', agent: null });
  // Of thousands that are strange, some hundred are told one by one.
  expect(received.told.length).toBeLessThan(2_000);
  for (let round = 0; round < 25; round++) await received.round((now += 10 * second), usual);
  expect([...received.incidents.values()].map(({ state }) => state)).toEqual(['resolved']);
});

test('one agent that is strange in several ways is told of, by its name; one strange metric of it is not', async () => {
  const received = new Received(fleetOf(['writers'], 5, 10));
  const rng = seededRng(8);
  const usual = (_: Labels, n: number) => 50 + n + rng.normal();
  const wrong = (many: number) => (labels: Labels, n: number) =>
    usual(labels, n) * (labels['instance_id'] === 'writers-3' && n % 10 < many ? 5 : 1);
  let now = start;
  for (let round = 0; round < 60; round++) await received.round((now += 10 * second), usual);
  for (let round = 0; round < 12; round++) await received.round((now += 10 * second), wrong(1));
  expect(received.told).toHaveLength(1);
  expect(received.fired).toEqual([]);
  for (let round = 0; round < 12; round++) await received.round((now += 10 * second), wrong(6));
  expect(received.fired).toMatchObject([{ pool: 'writers', agent: 'writers-3', severity: 'warning' }]);
  expect(received.fired[0]!.summary).toMatch(/^writers-3: 6 series are not as expected, all at once$/);
});

/** What senders do wrong: the value of round `r` of a series whose ordinary value would be `usual`. */
const badInput: Record<string, (usual: number, r: number, n: number) => number | undefined> = {
  constant: () => 7,
  'all missing': () => undefined,
  'one point': (usual, r) => (r === 3 ? usual : undefined),
  'not a number': (usual, r) => (r % 7 === 0 ? Number.NaN : usual),
  infinity: (usual, r) => (r % 11 === 0 ? Number.POSITIVE_INFINITY : usual),
  '1e300 once in each': (usual, r, n) => (r === 80 + n ? 1e300 : usual),
  '1e300 in all at once': (usual, r) => (r === 80 ? 1e300 : usual),
  'comes and goes': (usual, r, n) => ((r + n) % 20 < 8 ? usual : undefined),
  'a second, then five minutes': (usual, r) => (r < 70 || r % 30 === 0 ? usual : undefined),
};

test.each(Object.entries(badInput))('%s opens no alert', async (_, bad) => {
  const received = new Received(fleetOf(['odd'], 6, 6));
  const rng = seededRng(9);
  for (let r = 0; r < 200; r++)
    await received.round(start + r * 10 * second, (_labels, n) => bad(50 + n + rng.normal(), r, n));
  expect(received.fired).toEqual([]);
});

test('counters that start again and a clock that goes back open no alert', async () => {
  const series = fleetOf(['odd'], 6, 6).map((labels) => ({ ...labels, __name__: `${labels['__name__']}_total` }));
  const received = new Received(series);
  const rng = seededRng(10);
  const totals = new Float64Array(series.length);
  for (let r = 0; r < 200; r++) {
    if (r === 90 || r === 150) totals.fill(0);
    const now = start + r * 10 * second;
    await received.round(
      now,
      (_labels, n) => {
        totals[n] = totals[n]! + 100 + n + 2 * rng.normal();
        return totals[n];
      },
      r > 120 && r < 140 ? now - 2 * minute : now,
    );
  }
  expect(received.fired).toEqual([]);
});
