import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantileOf } from './quantiles.ts';
import { selectRank } from './select-rank.ts';

const numbers = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), { minLength: 1 });

describe('selectRank', () => {
  it('puts the number of a rank where sorting would, between those that are not greater and not less', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), fc.nat(), (given, a, b) => {
        const from = a % given.length;
        const rank = from + (b % (given.length - from));
        const values = Float64Array.from(given);
        selectRank(values, from, rank);
        const sorted = Float64Array.from(given);
        sorted.subarray(from).sort();
        expect(values[rank]! - sorted[rank]!).toSatisfy((difference) => difference === 0 || Number.isNaN(difference));
        expect(values.subarray(0, from)).toEqual(Float64Array.from(given.slice(0, from)));
        for (let i = from; i < rank; i++) expect(values[i]).toBeLessThanOrEqual(values[rank]!);
        for (let i = rank + 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[rank]!);
        expect(values.slice().sort()).toEqual(Float64Array.from(given).sort());
      }),
    );
  });

  it('does not take long for orders in which the middle of three is always a bad guess', () => {
    const size = 20_000;
    const values = Float64Array.from({ length: size }, (_, i) => (i % 2 === 0 ? i : size - i));
    selectRank(values, 0, size - 2);
    expect(values[size - 1]).toBeGreaterThanOrEqual(values[size - 2]!);
  });
});

describe('quantileOf', () => {
  it('is on the line between the two nearest ranks of the sorted numbers, NaN below all others', () => {
    const given = fc.array(fc.oneof(fc.constant(Number.NaN), fc.double({ min: -1e9, max: 1e9, noNaN: true })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(given, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const nans = values.filter((value) => Number.isNaN(value));
        const sorted = [...nans, ...values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)];
        const rank = q * (sorted.length - 1);
        const lower = Math.floor(rank);
        const weight = rank - lower;
        const expected = sorted[lower]! * (1 - weight) + sorted[Math.min(lower + 1, sorted.length - 1)]! * weight;
        expect(quantileOf(q, Float64Array.from(values)) + 0).toBe(expected + 0);
      }),
    );
  });
});
