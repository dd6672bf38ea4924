import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinSamples, type Samples } from './join-samples.ts';

const part = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }), fc.integer({ min: 1, max: 1_000 }))
  .map(([times, value]): Samples => {
    const timestamps = Float64Array.from(times).sort();
    return { timestamps, values: timestamps.map((time) => time * 1_000 + value) };
  });

describe('joinSamples', () => {
  it('gives the samples of all parts in the order of time, of one time those of the part that was given first', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const wanted = new Map<number, number>();
        for (const { timestamps, values } of parts)
          for (const [i, time] of timestamps.entries()) if (!wanted.has(time)) wanted.set(time, values[i]!);
        const rows = [...wanted].sort(([a], [b]) => a - b);
        const joined = joinSamples(parts);
        expect([...joined.timestamps]).toEqual(rows.map(([time]) => time));
        expect([...joined.values]).toEqual(rows.map(([, value]) => value));
      }),
    );
  });
});
