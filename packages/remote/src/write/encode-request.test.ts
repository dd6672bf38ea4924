import { formatLabels, isStaleMarker, staleMarker } from '@jaegis/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../test/columns-of.ts';
import { decodeBody, decodeRequest } from '../../test/decode-body.ts';
import { RequestEncoder } from './encode-request.ts';
import { MetricFamilies } from './metric-families.ts';
import { type MessageVersion, outgoingSeries, SymbolBook } from './outgoing.ts';
import type { OutgoingSample } from './sample-columns.ts';

const text = fc
  .oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('a', 'grün', '日本', 'x'.repeat(300)))
  .filter((each) => !/[\p{Cc}\p{Cs}]/u.test(each));
/** Labels of an exemplar have a limit. */
const shortText = text.filter((each) => each.length <= 20);
const labelSets = fc
  .dictionary(fc.constantFrom('job', 'instance', 'le', 'zone', 'a'), text, { maxKeys: 4 })
  .map((labels) => ({ __name__: 'm', ...labels }));
const values = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, Number.POSITIVE_INFINITY));
const times = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32),
);

describe.each<MessageVersion>(['1.0', '2.0'])('a request of remote write %s', (version) => {
  test('is read back as it was, whatever was encoded before it', () => {
    const [book, encoder] = [new SymbolBook(20), new RequestEncoder()];
    const request = fc.array(
      fc.record({ labels: labelSets, samples: fc.array(fc.tuple(times, values), { minLength: 1, maxLength: 5 }) }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(request, (all) => {
        const samples: OutgoingSample[] = [];
        const wanted: { series: string; at: number; value: number }[] = [];
        for (const { labels, samples: own } of all) {
          const series = outgoingSeries(book.of(labels), { metadata: undefined }, 0);
          for (const [timestamp, value] of own) {
            samples.push({ series, timestamp, value });
            wanted.push({ series: formatLabels(labels), at: timestamp, value });
          }
        }
        expect(decodeBody(version, encoder.encode(columnsOf(samples), version))).toEqual(wanted);
      }),
      { numRuns: 100 },
    );
  });

  test('samples of a series stay together in their order; empty labels are none; the stale marker stays one', () => {
    const book = new SymbolBook();
    const [a, b] = ['a', 'b'].map((i) =>
      outgoingSeries(book.of({ __name__: 'm', i, none: '' }), { metadata: undefined }, 0),
    );
    const samples = [
      { series: a!, timestamp: 1, value: 1 },
      { series: b!, timestamp: 1, value: 2 },
      { series: a!, timestamp: 2, value: staleMarker },
    ];
    const decoded = decodeBody(version, new RequestEncoder().encode(columnsOf(samples), version));
    expect(decoded.map(({ series, at }) => `${series} ${at}`)).toEqual(['m{i="a"} 1', 'm{i="a"} 2', 'm{i="b"} 1']);
    expect(isStaleMarker(decoded[1]!.value)).toBe(true);
  });

  test('exemplars and what metrics are go along', () => {
    const known = [
      { name: 'm', type: 'counter' as const, help: 'How often, \u00fcberall.', unit: 'requests' },
      { name: 'n', type: 'stateset' as const, help: '', unit: '' },
    ];
    const exemplarLists = fc.array(
      fc.record({ labels: fc.dictionary(fc.constantFrom('trace_id', 'x'), shortText), value: values, at: times }),
      { maxLength: 3 },
    );
    const metric = fc.constantFrom('m', 'n', 'unknown', 'm_bucket');
    const request = fc.array(fc.record({ metric, samples: fc.array(exemplarLists, { minLength: 1, maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    const [book, encoder] = [new SymbolBook(), new RequestEncoder()];
    const families = new MetricFamilies((name) => known.find((each) => each.name === name), book);
    fc.assert(
      fc.property(request, (all) => {
        const samples = all.flatMap(({ metric: name, samples: own }, i): OutgoingSample[] => {
          const symbols = book.of({ __name__: name, i: `${i}` });
          const series = outgoingSeries(symbols, families.of(name), 0);
          return own.map((list, at) => ({
            series,
            timestamp: at + 1,
            value: i,
            exemplars: list.map(({ labels, value, at: timestamp }) => ({ symbols: book.of(labels), value, timestamp })),
          }));
        });
        const found = decodeRequest(version, encoder.encode(columnsOf(samples), version));
        expect(found.samples.map(({ value }) => value)).toEqual(samples.map(({ value }) => value));
        expect(found.exemplars).toEqual(
          all.flatMap(({ metric: name, samples: own }, i) =>
            own.flat().map(({ labels, value, at }) => ({
              series: `${name}{i="${i}"}`,
              labels: formatLabels(labels),
              value,
              at,
            })),
          ),
        );
        const told = all.flatMap(({ metric: name }) =>
          known.filter((each) => each.name === name.replace('_bucket', '')),
        );
        const texts = (of: readonly { help: string; type: string; unit: string }[]) =>
          new Set(of.map(({ help, type, unit }) => `${type} ${help} ${unit}`));
        if (version === '2.0') expect(texts(found.metadata)).toEqual(texts(told));
      }),
      { numRuns: 100 },
    );
    if (version === '2.0') return;
    const fresh = new MetricFamilies((name) => known.find((each) => each.name === name), book);
    for (const name of ['m', 'm_bucket', 'n', 'unknown']) fresh.of(name);
    expect(decodeRequest(version, encoder.encodeMetadata(fresh.refresh())).metadata).toEqual(known);
  });
});
