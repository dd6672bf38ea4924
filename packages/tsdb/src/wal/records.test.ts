import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRecords } from './record-reader.ts';
import { type RecordType, RecordWriter } from './record-writer.ts';
import { readSamples, sampleRoom, writeSamples } from './samples-record.ts';
import { readSeries, writeSeries } from './series-record.ts';

const doubles = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer().map((n) => n / 1_000),
  fc.integer().map((n) => n / 1e6),
  fc.constantFrom(
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    1e308,
    5e-324,
    2 ** 51,
    -(2 ** 51),
    2 ** 31,
    -(2 ** 31),
    0.1 + 0.2,
  ),
);
const samples = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: -1e12, max: 4e12 }), doubles),
  { maxLength: 300 },
);

describe('samples records', () => {
  test('give back every bit of what was not skipped', () => {
    fc.assert(
      fc.property(samples, fc.nat(7), (list, modulus) => {
        const skip = (i: number): boolean => modulus > 0 && i % (modulus + 1) === 0;
        const batch = {
          refs: Uint32Array.from(list, (s) => s[0]),
          timestamps: Float64Array.from(list, (s) => s[1]),
          values: Float64Array.from(list, (s) => s[2]),
          length: list.length,
        };
        const words = new Uint32Array(batch.values.buffer);
        // Payloads that no plain number would keep.
        for (let i = 0; i < list.length; i += 5) words.set([0xdeadbeef ^ i, 0x7ff00000], 2 * i);
        const kept = [...list.keys()].filter((i) => !skip(i));
        const out = new RecordWriter();
        expect(writeSamples(out, batch, skip)).toBe(kept.length);
        const room = sampleRoom();
        room.batch.length = 0;
        expect(readRecords(out.view(), (_, payload) => readSamples(payload, room))).toEqual([]);
        const read = new Uint32Array(room.batch.values.buffer);
        expect(room.batch.length).toBe(kept.length);
        kept.forEach((i, at) => {
          expect([room.batch.refs[at], room.batch.timestamps[at]]).toEqual([batch.refs[i], batch.timestamps[i]]);
          expect([read[2 * at], read[2 * at + 1]]).toEqual([words[2 * i], words[2 * i + 1]]);
        });
      }),
    );
  });

  test('a steady sender takes a few bytes a sample', () => {
    const length = 2_000;
    const batch = {
      refs: Uint32Array.from({ length }, (_, i) => 2 ** 22 + i),
      timestamps: new Float64Array(length).fill(1.7e12),
      values: Float64Array.from({ length }, (_, i) => (i % 2 === 0 ? i : i / 1_000)),
      length,
    };
    const out = new RecordWriter();
    writeSamples(out, batch, () => false);
    expect(out.length).toBeLessThan(length * 6);
  });
});

test('series records give back any labels', () => {
  // The store refuses this one name: a plain object cannot hold it.
  const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text !== '__proto__');
  const sets = fc.array(fc.dictionary(label, label, { maxKeys: 20, noNullPrototype: true }), { maxLength: 30 });
  fc.assert(
    fc.property(sets, (list) => {
      const out = new RecordWriter();
      writeSeries(out, [...list.keys()], (ref) => list[ref]);
      const read: Record<string, string>[] = [];
      const damaged = readRecords(out.view(), (_, payload) =>
        readSeries(payload, (ref, labels) => void (read[ref] = labels)),
      );
      expect(damaged).toEqual([]);
      expect(read.map((labels) => Object.entries(labels))).toEqual(list.map((labels) => Object.entries(labels)));
    }),
  );
});

describe('a file of records', () => {
  function writeTexts(texts: readonly string[]): Uint8Array {
    const out = new RecordWriter();
    for (const text of texts) {
      out.begin('series');
      out.text(text);
      out.end();
    }
    return out.view().slice();
  }

  function readTexts(bytes: Uint8Array): { texts: string[]; damages: number } {
    const texts: string[] = [];
    const damages = readRecords(bytes, (_: RecordType, payload) => void texts.push(payload.text())).length;
    return { texts, damages };
  }

  test('a flipped bit costs the record it is in, wherever it is', () => {
    const texts = Array.from({ length: 8 }, (_, i) => `record ${i} ${'x'.repeat(i * 3)}`);
    const bytes = writeTexts(texts);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      const read = readTexts(damaged);
      expect(read.damages).toBe(1);
      expect(read.texts).toHaveLength(7);
      expect(texts).toEqual(expect.arrayContaining(read.texts));
    }
  });

  test('noise before, between and after is skipped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 80 }), (before, between) => {
        const bytes = new Uint8Array([
          ...before,
          ...writeTexts(['one']),
          ...between,
          ...writeTexts(['two']),
          ...before,
        ]);
        expect(readTexts(bytes).texts).toEqual(['one', 'two']);
      }),
    );
  });

  test('any bytes are read without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const out = new RecordWriter();
        out.begin('samples');
        out.raw(noise);
        out.end();
        readRecords(out.view(), (_, payload) => readSamples(payload, sampleRoom()));
        readRecords(noise, () => {});
      }),
    );
  });
});
