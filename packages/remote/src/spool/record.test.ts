import { formatLabels } from '@jaegis/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { headerBytes, payloadLength, readRecord, writeRecord } from './record.ts';

const text = fc.oneof(
  fc.string({ maxLength: 60, unit: 'grapheme' }),
  // Around the length at which a text is written in another way, in one and in three bytes a letter.
  fc.constantFrom('a'.repeat(42), 'a'.repeat(43), '語'.repeat(42), '語'.repeat(43), 'ü'.repeat(200)),
);
const labels = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  text,
  { maxKeys: 6 },
);
const samples = fc.array(fc.tuple(fc.nat(5_000), fc.integer({ min: -1e15, max: 1e15 }), fc.double({ noNaN: true })), {
  maxLength: 50,
});

test('a record is read as it was written; a flipped bit is seen', () => {
  const out = new ByteWriter();
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 8 }), samples, fc.nat(), (newSeries, list, place) => {
      out.reset();
      writeRecord(out, newSeries, {
        series: Uint32Array.from(list, ([series]) => series),
        timestamps: Float64Array.from(list, ([, at]) => at),
        values: Float64Array.from(list, ([, , value]) => value),
        length: list.length,
      });
      const bytes = out.view().slice();
      const header = bytes.subarray(0, headerBytes);
      const payload = bytes.subarray(headerBytes);
      expect(payloadLength(header)).toBe(payload.length);
      const read = readRecord(header, payload)!;
      expect(read.newSeries.map(formatLabels)).toEqual(newSeries.map(formatLabels));
      expect(
        Array.from({ length: read.samples.length }, (_, i) => [
          read.samples.series[i],
          read.samples.timestamps[i],
          read.samples.values[i],
        ]),
      ).toEqual(list);
      const flipped = payload.slice();
      flipped[place % flipped.length]! ^= 1 << (place % 8);
      expect(readRecord(header, flipped)).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
