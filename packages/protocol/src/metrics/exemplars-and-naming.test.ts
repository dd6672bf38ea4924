import { formatLabels } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { anyValue, attributesField } from '../../test/otlp-bytes.ts';
import { type OtlpNaming, prometheusName } from '../otlp/metric-name.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { GrowingBatch } from './growing-batch.ts';
import { MetricsDecoder } from './metrics-decoder.ts';

const now = 1_700_000_000_000;
const nanos = BigInt(now) * 1_000_000n;

function decoder(naming?: OtlpNaming) {
  const series: string[] = [];
  const made = new MetricsDecoder({
    resolve: (labels) => {
      const key = formatLabels(labels);
      return series.includes(key) ? series.indexOf(key) + 1 : series.push(key);
    },
    contact: () => true,
    ...(naming && { naming }),
  });
  const decode = (bytes: Uint8Array) => {
    const result = made.decode(bytes, new GrowingBatch(), now);
    if (!result.ok) throw new Error(result.error);
    return result;
  };
  return { series, decode };
}

function request(metric: (writer: WireWriter) => void, attributes: Record<string, string> = {}): Uint8Array {
  const writer = new WireWriter();
  writer.messageField(1, (group) => {
    group.messageField(1, (resource) =>
      attributesField(resource, 1, { 'service.name': 's', 'service.instance.id': 'i', ...attributes }),
    );
    group.messageField(2, (scope) => scope.messageField(2, metric));
  });
  return writer.finish();
}

function exemplar(point: WireWriter, field: number, value: number, attributes: Record<string, string> = {}): void {
  point.messageField(field, (inner) => {
    inner.fixed64Field(2, nanos);
    inner.doubleField(3, value);
    inner.bytesField(4, new Uint8Array(8).fill(0xab));
    inner.bytesField(5, new Uint8Array(16).fill(0xcd));
    for (const [key, text] of Object.entries(attributes))
      inner.messageField(7, (pair) => {
        pair.stringField(1, key);
        pair.messageField(2, (value) => anyValue(value, text));
      });
  });
}
const ids = { trace_id: 'cd'.repeat(16), span_id: 'ab'.repeat(8) };

describe('exemplars', () => {
  test('of a sum, also of deltas, with the attributes that fit', () => {
    for (const temporality of [1, 2]) {
      const { decode, series } = decoder();
      const found = decode(
        request((metric) => {
          metric.stringField(1, 'requests');
          metric.messageField(7, (data) => {
            data.messageField(1, (point) => {
              point.fixed64Field(3, nanos);
              point.doubleField(4, 5);
              exemplar(point, 5, 1, { 'user.id': 'u', long: 'x'.repeat(200) });
              exemplar(point, 5, 2);
            });
            data.varintField(2, temporality);
            data.varintField(3, 1);
          });
        }),
      );
      expect(found.exemplars).toEqual(
        [
          {
            ref: series.indexOf('requests_total{instance="i",job="s"}') + 1,
            at: now,
            value: 1,
            labels: { ...ids, user_id: 'u' },
          },
          { ref: series.indexOf('requests_total{instance="i",job="s"}') + 1, at: now, value: 2, labels: ids },
        ].map((each, i) => (i === 0 ? { ...each, labels: expect.objectContaining(ids) } : each)),
      );
    }
  });

  test('of histograms go to the bucket they fall into', () => {
    const { decode, series } = decoder();
    const explicit = request((metric) => {
      metric.stringField(1, 'h');
      metric.messageField(9, (data) => {
        data.messageField(1, (point) => {
          point.fixed64Field(3, nanos);
          point.fixed64Field(4, 3n);
          point.packedFixed64(6, [1, 1, 1]);
          point.packedDoubles(7, [1, 2]);
          for (const value of [0.5, 2, 9]) exemplar(point, 8, value);
        });
        data.varintField(2, 2);
      });
    });
    // Known and unknown series alike.
    for (let round = 0; round < 2; round++)
      expect(decode(explicit).exemplars.map(({ ref, value }) => [series[ref - 1], value])).toEqual([
        ['h_bucket{instance="i",job="s",le="1"}', 0.5],
        ['h_bucket{instance="i",job="s",le="2"}', 2],
        ['h_bucket{instance="i",job="s",le="+Inf"}', 9],
      ]);
    const exponential = request((metric) => {
      metric.stringField(1, 'e');
      metric.messageField(10, (data) => {
        data.messageField(1, (point) => {
          point.fixed64Field(3, nanos);
          point.fixed64Field(4, 2n);
          point.zigzagField(6, 0);
          point.messageField(8, (run) => {
            run.zigzagField(1, 0);
            run.packedVarints(2, [1, 1]);
          });
          for (const value of [1.5, 3, 100]) exemplar(point, 11, value);
        });
        data.varintField(2, 2);
      });
    });
    expect(decode(exponential).exemplars.map(({ ref }) => series[ref - 1])).toEqual(
      ['2', '4', '+Inf'].map((le) => `e_bucket{instance="i",job="s",le="${le}"}`),
    );
  });
});

const gauge = (name: string, unit = '') =>
  request(
    (metric) => {
      metric.stringField(1, name);
      metric.stringField(2, 'What it is.');
      metric.stringField(3, unit);
      metric.messageField(5, (data) =>
        data.messageField(1, (point) => {
          point.fixed64Field(3, nanos);
          point.doubleField(4, 1);
          attributesField(point, 7, { 'queue.name': 'q' });
        }),
      );
    },
    { 'host.name': 'h', 'cloud.region': 'eu' },
  );

test('metadata are told once', () => {
  const { decode } = decoder();
  expect(decode(gauge('queue.size', 'By')).metadata).toEqual([
    { name: 'queue_size_bytes', type: 'gauge', help: 'What it is.', unit: 'By' },
  ]);
  expect(decode(gauge('queue.size', 'By')).metadata).toEqual([]);
});

test('promoted resource attributes become labels of each series', () => {
  const { decode, series } = decoder({
    translation: 'UnderscoreEscapingWithSuffixes',
    promote: ['cloud.region', 'absent'],
  });
  decode(gauge('x'));
  expect(series).toContain('x{cloud_region="eu",instance="i",job="s",queue_name="q"}');
});

test('names may keep all their characters', () => {
  const { decode, series } = decoder({ translation: 'NoUTF8EscapingWithSuffixes', promote: ['host.name'] });
  decode(gauge('größe.der.schlange', 'By'));
  expect(series).toContain('größe.der.schlange_bytes{host.name="h",instance="i",job="s",queue.name="q"}');
});

test.each([
  ['UnderscoreEscapingWithoutSuffixes', 'http.server.duration', 's', 'other', 'http_server_duration'],
  ['UnderscoreEscapingWithoutSuffixes', '2.x', '', 'counter', '_2_x'],
  ['NoUTF8EscapingWithSuffixes', 'http.server.duration', 's', 'other', 'http.server.duration_seconds'],
  ['NoUTF8EscapingWithSuffixes', 'io', 'By/s', 'counter', 'io_bytes_per_second_total'],
  ['NoUTF8EscapingWithSuffixes', 'load', '1', 'gauge', 'load_ratio'],
  ['NoUTF8EscapingWithSuffixes', 'requests_total', '', 'counter', 'requests_total'],
  ['NoTranslation', 'http.server.duration', 's', 'counter', 'http.server.duration'],
] as const)('%s: %s in %s (%s) is %s', (translation, name, unit, shape, wanted) => {
  expect(prometheusName(name, unit, { shape, translation })).toBe(wanted);
});
