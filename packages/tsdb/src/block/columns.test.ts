import { staleMarker } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../byte-stream.ts';
import { Cells, RangeDecoder, RangeEncoder } from './range-coder.ts';
import { readTimes, writeTimes } from './time-column.ts';
import { maxColumn, readValues, writeValues } from './value-column.ts';

function bits(values: Float64Array): number[] {
  return [...new Uint32Array(values.buffer, values.byteOffset, values.length * 2)];
}

/** Writes and reads back; returns the size in bytes. */
function roundTrip(values: Float64Array): number {
  const out = new ByteWriter();
  writeValues(out, values, values.length);
  const read = new Float64Array(values.length + 2).fill(7);
  readValues(new ByteReader(out.view()), values.length, { values: read, at: 1 });
  expect(bits(read.slice(1, -1))).toEqual(bits(values));
  expect([read[0], read.at(-1)]).toEqual([7, 7]);
  return out.length;
}

const anyDouble = fc.oneof(
  { arbitrary: fc.double(), weight: 2 },
  { arbitrary: fc.integer({ min: -1_000, max: 1_000 }).map((x) => x / 1_000), weight: 3 },
  { arbitrary: fc.maxSafeInteger(), weight: 2 },
  fc.constantFrom(0, -0, Number.NaN, staleMarker, Infinity, -Infinity, 5e-324, 2 ** 50, -(2 ** 50), 2 ** 53, 0.1 + 0.2),
);

describe('value column', () => {
  test('gives back any doubles, bit for bit', () => {
    fc.assert(
      fc.property(fc.array(anyDouble, { minLength: 1, maxLength: 60 }), (list) => {
        roundTrip(Float64Array.from(list));
      }),
      { numRuns: 600, seed: 1 },
    );
  });

  test('gives back what series look like: decimals, walks, pages, rare outsiders', () => {
    const rng = seededRng(3);
    for (let run = 0; run < 150; run++) {
      const count = rng.int(1, maxColumn);
      const places = 10 ** rng.int(0, 8);
      const unit = rng.pick([1, 4096, 1_000]);
      const outsiders = rng.pick([0, 0.01, 0.2]);
      let walk = rng.int(-1e6, 1e9);
      const values = Float64Array.from({ length: count }, () => {
        walk += rng.int(-50, 60) * unit;
        return rng.chance(outsiders) ? rng.pick([staleMarker, -0, rng.next(), Infinity]) : walk / places;
      });
      roundTrip(values);
    }
  });

  test('a stale marker among decimals costs bytes, not the whole column', () => {
    const values = Float64Array.from({ length: 720 }, (_, i) => (i * 7) % 100);
    const clean = roundTrip(values);
    values[719] = staleMarker;
    expect(roundTrip(values)).toBeLessThan(clean + 20);
  });

  test('damaged bytes give numbers or a RangeError, and end', () => {
    const rng = seededRng(5);
    const out = new ByteWriter();
    writeValues(
      out,
      Float64Array.from({ length: 300 }, () => rng.int(0, 1e6) / 100),
      300,
    );
    for (let run = 0; run < 400; run++) {
      const bytes = out.view().slice(0, rng.int(1, out.length));
      bytes[rng.int(0, bytes.length - 1)] = rng.int(0, 255);
      try {
        readValues(new ByteReader(bytes), 300, { values: new Float64Array(300), at: 0 });
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });
});

describe('column of times', () => {
  test('gives back rising times, regular or not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(10_000), fc.integer({ min: 1, max: 100_000 })), { maxLength: 100 }),
        fc.integer({ min: 0, max: 2e12 }),
        (steps, start) => {
          let at = start;
          const times = Float64Array.from([start, ...steps.map((step) => (at += step))]);
          const out = new ByteWriter();
          writeTimes(out, times, times.length);
          const read = readTimes(new ByteReader(out.view()), times.length);
          expect([...read].map((time) => time + start)).toEqual([...times]);
        },
      ),
      { numRuns: 300, seed: 2 },
    );
  });

  test('regular times take a few bytes', () => {
    const out = new ByteWriter();
    writeTimes(
      out,
      Float64Array.from({ length: 720 }, (_, i) => 1.7e12 + i * 10_000),
      720,
    );
    expect(out.length).toBeLessThan(5);
  });
});

describe('range coder', () => {
  test('gives back any mix of learned and direct bits', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ cell: fc.integer({ min: 0, max: 3 }), bit: fc.constantFrom(0, 0, 0, 1) }),
            fc.record({ count: fc.integer({ min: 0, max: 52 }), value: fc.maxSafeInteger().map(Math.abs) }),
          ),
          { maxLength: 400 },
        ),
        (parts) => {
          const cells = new Cells(4);
          const encoder = new RangeEncoder();
          encoder.reset();
          for (const part of parts) {
            if ('bit' in part) encoder.bit(cells, part.cell, part.bit);
            else encoder.direct(part.value % 2 ** part.count, part.count);
          }
          const bytes = encoder.finish();
          cells.reset();
          const decoder = new RangeDecoder();
          decoder.reset(bytes, 0, bytes.length);
          for (const part of parts) {
            if ('bit' in part) expect(decoder.bit(cells, part.cell)).toBe(part.bit);
            else expect(decoder.direct(part.count)).toBe(part.value % 2 ** part.count);
          }
        },
      ),
      { numRuns: 300, seed: 4 },
    );
  });

  test('a run of one kind costs next to nothing', () => {
    const cells = new Cells(1);
    const encoder = new RangeEncoder();
    encoder.reset();
    for (let i = 0; i < 8_000; i++) encoder.bit(cells, 0, 0);
    expect(encoder.finish().length).toBeLessThan(20);
  });
});
