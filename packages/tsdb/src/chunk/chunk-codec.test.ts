import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeChunk, encodeChunk } from './chunk-codec.ts';

function bitsOf(values: Float64Array): number[] {
  return [...new Uint32Array(values.buffer, values.byteOffset, values.length * 2)];
}

/** Encodes and decodes; returns the encoded size in bytes. */
function roundTrip(times: readonly number[], values: Float64Array): number {
  const count = times.length;
  const bytes = encodeChunk(Float64Array.from(times), values, count).slice();
  // Decoded from the middle of a dirty buffer: nothing around the chunk may matter.
  const padded = new Uint8Array(bytes.length + 20).fill(0xff);
  padded.set(bytes, 10);
  const outTimes = new Float64Array(count + 2);
  const outValues = new Float64Array(count + 2);
  const chunk = { bytes: padded, from: 10, to: 10 + bytes.length, count, start: times[0]! };
  decodeChunk(chunk, { times: outTimes, values: outValues, at: 1 });
  expect([...outTimes.subarray(1, count + 1)]).toEqual([...times]);
  expect(bitsOf(outValues.subarray(1, count + 1))).toEqual(bitsOf(values.subarray(0, count)));
  return bytes.length;
}

/** A value from its two words, so that NaN payloads stay as they are. */
const anyBits = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff));
const special = fc.constantFrom<[number, number]>(
  [2, 0x7ff00000], // stale marker
  [0, 0x7ff80000], // NaN
  [1, 0x7ff80000], // Go's NaN
  [0, 0x7ff00000], // +Inf
  [0, 0xfff00000], // -Inf
  [0, 0x80000000], // -0
  [0, 0],
);

function wordsOf(value: number): [number, number] {
  const words = new Uint32Array(new Float64Array([value]).buffer);
  return [words[0]!, words[1]!];
}

function fromWords(words: readonly (readonly [number, number])[]): Float64Array {
  return new Float64Array(new Uint32Array(words.flat()).buffer);
}

const valueColumns = fc.oneof(
  fc.array(anyBits, { minLength: 1, maxLength: 200 }),
  fc.array(fc.oneof(special, fc.double().map(wordsOf)), { minLength: 1, maxLength: 200 }),
  fc.array(fc.integer().map(wordsOf), { minLength: 1, maxLength: 200 }),
  fc.array(fc.maxSafeInteger().map(wordsOf), { minLength: 1, maxLength: 200 }),
  fc.array(
    fc.integer({ min: -1e9, max: 1e9 }).map((n) => wordsOf(n / 1_000)),
    { minLength: 1, maxLength: 200 },
  ),
  fc.array(
    fc.integer({ min: 0, max: 1e7 }).map((n) => wordsOf(n / 1e6)),
    { minLength: 1, maxLength: 200 },
  ),
  fc.array(
    fc.integer({ min: 0, max: 1e6 }).map((n) => wordsOf(n * 4096)),
    { minLength: 1, maxLength: 200 },
  ),
  // Residuals of nothing with a few that take a long row of ones.
  fc.array(
    fc.oneof({ weight: 15, arbitrary: fc.constant(0) }, fc.integer({ min: -30, max: 30 })).map((n) => wordsOf(n)),
    { minLength: 1, maxLength: 200 },
  ),
  fc.array(fc.constantFrom(1e308, -1e308, 5e-324, 0.1 + 0.2, 2 ** 53, -(2 ** 50), 2 ** 50).map(wordsOf), {
    minLength: 1,
    maxLength: 200,
  }),
);

describe('chunk codec', () => {
  test('gives back every bit of any values at any rising times', () => {
    const gaps = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2 ** 40 }), fc.constant(10_000)),
      {
        minLength: 200,
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(valueColumns, gaps, fc.integer({ min: 0, max: 4e12 }), (words, steps, start) => {
        let at = start;
        roundTrip(
          words.map((_, i) => (i === 0 ? start : (at += steps[i]!))),
          fromWords(words),
        );
      }),
      { numRuns: 500 },
    );
  });

  const regular = Array.from({ length: 120 }, (_, i) => 1_700_000_000_000 + i * 10_000);

  test('a constant at regular times takes a handful of bytes', () => {
    expect(roundTrip(regular, new Float64Array(120).fill(42.5))).toBeLessThan(16);
  });

  test('a steady counter takes a handful of bytes', () => {
    expect(
      roundTrip(
        regular,
        Float64Array.from(regular, (_, i) => 1_000_000 + i * 250),
      ),
    ).toBeLessThan(24);
  });

  test('three decimals that wander by hundredths take little more than their noise', () => {
    let x = 50_000;
    const values = Float64Array.from(regular, (_, i) => (x += ((i * 7919) % 41) - 20) / 1_000);
    expect(roundTrip(regular, values)).toBeLessThan(120);
  });

  test('memory in whole pages is counted in pages', () => {
    const values = Float64Array.from(regular, (_, i) => (100_000 + ((i * 31) % 7)) * 4096);
    expect(roundTrip(regular, values)).toBeLessThan(80);
  });

  test('damaged bytes decode to something and never crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 200 }), (bytes, count) => {
        const into = { times: new Float64Array(count), values: new Float64Array(count), at: 0 };
        decodeChunk({ bytes, from: 0, to: bytes.length, count, start: 0 }, into);
      }),
    );
  });

  test('a lone fall among small steps, of any height', () => {
    for (let height = 1; height < 3_000; height++) {
      const values = Float64Array.from({ length: 24 }, (_, i) => (i < 12 ? height + 3 * i : 3 * i));
      roundTrip(
        Array.from({ length: 24 }, (_, i) => i * 1_000),
        values,
      );
    }
  });
});
