import { poolConfigSchema } from '@jaegis/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDecider } from './decide-pipe.ts';
import { parseObservation } from './observation.ts';

const pool = poolConfigSchema.parse({
  name: 'p',
  replicas: { min: 1, max: 40 },
  capacity: { requests_per_second: 10 },
  startup: '60s',
});
const line = (o: object): string => JSON.stringify({ now: 1_700_000_000_000, replicas: { ready: 4 }, ...o });

test('reads the documented form', () => {
  const seen = parseObservation(
    line({ metrics: { request_rate: 12, memory_utilization: null, other: 1 }, replicas: { ready: 4, pending: 1 } }),
  );
  expect(seen).toMatchObject({
    signals: { request_rate: { value: 12, at: 1_700_000_000_000 } },
    replicas: { ready: 4, pending: 1, draining: 0 },
    unknown: ['other'],
  });
});

test('says what is wrong with a line, and holds', () => {
  const problemOf = (text: string) => (parseObservation(text) as { problem: string }).problem;
  expect(problemOf('{')).toContain('no JSON');
  expect(problemOf('{"now":0,"replicas":{"ready":1}}')).toContain('now is 0');
  expect(problemOf('{"now":1e300,"replicas":{"ready":1}}')).toContain('now is 1e+300');
  expect(problemOf('{"now":5}')).toContain('replicas are missing');
  expect(problemOf('{"now":5,"replicas":{"ready":-1}}')).toContain('must be whole numbers');
  // What the line says is there is held, also before anything else was seen: never less.
  expect(createDecider(pool)('{"now":"soon","replicas":{"ready":9,"pending":2}}')).toMatchObject({
    desired: 11,
    reason: 'InvalidData',
  });
  const decide = createDecider(pool);
  expect(decide(line({ metrics: { request_rate: 50 } })).desired).toBe(7);
  expect(decide('nonsense')).toMatchObject({ desired: 7, reason: 'InvalidData' });
  expect(decide('{"now":1700000010000,"metrics":{"request_rate":NaN},"replicas":{"ready":7}}').message).toContain(
    'request_rate is NaN',
  );
});

test('two moments beyond all dates are held, and do not hang', () => {
  const decide = createDecider(pool);
  const at = (now: string) => decide(`{"now":${now},"metrics":{"request_rate":20},"replicas":{"ready":3}}`).desired;
  expect(['1700000000000', '1e300', '1.1e300', '8.64e15'].map(at)).toEqual([3, 3, 3, 3]);
});

test('any text gives a decision within the bounds, never a throw', () => {
  const value = fc.oneof(fc.double(), fc.constant(null), fc.string(), fc.constant({ value: 3, at: 5 }));
  const observation = fc.record({
    now: fc.oneof(fc.integer({ min: 1, max: 2_000_000_000_000 }), value),
    metrics: fc.dictionary(
      fc.constantFrom('request_rate', 'queue_length', 'cpu_utilization', 'latency_p95', 'x'),
      value,
    ),
    replicas: fc.oneof(fc.record({ ready: fc.integer({ min: -2, max: 2_000 }), pending: fc.nat(50) }), value),
  });
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          observation.map((each) => JSON.stringify(each)),
          fc.string(),
        ),
        { maxLength: 12 },
      ),
      (lines) => {
        const decide = createDecider(pool);
        for (const each of lines) {
          const { desired, message } = decide(each);
          expect(Number.isInteger(desired) && desired >= 0).toBe(true);
          expect(message).not.toBe('');
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('what is expected ahead is told, and of a young history orders no more than the load asks for', () => {
  const orderOf = (points: number) => {
    const ahead = {
      observe: (at: number) => ({
        series: {},
        madeAt: at,
        step: 60_000,
        mean: [200, 200, 200],
        quantiles: {},
        model: 'made',
        trust: 1,
        points,
      }),
    };
    return createDecider(pool, ahead)(line({ metrics: { request_rate: 50 } }));
  };
  expect(orderOf(10)).toMatchObject({ desired: 7, forecast: { model: 'made', peak: 200, trust: 1 } });
  expect(orderOf(2_000).desired).toBeGreaterThan(7);
});

test('start times and what the day has cost are told by the counts where no line tells them', () => {
  const written = {
    name: 'p',
    replicas: { min: 1, max: 100 },
    capacity: { requests_per_second: 10 },
    cost: { per_replica_hour: 1, budget_per_day: 45 },
  };
  const decide = createDecider(poolConfigSchema.parse(written));
  const midnight = 1_700_006_400_000;
  const at = (minutes: number, replicas: object, rest: object = {}) =>
    decide(JSON.stringify({ now: midnight + minutes * 60_000, metrics: { request_rate: 60 }, replicas, ...rest }));
  at(0, { ready: 5 });
  at(1, { ready: 5, pending: 3 });
  for (let minute = 2; minute < 7; minute++) at(minute, { ready: 5, pending: 3 });
  const served = at(7, { ready: 8 });
  expect((served.predicted.effectiveAt - served.now) / 60_000).toBeLessThan(2);
  const more = at(8, { ready: 8 }, { metrics: { request_rate: 90 } });
  // Seven minutes from the look before the order to the one after.
  expect((more.predicted.effectiveAt - more.now) / 60_000).toBeCloseTo(8, 0);
  // Three hours and a third with eight: what is left of 45 does not pay for 21 hours with one and an hour with more.
  for (let minute = 9; minute < 200; minute++) at(minute, { ready: 8 }, { metrics: { request_rate: 70 } });
  expect(at(200, { ready: 8 }, { metrics: { request_rate: 70 } })).toMatchObject({
    desired: 1,
    reason: 'BudgetExceeded',
  });
  expect(at(201, { ready: 8 }, { metrics: { request_rate: 70 }, spent_today: 0 }).desired).toBeGreaterThanOrEqual(3);
});

test('a quota cuts what is wanted', () => {
  const decide = createDecider(pool, undefined, [{ name: 'gpus', limit: 5, left: 4 }]);
  expect(decide(line({ metrics: { request_rate: 90 } }))).toMatchObject({ desired: 4 });
});
