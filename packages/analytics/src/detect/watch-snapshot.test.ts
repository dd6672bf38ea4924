import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeHead, encodePart, type ReadPart, readParts, type WatchPart } from './watch-snapshot.ts';

const part: fc.Arbitrary<WatchPart> = fc
  .record({
    rows: fc.array(fc.tuple(fc.double(), fc.double(), fc.double()), { maxLength: 6 }),
    detector: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ rows, detector }) => {
    const column = (i: 0 | 1 | 2) => Float64Array.from(rows, (row) => row[i]);
    return { keys: column(0), lastAt: column(1), lastValue: column(2), detector };
  });
const parts = fc.array(part, { minLength: 1, maxLength: 4 });

const encode = (list: readonly WatchPart[]) => new Uint8Array(Buffer.concat([encodeHead(5), ...list.map(encodePart)]));
const read = (bytes: Uint8Array): ReadPart[] => [
  ...readParts((offset, length) => bytes.slice(offset, offset + length), bytes.length),
];

test('any parts are read as they were written', () => {
  fc.assert(
    fc.property(parts, (list) => {
      expect(read(encode(list))).toEqual(list.map((each) => ({ part: each })));
    }),
    { numRuns: 60 },
  );
});

test('a flipped bit costs the part it is in; only where a part begins is lost with its head', () => {
  fc.assert(
    fc.property(parts, fc.nat(), (list, place) => {
      const bytes = encode(list);
      const bit = place % (8 * bytes.length);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const found = read(bytes);
      expect(found.filter((each) => 'part' in each).length).toBeLessThanOrEqual(list.length);
      // The detector's bytes check themselves, and when it was written is checked by whoever asks.
      const whole = list.map(({ keys, lastAt, lastValue }) => ({ keys, lastAt, lastValue }));
      for (const each of found)
        if ('part' in each) {
          const { keys, lastAt, lastValue } = each.part;
          expect(whole).toContainEqual({ keys, lastAt, lastValue });
        }
    }),
    { numRuns: 150 },
  );
});

test('any bytes, and any that begin well, are read to the end or to a damage', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, hasHead) => {
      const given = hasHead ? Buffer.concat([encodeHead(5), encodePart(emptyPart).subarray(0, 4), bytes]) : bytes;
      const found = read(given);
      expect(found.length).toBeGreaterThan(0);
      for (const each of found.slice(0, -1)) expect('part' in each || each.damage.includes('checksum')).toBe(true);
    }),
  );
});

const none = new Float64Array(0);
const emptyPart: WatchPart = { keys: none, lastAt: none, lastValue: none, detector: new Uint8Array(0) };
