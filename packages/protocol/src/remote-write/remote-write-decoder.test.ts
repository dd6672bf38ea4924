import { formatLabels } from '@jaegis/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SeriesOf, staleOnWire, WriteStore, writeRequest } from '../../test/remote-write-bytes.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import type { RemoteWriteDecoded } from './remote-write-decoder.ts';

const now = 1_700_000_000_000;
const versions = ['1.0', '2.0'] as const;
const up = { __name__: 'up', instance: 'a:1', job: 'node' };

describe.each(versions)('remote write %s', (version) => {
  const send = (series: readonly SeriesOf[], store = new WriteStore()) => ({
    store,
    ...store.decode(version, writeRequest(version, series), now),
  });

  test('samples of several series, with times and values as sent', () => {
    const { samples, result } = send([
      { labels: up, samples: [[now, 1]] },
      {
        labels: { ...up, instance: 'b:1' },
        samples: [
          [now - 5, 0],
          [now, -2.5],
          [-7, 1e300],
        ],
      },
      { labels: { __name__: 'µ"x"\n', ä: '∞' }, samples: [[1, Number.NaN]] },
    ]);
    expect(samples).toEqual({
      'up{instance="a:1",job="node"}': [[now, 1]],
      'up{instance="b:1",job="node"}': [
        [now - 5, 0],
        [now, -2.5],
        [-7, 1e300],
      ],
      'µ"x"\n{ä="∞"}': [[1, Number.NaN]],
    });
    expect(result).toMatchObject({ ok: true, samples: 5, rejected: {}, message: '' });
  });

  test('a stale marker stays one and another NaN does not become one', () => {
    const { samples } = send([
      {
        labels: up,
        samples: [
          [now, staleOnWire],
          [now + 1, Number.NaN],
        ],
      },
    ]);
    expect(samples[formatLabels(up)]).toEqual([
      [now, 'stale'],
      [now + 1, Number.NaN],
    ]);
  });

  test('a series is resolved once, whatever order and company it comes in', () => {
    const store = new WriteStore();
    const series = Array.from({ length: 300 }, (_, i) => ({
      labels: { ...up, instance: `i${i}` },
      samples: [[now, i]] as [number, number][],
    }));
    for (let round = 0; round < 4; round++) {
      const shuffled =
        round === 2 ? [...series].reverse() : round === 3 ? series.filter((_, i) => i % 3 === 0) : series;
      const { samples } = send(shuffled, store);
      for (const [key, [sample]] of Object.entries(samples)) expect(key).toContain(`"i${sample![1]}"`);
    }
    expect(store.resolutions).toBe(300);
  });

  test('what is refused is counted with its reason and harms no other', () => {
    const store = new WriteStore();
    store.takesSeries = (labels) => labels['job'] !== 'full';
    const { samples, result } = send(
      [
        {
          labels: { job: 'nameless' },
          samples: [
            [now, 1],
            [now, 2],
          ],
        },
        { labels: { ...up, job: 'full' }, samples: [[now, 1]] },
        {
          labels: [
            ['__name__', 'x'],
            ['a', '1'],
            ['a', '2'],
          ],
          samples: [[now, 1]],
        },
        { labels: up, samples: [[now, 1]] },
      ],
      store,
    );
    expect(samples).toEqual({ [formatLabels(up)]: [[now, 1]] });
    expect(result).toMatchObject({ samples: 5, rejected: { invalid_name: 2, series_limit: 1, malformed: 1 } });
    if (result.ok) expect(result.message).toContain('label "a" is given twice');
  });

  test('a series with pool and instance is an agent: told once a request, and refused with it', () => {
    const agent = { __name__: 'queue', instance: 'reader-1', pool: 'research/reader' };
    const store = new WriteStore();
    send(
      [
        { labels: agent, samples: [[now, 1]] },
        { labels: { ...agent, __name__: 'cpu' }, samples: [[now, 1]] },
        { labels: up, samples: [[now, 1]] },
      ],
      store,
    );
    expect(store.contacts).toEqual(['research/reader/reader-1']);
    store.takesAgents = false;
    const { result, samples } = send(
      [
        { labels: agent, samples: [[now, 1]] },
        { labels: up, samples: [[now, 1]] },
      ],
      store,
    );
    expect(result).toMatchObject({ rejected: { agent_limit: 1 } });
    expect(Object.keys(samples)).toEqual([formatLabels(up)]);
  });

  test('exemplars and metadata', () => {
    const store = new WriteStore();
    const series: SeriesOf = {
      labels: { ...up, __name__: 'requests_total' },
      samples: [[now, 5]],
      exemplars: [{ labels: { trace_id: 'abc' }, value: 0.3, at: now - 1 }],
      metadata: { type: 1, help: 'Requests.', unit: 'requests' },
    };
    const { result } = send([series], store);
    expect(result).toMatchObject({
      exemplarCount: 1,
      exemplars: [{ ref: 1, at: now - 1, value: 0.3, labels: { trace_id: 'abc' } }],
      metadata: [{ name: 'requests_total', type: 'counter', help: 'Requests.', unit: 'requests' }],
    });
    const long = send([{ ...series, exemplars: [{ labels: { a: 'x'.repeat(600) }, value: 1, at: now }] }], store);
    expect(long.result).toMatchObject({
      exemplars: [],
      rejected: { label_limit: 1 },
      metadata: version === '1.0' ? [{}] : [],
    });
  });

  test('a native histogram becomes a classic one', () => {
    const store = new WriteStore();
    const histogram = {
      count_int: 6,
      sum: 10,
      schema: 0,
      zero_threshold: 0.001,
      zero_count_int: 1,
      positive_spans: [
        { offset: 1, length: 2 },
        { offset: 1, length: 1 },
      ],
      positive_deltas: [1, 1, 0],
      timestamp: now,
    };
    const { histograms, result, samples } = send(
      [{ labels: { __name__: 'h', job: 'j' }, histograms: [histogram] }],
      store,
    );
    expect(result).toMatchObject({ histograms: 1, histogramsTaken: 1, rejected: {} });
    expect(samples).toEqual({});
    // Schema 0: bucket i ends at 2^i. Buckets 1, 2 hold 1 and 2; after a gap of one, bucket 4 holds 2.
    expect(histograms).toEqual({
      'h_count{job="j"}': [[now, 6]],
      'h_sum{job="j"}': [[now, 10]],
      'h_bucket{job="j",le="0.001"}': [[now, 1]],
      'h_bucket{job="j",le="2"}': [[now, 2]],
      'h_bucket{job="j",le="4"}': [[now, 4]],
      'h_bucket{job="j",le="8"}': [[now, 4]],
      'h_bucket{job="j",le="16"}': [[now, 6]],
      'h_bucket{job="j",le="+Inf"}': [[now, 6]],
    });
    const ended = send(
      [{ labels: { __name__: 'h', job: 'j' }, histograms: [{ sum: staleOnWire, timestamp: now + 1 }] }],
      store,
    );
    expect(ended.histograms['h_count{job="j"}']).toEqual([[now + 1, 'stale']]);
    expect(Object.keys(ended.histograms)).toHaveLength(8);
  });

  test('a histogram of floats, one with bounds of its own, and those that are none', () => {
    const of = (histogram: object) =>
      send([{ labels: { __name__: 'h' }, histograms: [{ timestamp: now, ...histogram }] }]);
    const floats = of({
      count_float: 2.5,
      sum: 1,
      schema: 0,
      positive_spans: [{ offset: 0, length: 1 }],
      positive_counts: [2.5],
    });
    expect(floats.histograms['h_bucket{le="1"}']).toEqual([[now, 2.5]]);
    const custom = of({
      count_int: 3,
      sum: 4,
      schema: -53,
      custom_values: [0.5, 1],
      positive_spans: [{ offset: 0, length: 3 }],
      positive_deltas: [1, -1, 2],
    });
    expect(custom.histograms).toMatchObject({
      'h_bucket{le="0.5"}': [[now, 1]],
      'h_bucket{le="1"}': [[now, 1]],
      'h_bucket{le="+Inf"}': [[now, 3]],
    });
    for (const [bad, reason] of [
      [{ schema: 9 }, 'unsupported'],
      [{ schema: 0, positive_spans: [{ offset: 0, length: 2 }], positive_deltas: [1] }, 'malformed'],
      [{ schema: 0, positive_spans: [{ offset: 0, length: 1 }], positive_deltas: [1, 2] }, 'malformed'],
      [
        {
          schema: 0,
          positive_spans: [
            { offset: 0, length: 1 },
            { offset: 9_000, length: 1 },
          ],
          positive_deltas: [1, 1],
        },
        'too_large',
      ],
      [
        { schema: -53, custom_values: [1], positive_spans: [{ offset: 5, length: 1 }], positive_deltas: [1] },
        'too_large',
      ],
    ] as const)
      expect(of(bad).result).toMatchObject({ histogramsTaken: 0, rejected: { [reason]: 1 } });
  });

  test('series that the store dropped are resolved anew', () => {
    const store = new WriteStore();
    send([{ labels: up, samples: [[now, 1]] }], store);
    store.decoder.forgetRefs([1]);
    send([{ labels: up, samples: [[now, 2]] }], store);
    expect(store.resolutions).toBe(2);
  });

  test('taken in parts, with other requests in between, it is as taken whole', () => {
    const of = (run: string, count: number): SeriesOf[] =>
      Array.from({ length: count }, (_, i) => ({
        labels: i % 7 === 3 ? { no: 'name' } : { ...up, pool: 'p', instance: `${run}-${i % 5}`, run, i: `${i}` },
        samples: [[now + i, i]],
        ...(i % 7 !== 3 && { exemplars: [{ labels: { i: `${i}` }, value: i, at: now }] }),
        ...(i % 4 === 0 && { metadata: { type: 1, help: `help ${i}`, unit: '' } }),
      }));
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), (count, newSeries) => {
        const whole = new WriteStore();
        const parted = new WriteStore();
        const bytes = writeRequest(version, of('a', count));
        const expected = whole.decode(version, bytes, now);
        let others = 0;
        const between = () => {
          const { samples } = parted.decode(version, writeRequest(version, of(`other${others++}`, 4)), now);
          expect(Object.keys(samples)).toHaveLength(3);
        };
        const { parts, ...found } = parted.decodeInParts(version, bytes, { now, newSeries, between });
        expect(found.samples).toEqual(expected.samples);
        // Refs are numbered in the order in which series came.
        const named = (result: RemoteWriteDecoded) =>
          result.ok && { ...result, exemplars: result.exemplars.map(({ ref, ...rest }) => rest) };
        expect(named(found.result)).toEqual(named(expected.result));
        // What stands behind the last series may be a part of its own.
        expect(parts - Math.max(1, Math.ceil(count / newSeries))).toBeOneOf([0, 1]);
        const toldOf = (store: WriteStore) => store.contacts.filter((contact) => contact.includes('/a-')).length;
        expect(toldOf(parted)).toBe(toldOf(whole));
      }),
      { numRuns: 60 },
    );
  });

  test('the other version under this name is refused, not taken for an empty request', () => {
    const other = version === '1.0' ? '2.0' : '1.0';
    const bytes = writeRequest(other, [{ labels: up, samples: [[now, 1]] }]);
    const { result } = new WriteStore().decode(version, bytes, now);
    expect(result).toEqual({
      ok: false,
      error: `Cannot read remote write ${version}: the body has the fields of ${other}, must be what its content type says`,
    });
  });

  test('the official encoder is the oracle: any request', () => {
    const name = fc.constantFrom('a', 'b_total', 'ö', 'x'.repeat(200));
    const labels = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((key) => !key.startsWith('__')),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 }),
      { maxKeys: 4 },
    );
    const at = fc.oneof(fc.integer({ min: now - 1e9, max: now + 1e9 }), fc.maxSafeInteger());
    const sample = fc.tuple(at, fc.double()) as fc.Arbitrary<[number, number]>;
    const series = fc.record({ name, labels, samples: fc.array(sample, { maxLength: 3 }) });
    const store = new WriteStore();
    fc.assert(
      fc.property(fc.array(series, { maxLength: 6 }), (given) => {
        const sent = given.map((each) => ({ labels: { __name__: each.name, ...each.labels }, samples: each.samples }));
        const want: Record<string, [number, number][]> = {};
        for (const { labels: own, samples } of sent)
          if (samples.length > 0) (want[formatLabels(own)] ??= []).push(...samples);
        const { samples, result } = store.decode(version, writeRequest(version, sent), now);
        expect(result.ok).toBe(true);
        expect(samples).toEqual(want);
      }),
      { numRuns: 100 },
    );
  });

  test('any bytes, truncations and changes give a typed result', () => {
    const good = writeRequest(version, [
      {
        labels: up,
        samples: [
          [now, 1],
          [now + 1, 2],
        ],
        exemplars: [{ labels: { trace_id: 'x' }, value: 1, at: now }],
        metadata: { type: 2, help: 'h', unit: '' },
      },
      {
        labels: { __name__: 'h' },
        histograms: [
          {
            count_int: 3,
            sum: 1,
            schema: 2,
            positive_spans: [{ offset: -4, length: 2 }],
            positive_deltas: [1, 1],
            timestamp: now,
          },
        ],
      },
    ]);
    const store = new WriteStore(1_000);
    const check = (bytes: Uint8Array) => {
      const { result } = store.decode(version, bytes, now);
      if (!result.ok) expect(result.error).toMatch(/^Cannot read remote write/);
      return true;
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 500 });
    for (let length = 0; length < good.length; length++) check(good.slice(0, length));
    const change = fc.tuple(fc.nat(), fc.constantFrom('flip', 'insert', 'remove'), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = [...good];
        for (const [where, how, byte] of changes) {
          const at = where % bytes.length;
          if (how === 'flip') bytes[at] = bytes[at]! ^ (1 << (byte % 8));
          else bytes.splice(at, how === 'insert' ? 0 : 1, ...(how === 'remove' ? [] : [byte]));
        }
        return check(new Uint8Array(bytes));
      }),
      { numRuns: 1_000 },
    );
    expect(store.decoder.stats().series).toBeLessThanOrEqual(1_000);
    expect(store.decode(version, good, now).result).toMatchObject({ ok: true, rejected: {} });
  });
});

test('1.0: labels between and behind the samples are one label set', () => {
  const label = (series: WireWriter, name: string, value: string) =>
    series.messageField(1, (inner) => {
      inner.stringField(1, name);
      inner.stringField(2, value);
    });
  const sample = (series: WireWriter, value: number) =>
    series.messageField(2, (inner) => {
      inner.doubleField(1, value);
      inner.varintField(2, now);
    });
  const writer = new WireWriter();
  writer.messageField(1, (series) => {
    sample(series, 1);
    label(series, '__name__', 'x');
    sample(series, 2);
    label(series, 'a', 'b');
  });
  expect(new WriteStore().decode('1.0', writer.finish(), now).samples).toEqual({
    'x{a="b"}': [
      [now, 1],
      [now, 2],
    ],
  });
});

test('2.0: refs that point nowhere or stand alone refuse the request', () => {
  const request = (refs: number[]) => {
    const writer = new WireWriter();
    for (const symbol of ['', '__name__', 'up']) writer.stringField(4, symbol);
    writer.messageField(5, (series) => {
      series.packedVarints(1, refs);
      series.messageField(2, (sample) => sample.doubleField(1, 1));
    });
    return writer.finish();
  };
  const store = new WriteStore();
  expect(store.decode('2.0', request([1, 2]), now).result).toMatchObject({ ok: true, samples: 1 });
  expect(store.decode('2.0', request([1, 3]), now).result).toMatchObject({ ok: false });
  expect(store.decode('2.0', request([1]), now).result).toMatchObject({ ok: false });
});
