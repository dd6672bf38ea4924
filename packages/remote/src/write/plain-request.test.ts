import { isStaleMarker, staleMarker } from '@jaegis/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf } from '../../test/columns-of.ts';
import { decodeBody } from '../../test/decode-body.ts';
import { RequestEncoder } from './encode-request.ts';
import { type OutgoingSeries, outgoingSeries, SymbolBook } from './outgoing.ts';
import { PlainRequest } from './plain-request.ts';

const now = 1_700_000_000_000;

function seriesOf(count: number): OutgoingSeries[] {
  const book = new SymbolBook();
  return Array.from({ length: count }, (_, i) => {
    const labels = { __name__: `metric_${i % 6}_total`, instance: `reader-${i >> 3}`, pool: 'research/reader' };
    return outgoingSeries(book.of(labels), { metadata: undefined }, 0);
  });
}

const samplesOf = (series: readonly OutgoingSeries[], at: number) =>
  series.map((each, i) => ({ series: each, timestamp: at + Math.floor(i / 50), value: i % 5 === 0 ? 1 : i / 7 + at }));

test.for([2 ** 22, 2 ** 11])(
  'requests of any series in any order, cut anywhere, are read back as they were: %i',
  (most) => {
    const all = seriesOf(400);
    const plain = new PlainRequest(most);
    let request = 0;
    // Runs of neighbours in their order, now and then turned round: what real batches are, and what pieces must survive.
    const run = fc.tuple(fc.nat(399), fc.integer({ min: 1, max: 300 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 4 }), fc.nat(1_000), (runs, later) => {
        const picked = new Set(
          runs.flatMap(([from, length, isTurned]) => {
            const some = all.slice(from, from + length);
            return isTurned ? some.reverse() : some;
          }),
        );
        const samples = samplesOf([...picked], now + later);
        const body = plain.encode(columnsOf(samples), ++request)!;
        const found = decodeBody('1.0', body);
        expect(found.map(({ at, value }) => [at, value])).toEqual(
          samples.map(({ timestamp, value }) => [timestamp, value]),
        );
        expect(found.map(({ series }) => series)).toEqual(decodeBody('1.0', slow(samples)).map(({ series }) => series));
      }),
      { numRuns: 40 },
    );
  },
);

/** The same by the general way, which an unusual time asks for. */
function slow(samples: ReturnType<typeof samplesOf>): Uint8Array {
  return new RequestEncoder().encode(columnsOf([...samples.slice(0, -1), { ...samples.at(-1)!, timestamp: 1 }]), '1.0');
}

test('the second time a request is pieces, and about as small as one packed as a whole', () => {
  const series = seriesOf(500);
  const plain = new PlainRequest();
  const first = plain.encode(columnsOf(samplesOf(series, now)), 1)!;
  const second = plain.encode(columnsOf(samplesOf(series, now + 10_000)), 2)!;
  expect(series.every(({ packedIn }, i) => i < 64 || packedIn === 1)).toBe(true);
  expect(decodeBody('1.0', second).map(({ value }) => value)).toEqual(
    samplesOf(series, now + 10_000).map(({ value }) => value),
  );
  expect(first.length).toBeLessThan(2 * slow(samplesOf(series, now)).length);
});

test('the stale marker stays one; what is not plain is left to the general way', () => {
  const [series] = seriesOf(1);
  const plain = new PlainRequest();
  const sample = { series: series!, timestamp: now, value: staleMarker };
  expect(isStaleMarker(decodeBody('1.0', plain.encode(columnsOf([sample]), 1)!)[0]!.value)).toBe(true);
  expect(plain.encode(columnsOf([{ ...sample, timestamp: -1 }]), 2)).toBeUndefined();
  expect(plain.encode(columnsOf([{ ...sample, timestamp: 2 ** 42 }]), 3)).toBeUndefined();
  expect(plain.encode(columnsOf([{ ...sample, exemplars: [] }]), 4)).toBeUndefined();
});
