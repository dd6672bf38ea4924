import { staleMarker } from '@jaegis/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../byte-stream.ts';
import { answerFromRollup, counterSamples } from './answer-from-rollup.ts';
import { joinRollups } from './join-rollups.ts';
import { coarsen, type Rollup, type RollupField, rollUp, rollupFields, sliceRollup } from './rollup.ts';
import { readRollup, writeRollup } from './rollup-column.ts';

const minute = 60_000;

function plain(rollup: Rollup): Record<string, number[]> {
  return Object.fromEntries(rollupFields.map((field) => [field, [...rollup[field]]]));
}

function roundTrip(rollup: Rollup, fields: readonly RollupField[] = rollupFields): Rollup {
  const out = new ByteWriter();
  writeRollup(out, rollup, new ByteWriter());
  return readRollup(new ByteReader(out.view()), rollup.times, fields);
}

const timesOf = (steps: readonly number[]): Float64Array => {
  let at = 1_700_000_000_000;
  return Float64Array.from(steps.map((step) => (at += step)));
};

/** By PromQL's rule: a fall is a restart from zero. */
function increaseOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) {
    const [before, value] = [values[i - 1]!, values[i]!];
    sum += value >= before ? value - before : value;
  }
  return sum;
}

describe('rollup', () => {
  test('says of each bucket what its samples were', () => {
    const times = timesOf([0, 10_000, 10_000, 10_000, 30_000, 5_000, 200_000]);
    const rollup = rollUp(times, Float64Array.of(1, 5, 2, 3, 7, 8, staleMarker), minute);
    // 1700000000 s is 20 s into a minute.
    expect(plain(rollup)).toMatchObject({
      counts: [4, 2],
      sums: [11, 15],
      mins: [1, 7],
      maxs: [5, 8],
      lasts: [3, 8],
    });
  });

  test('the increase over whole buckets is exact, restarts included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1_000, max: 90_000 }), { minLength: 25, maxLength: 300 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 1_000 })),
        (steps, moves) => {
          const times = timesOf(steps);
          let value = 0;
          let i = 0;
          const values = times.map(() =>
            ++i % 40 === 0 ? (value = moves.next().value % 3) : (value += moves.next().value),
          );
          for (const rollup of [rollUp(times, values, minute), coarsen(rollUp(times, values, minute), 5 * minute)]) {
            const answer = answerFromRollup(rollup, { func: 'increase', isWindow: true, widthMs: minute });
            expect(increaseOf(answer.values)).toBe(increaseOf(values));
            for (let k = 1; k < answer.timestamps.length; k++)
              expect(answer.timestamps[k]!).toBeGreaterThan(answer.timestamps[k - 1]!);
          }
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  test('what rates get to see of two parts, one after the other, is what they get to see of all', () => {
    const sample = fc.tuple(fc.integer({ min: 1_000, max: 90_000 }), fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 200 }), fc.nat(), (samples, place) => {
        const times = timesOf(samples.map(([step]) => step));
        let value = 0;
        const rising = samples.map(([, rise], i) => (i % 23 === 22 ? (value = rise) : (value += rise)));
        const whole = rollUp(times, Float64Array.from(rising), minute);
        const cut = place % (whole.length + 1);
        const first = sliceRollup(whole, 0, cut);
        const second = counterSamples(sliceRollup(whole, cut, whole.length), first.lasts.at(-1));
        const begun = counterSamples(first);
        const all = counterSamples(whole);
        expect([...begun.timestamps, ...second.timestamps]).toEqual([...all.timestamps]);
        expect([...begun.values, ...second.values]).toEqual([...all.values]);
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test('wider buckets of buckets are what wider buckets of samples are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 9 })), {
          minLength: 1,
          maxLength: 200,
        }),
        (samples) => {
          const times = timesOf(samples.map(([step]) => step));
          const values = Float64Array.from(samples, ([, value]) => value);
          expect(plain(coarsen(rollUp(times, values, minute), 10 * minute))).toEqual(
            plain(rollUp(times, values, 10 * minute)),
          );
        },
      ),
      { numRuns: 200, seed: 2 },
    );
  });

  test('of two with the same bucket the fuller one counts', () => {
    const times = timesOf([0, 1_000, 1_000, 60_000, 1_000]);
    const values = Float64Array.of(1, 2, 3, 4, 5);
    const whole = rollUp(times, values, minute);
    const part = rollUp(times.slice(0, 2), values.slice(0, 2), minute);
    const late = sliceRollup(whole, 1, 2);
    for (const parts of [
      [part, whole],
      [whole, part],
      [late, whole],
      [late, part, whole],
    ])
      expect(plain(joinRollups(parts, minute))).toEqual(plain(whole));
    expect(joinRollups([late, part], minute).counts).toEqual(Float64Array.of(2, 2));
  });

  test('parts that overlap in any way are joined as if each bucket had come alone', () => {
    const sample = fc.tuple(fc.integer({ min: 0, max: 40 * 60 }), fc.integer({ min: 0, max: 9 }));
    const part = fc.array(sample, { minLength: 1, maxLength: 30 }).map((samples) => {
      const byTime = new Map(samples.map(([second, value]) => [1.7e12 + second * 1_000, value]));
      const times = Float64Array.from(byTime.keys()).sort();
      return rollUp(
        times,
        Float64Array.from(times, (time) => byTime.get(time)!),
        minute,
      );
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const fullest = new Map<number, number>();
        for (const { times, counts } of parts)
          for (const [i, time] of times.entries()) {
            const bucket = Math.floor(time / minute);
            fullest.set(bucket, Math.max(counts[i]!, fullest.get(bucket) ?? 0));
          }
        const joined = joinRollups(parts, minute);
        const buckets = [...joined.times].map((time) => Math.floor(time / minute));
        expect(buckets).toEqual([...fullest.keys()].sort((a, b) => a - b));
        expect([...joined.counts]).toEqual(buckets.map((bucket) => fullest.get(bucket)));
        for (const field of ['lasts', 'mins', 'sums'] as const)
          expect([...joinRollups(parts, minute, ['times', 'counts', field])[field]]).toEqual([...joined[field]]);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test('the codec gives back any rollup', () => {
    const value = fc.oneof(
      { arbitrary: fc.integer({ min: -1e6, max: 1e6 }).map((x) => x / 1_000), weight: 6 },
      { arbitrary: fc.integer({ min: 0, max: 1e9 }), weight: 3 },
      { arbitrary: fc.double(), weight: 1 },
      { arbitrary: fc.constantFrom(Number.NaN, Infinity, -0, 2 ** 52), weight: 1 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 70_000 }), value), { minLength: 1, maxLength: 120 }),
        fc.boolean(),
        (samples, isRising) => {
          let sum = 0;
          const times = timesOf(samples.map(([step]) => step));
          const values = Float64Array.from(samples, ([, each]) => (isRising ? (sum += Math.abs(each)) : each));
          const rollup = rollUp(times, values, minute);
          const read = roundTrip(rollup);
          for (const field of rollupFields) expect([...roundTrip(rollup, [field])[field]]).toEqual([...read[field]]);
          // One bucket of a gauge makes a chunk of a gauge.
          if (rollup.increases.some((each) => Number.isNaN(each))) {
            rollup.increases.fill(Number.NaN);
            rollup.firsts.set(rollup.lasts);
          }
          for (const field of ['times', 'counts', 'mins', 'maxs', 'lasts', 'firsts'] as const)
            expect([...read[field]]).toEqual([...rollup[field]]);
          // Sums of decimals lose the error of adding them up: what comes back is the nearer one.
          for (const field of ['sums', 'increases'] as const)
            for (let i = 0; i < rollup.length; i++) {
              if (Object.is(read[field][i], rollup[field][i])) continue;
              const size = Math.abs(rollup.lasts[i]!) + Math.abs(rollup.sums[i]!);
              expect(Math.abs(read[field][i]! - rollup[field][i]!)).toBeLessThanOrEqual(size * 1e-12);
            }
        },
      ),
      { numRuns: 400, seed: 3 },
    );
  });

  test('a steady counter costs little more than its last values', () => {
    const times = Float64Array.from({ length: 6_000 }, (_, i) => 1.7e12 + i * 10_000);
    const rollup = sliceRollup(
      rollUp(
        times,
        times.map((_, i) => i * 25),
        minute,
      ),
      0,
      900,
    );
    const out = new ByteWriter();
    writeRollup(out, rollup, new ByteWriter());
    expect(out.length).toBeLessThan(200);
  });
});
