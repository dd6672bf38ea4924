import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SnappyReader } from './snappy.ts';
import { packSnappy } from './snappy-writer.ts';

const reader = new SnappyReader();
const limit = 2 ** 24;
const unpack = (bytes: readonly number[] | Uint8Array, max = limit) => {
  const found = reader.read(Uint8Array.from(bytes), max);
  return found.ok ? new TextDecoder().decode(found.bytes) : `${found.fault}: ${found.error}`;
};
const ascii = (text: string) => [...new TextEncoder().encode(text)];

describe('the format, by hand', () => {
  test('a literal', () => expect(unpack([5, 4 << 2, ...ascii('hello')])).toBe('hello'));
  test('an empty block', () => expect(unpack([0])).toBe(''));
  test('a literal whose length takes a byte of its own, and two', () => {
    const text = 'x'.repeat(200);
    expect(unpack([200, 1, 60 << 2, 199, ...ascii(text)])).toBe(text);
    expect(unpack([200, 1, 61 << 2, 199, 0, ...ascii(text)])).toBe(text);
  });
  test('copies with offsets of one, two and four bytes', () => {
    const start = [4 << 2, ...ascii('abcde')];
    expect(unpack([9, ...start, 0x01, 5])).toBe('abcdeabcd');
    expect(unpack([8, ...start, (2 << 2) | 2, 4, 0])).toBe('abcdebcd');
    expect(unpack([8, ...start, (2 << 2) | 3, 3, 0, 0, 0])).toBe('abcdecde');
  });
  test('a copy that overlaps itself repeats', () => {
    for (const offset of [1, 2, 3, 4, 5, 7, 8]) {
      const seed = 'abcdefgh'.slice(0, offset);
      const want = seed.repeat(61).slice(0, offset + 60);
      expect(unpack([want.length, (offset - 1) << 2, ...ascii(seed), (59 << 2) | 2, offset, 0])).toBe(want);
    }
  });
  test.each([
    ['nothing', [], 'malformed'],
    ['a length without end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 'malformed'],
    ['fewer bytes than declared', [6, 4 << 2, ...ascii('hello')], 'malformed'],
    ['more bytes than declared', [4, 4 << 2, ...ascii('hello')], 'malformed'],
    ['a copy from before the start', [9, 4 << 2, ...ascii('abcde'), 0x01, 6], 'malformed'],
    ['a copy from offset 0', [9, 4 << 2, ...ascii('abcde'), 0x01, 0], 'malformed'],
    ['a literal of 4 GiB', [5, 63 << 2, 0xff, 0xff, 0xff, 0xff, 1], 'malformed'],
    ['more than is allowed', [0xff, 0xff, 0xff, 0xff, 0x0f], 'too_large'],
  ])('%s is refused', (_, bytes, fault) => expect(unpack(bytes)).toMatch(new RegExp(`^${fault}: the body`)));
});

describe('whatever the bytes', () => {
  const text = fc
    .array(fc.constantFrom('instance', 'job', 'agent-', '0', '17', 'x'), { maxLength: 400 })
    .map((a) => a.join(''));

  test('what is packed unpacks to itself, also at all lengths and over blocks', () => {
    const check = (bytes: Uint8Array) => {
      const found = reader.read(packSnappy(bytes), limit);
      return found.ok && Buffer.compare(found.bytes, bytes) === 0;
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), check), { numRuns: 200 });
    fc.assert(
      fc.property(text, (given) => check(new TextEncoder().encode(given))),
      { numRuns: 200 },
    );
    const long = new Uint8Array(300_000).map((_, i) => (i % 1_000 < 900 ? i % 7 : (i * 2_654_435_761) >>> 24));
    expect(check(long)).toBe(true);
    expect(packSnappy(long).length).toBeLessThan(long.length / 2);
  });

  test('any bytes, and any change to good ones, give a typed result within the limit', () => {
    const isTyped = (bytes: Uint8Array) => {
      const found = reader.read(bytes, 10_000);
      return found.ok ? found.bytes.length <= 10_000 : /^the body is/.test(found.error);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isTyped), { numRuns: 1_000 });
    fc.assert(
      fc.property(text, fc.nat(), fc.integer({ min: 0, max: 255 }), (given, where, byte) => {
        const packed = packSnappy(new TextEncoder().encode(given));
        packed[where % packed.length] = byte;
        return isTyped(packed);
      }),
      { numRuns: 500 },
    );
  });
});
