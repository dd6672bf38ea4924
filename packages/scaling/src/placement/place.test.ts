import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PlacementRules, place, type Region, roomFor } from './place.ts';

const region = (name: string, o: Partial<Region> = {}): Region => ({
  name,
  price: 1,
  capacity: Number.POSITIVE_INFINITY,
  min: 0,
  latencyMs: 0,
  ruledOut: null,
  ...o,
});
const rules = (regions: Region[], o: Partial<PlacementRules> = {}): PlacementRules => ({
  regions,
  spread: 1,
  maxShare: 1,
  weights: { cost: 1, latency: 0 },
  ...o,
});
const counts = (placement: ReturnType<typeof place>) =>
  Object.fromEntries(placement.regions.map(({ name, replicas }) => [name, replicas]));

describe('where replicas run', () => {
  test('the cheapest first, as far as it has room, then the next', () => {
    const r = rules([
      region('eu', { price: 3 }),
      region('us', { price: 1, capacity: 4 }),
      region('asia', { price: 2 }),
    ]);
    const placement = place(r, { replicas: 6, current: {} });
    expect(counts(placement)).toEqual({ us: 4, asia: 2, eu: 0 });
    expect(placement.costPerHour).toBe(8);
    expect(placement.regions.map(({ reason }) => reason)).toEqual([
      'as many as it may have; $1 an hour',
      'the best with room; $2 an hour',
      'dearer than what does; $3 an hour',
    ]);
  });

  test('latency decides where it is preferred', () => {
    const regions = [region('far', { price: 1, latencyMs: 200 }), region('near', { price: 5, latencyMs: 10 })];
    const near = rules(regions, { weights: { cost: 0.001, latency: 1 } });
    expect(counts(place(near, { replicas: 3, current: {} }))).toEqual({ near: 3, far: 0 });
    expect(place(near, { replicas: 3, current: {} }).latencyMs).toBe(10);
  });

  test('what runs stays, what comes goes to the best, what goes leaves the dearest', () => {
    const r = rules([region('cheap', { price: 1 }), region('dear', { price: 2 })]);
    expect(counts(place(r, { replicas: 5, current: { dear: 3 } }))).toEqual({ cheap: 2, dear: 3 });
    expect(counts(place(r, { replicas: 3, current: { cheap: 2, dear: 3 } }))).toEqual({ cheap: 2, dear: 1 });
  });

  test('out of a region that the rules no longer allow', () => {
    const r = rules([region('eu'), region('us', { ruledOut: 'has not gdpr' })]);
    const placement = place(r, { replicas: 4, current: { us: 3, eu: 1 } });
    expect(counts(placement)).toEqual({ eu: 4 });
    expect(placement.leftOut).toEqual([{ name: 'us', reason: 'has not gdpr', was: 3 }]);
  });

  test('spread and share', () => {
    const three = [region('a', { price: 1 }), region('b', { price: 2 }), region('c', { price: 3 })];
    expect(counts(place(rules(three, { spread: 2 }), { replicas: 5, current: {} }))).toEqual({ a: 4, b: 1, c: 0 });
    expect(counts(place(rules(three, { maxShare: 0.5 }), { replicas: 5, current: {} }))).toEqual({ a: 3, b: 2, c: 0 });
    expect(counts(place(rules(three, { spread: 3 }), { replicas: 2, current: {} }))).toEqual({ a: 1, b: 1, c: 0 });
  });

  test('no room: as many as there is room for', () => {
    const r = rules([region('a', { capacity: 2 }), region('b', { capacity: 1 })]);
    expect(roomFor(r, 10)).toBe(3);
    expect(counts(place(r, { replicas: 10, current: {} }))).toEqual({ a: 2, b: 1 });
    expect(roomFor(rules([region('a', { ruledOut: 'is forbidden' })]), 1_000_000)).toBe(0);
  });
});

const madeRegion = (i: number) =>
  fc.record({
    name: fc.constant(`r${i}`),
    price: fc.integer({ min: 1, max: 9 }),
    capacity: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Number.POSITIVE_INFINITY)),
    min: fc.integer({ min: 0, max: 2 }),
    latencyMs: fc.integer({ min: 0, max: 200 }),
    ruledOut: fc.option(fc.constant('is forbidden'), { nil: null, freq: 4 }),
  });
const madeRules = fc.record({
  regions: fc.tuple(madeRegion(0), madeRegion(1), madeRegion(2), madeRegion(3)),
  spread: fc.integer({ min: 1, max: 3 }),
  maxShare: fc.constantFrom(1, 0.7, 0.5, 0.34),
  weights: fc.constantFrom({ cost: 1, latency: 0 }, { cost: 1, latency: 1 }, { cost: 0.001, latency: 1 }),
});

/** What the rules allow for `n` replicas, tried one by one. */
function* allowed(r: PlacementRules, n: number): Generator<number[]> {
  const most = (i: number) =>
    r.regions[i]!.ruledOut === null ? Math.min(r.regions[i]!.capacity, Math.ceil(r.maxShare * n - 1e-9)) : 0;
  const walk = function* (i: number, left: number, so: number[]): Generator<number[]> {
    if (i === r.regions.length) {
      if (left === 0) yield so;
      return;
    }
    for (let x = 0; x <= Math.min(left, most(i)); x++) yield* walk(i + 1, left - x, [...so, x]);
  };
  yield* walk(0, n, []);
}

describe('against trying everything', () => {
  test('never in a forbidden region, never over capacity or share, whatever runs now', () => {
    const current = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(madeRules, fc.integer({ min: 0, max: 14 }), current, (r, replicas, running) => {
        const placement = place(r, { replicas, current: Object.fromEntries(running.map((n, i) => [`r${i}`, n])) });
        const total = placement.regions.reduce((sum, each) => sum + each.replicas, 0);
        expect(total).toBe(roomFor(r, replicas));
        for (const { name, replicas: placed } of placement.regions) {
          const { capacity, ruledOut } = r.regions.find((each) => each.name === name)!;
          expect(ruledOut).toBeNull();
          expect(placed).toBeGreaterThanOrEqual(0);
          expect(placed).toBeLessThanOrEqual(capacity);
          expect(placed).toBeLessThanOrEqual(Math.ceil(r.maxShare * total - 1e-9));
        }
      }),
    );
  });

  test('the room is the most that any placement has', () => {
    fc.assert(
      fc.property(madeRules, fc.integer({ min: 0, max: 9 }), (r, wanted) => {
        let best = 0;
        for (let n = 1; n <= wanted; n++) if (allowed(r, n).next().done === false) best = n;
        expect(roomFor(r, wanted)).toBe(best);
      }),
    );
  });

  test('from nothing: no allowed placement with the same minima and spread is better', () => {
    fc.assert(
      fc.property(madeRules, fc.integer({ min: 1, max: 8 }), (r, replicas) => {
        const n = roomFor(r, replicas);
        const placement = place(r, { replicas, current: {} });
        const placed = r.regions.map(({ name }) => placement.regions.find((each) => each.name === name)?.replicas ?? 0);
        const open = r.regions.filter((each) => each.ruledOut === null);
        const cheapest = Math.min(...open.map(({ price }) => price!));
        const nearest = Math.min(...open.map(({ latencyMs }) => latencyMs).filter((ms) => ms > 0));
        const cost = (so: readonly number[]) =>
          so.reduce((sum, x, i) => {
            const { price, latencyMs } = r.regions[i]!;
            const far = Number.isFinite(nearest) ? (r.weights.latency * latencyMs) / nearest : 0;
            return sum + x * ((r.weights.cost * price!) / cheapest + far);
          }, 0);
        const used = placed.filter((x) => x > 0).length;
        for (const other of allowed(r, n)) {
          const keepsMinima = other.every((x, i) => x >= Math.min(placed[i]!, r.regions[i]!.min));
          if (!keepsMinima || other.filter((x) => x > 0).length < Math.min(used, r.spread)) continue;
          expect(cost(other)).toBeGreaterThanOrEqual(cost(placed) - 1e-9);
        }
        const possible = r.regions.filter((each) => each.ruledOut === null && each.capacity > 0).length;
        expect(used).toBeGreaterThanOrEqual(Math.min(r.spread, n, possible));
      }),
      { numRuns: 300 },
    );
  });
});
