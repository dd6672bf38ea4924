// The official OpenTelemetry encoder is the oracle: what it writes, in protobuf and in JSON, is what our decoders must see.
import { formatLabels, type LogRecord, type Span } from '@jaegis/model';
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricsRequest } from '../test/otlp-bytes.ts';
import { RecordingStore } from '../test/recording-store.ts';
import { jsonToWire } from './otlp/json-to-wire.ts';
import { decodeLogs } from './otlp/logs.ts';
import { decodeTraces } from './otlp/traces.ts';

// Its generated decoder is not part of its public face, but it is the only official one for requests.
const generated: any = await import('@opentelemetry/otlp-transformer/build/src/generated/root.js' as string);
const officialRequest = generated.default.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;

const now = 1_700_000_000_000;
const hrTime = (ms: number): [number, number] => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
const resource = {
  attributes: {
    'service.name': 'reader',
    'service.namespace': 'research',
    'service.instance.id': 'r-1',
    'service.version': '1.2',
  },
  merge: () => resource,
  getRawAttributes: () => Object.entries(resource.attributes),
};
const scope = { name: 'lib', version: '0.1' };

function wire(signal: 'metrics' | 'traces' | 'logs', body: Uint8Array): Uint8Array {
  const converted = jsonToWire(signal, body);
  if (!converted.ok) throw new Error(converted.error);
  return converted.bytes;
}

describe('metrics', () => {
  const at = { startTime: hrTime(now - 1_000), endTime: hrTime(now) };
  const descriptor = (name: string, unit: string, valueType: number) => ({
    name,
    unit,
    valueType,
    description: 'd',
    type: 'COUNTER',
    advice: {},
  });
  const metrics = [
    {
      descriptor: descriptor('queue.length', '{item}', 1),
      aggregationTemporality: 1,
      dataPointType: 2,
      dataPoints: [
        { ...at, attributes: { queue: 'a', shard: 3, hot: true }, value: 2.25 },
        { ...at, attributes: { queue: 'b' }, value: -1 },
      ],
    },
    {
      descriptor: descriptor('http.requests', '', 0),
      aggregationTemporality: 1,
      dataPointType: 3,
      isMonotonic: true,
      dataPoints: [{ ...at, attributes: { 'http.route': '/a' }, value: 42 }],
    },
    {
      descriptor: descriptor('http.duration', 's', 1),
      aggregationTemporality: 1,
      dataPointType: 0,
      dataPoints: [
        {
          ...at,
          attributes: {},
          value: { buckets: { boundaries: [0.1, 1], counts: [1, 2, 3] }, count: 6, sum: 5.5, min: 0.01, max: 3 },
        },
      ],
    },
    {
      descriptor: descriptor('model.latency', 's', 1),
      aggregationTemporality: 1,
      dataPointType: 1,
      dataPoints: [
        {
          ...at,
          attributes: {},
          value: {
            count: 4,
            sum: 6,
            scale: 0,
            zeroCount: 1,
            positive: { offset: 0, bucketCounts: [1, 2] },
            negative: { offset: 0, bucketCounts: [] },
            min: 0,
            max: 4,
          },
        },
      ],
    },
  ];
  const request = { resource, scopeMetrics: [{ scope, metrics }] } as any;
  const expected = {
    'http_duration_seconds_bucket{instance="r-1",job="research/reader",le="+Inf"}': [[now, 6]],
    'http_duration_seconds_bucket{instance="r-1",job="research/reader",le="0.1"}': [[now, 1]],
    'http_duration_seconds_bucket{instance="r-1",job="research/reader",le="1"}': [[now, 3]],
    'http_duration_seconds_count{instance="r-1",job="research/reader"}': [[now, 6]],
    'http_duration_seconds_sum{instance="r-1",job="research/reader"}': [[now, 5.5]],
    'http_requests_total{http_route="/a",instance="r-1",job="research/reader"}': [[now, 42]],
    'model_latency_seconds_bucket{instance="r-1",job="research/reader",le="+Inf"}': [[now, 4]],
    'model_latency_seconds_bucket{instance="r-1",job="research/reader",le="0"}': [[now, 1]],
    'model_latency_seconds_bucket{instance="r-1",job="research/reader",le="2"}': [[now, 2]],
    'model_latency_seconds_bucket{instance="r-1",job="research/reader",le="4"}': [[now, 4]],
    'model_latency_seconds_count{instance="r-1",job="research/reader"}': [[now, 4]],
    'model_latency_seconds_sum{instance="r-1",job="research/reader"}': [[now, 6]],
    'queue_length{hot="true",instance="r-1",job="research/reader",queue="a",shard="3"}': [[now, 2.25]],
    'queue_length{instance="r-1",job="research/reader",queue="b"}': [[now, -1]],
  };

  test('protobuf', () => {
    const { result, samples } = new RecordingStore().decode(ProtobufMetricsSerializer.serializeRequest(request)!, now);
    expect(result).toMatchObject({ ok: true, points: 5, taken: 5, rejected: {} });
    expect(samples).toEqual(expected);
  });

  test('JSON, into the same series', () => {
    const store = new RecordingStore();
    store.decode(ProtobufMetricsSerializer.serializeRequest(request)!, now);
    const asked = store.resolutions;
    const { samples } = store.decode(wire('metrics', JsonMetricsSerializer.serializeRequest(request)!), now);
    expect(samples).toEqual(expected);
    expect(store.resolutions - asked).toBeLessThanOrEqual(1 + Object.keys(expected).length);
  });
});

describe('random requests', () => {
  const attributes = fc.dictionary(
    fc.stringMatching(/^k[a-z]{0,5}$/),
    fc.oneof(
      fc.string({ minLength: 1 }),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    { maxKeys: 4 },
  );
  const point = fc.record({
    at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    value: fc.double(),
    attributes,
  });
  const buckets = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 8 });

  test('the official decoder sees the same times, values and attributes', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 6 }), fc.array(buckets, { maxLength: 3 }), (points, histograms) => {
        const bytes = metricsRequest(resource.attributes, [
          { name: 'g', gauge: points },
          {
            name: 'h',
            histogram: histograms.map((counts, i) => ({
              at: now + i,
              count: counts.reduce((a, b) => a + b),
              sum: i,
              buckets: counts,
              bounds: counts.slice(1).map((_, k) => k),
              attributes: { i },
            })),
          },
        ]);
        const [gauge, histogram] = officialRequest.decode(bytes).resourceMetrics[0].scopeMetrics[0].metrics;
        const { samples } = new RecordingStore().decode(bytes, now);
        const expected: Record<string, [number, number][]> = {};
        for (const p of gauge.gauge.dataPoints) {
          const labels: Record<string, string> = { __name__: 'g', job: 'research/reader', instance: 'r-1' };
          for (const { key, value } of p.attributes) labels[key] = String(value[value.value]);
          const series = formatLabels(labels);
          expected[series] ??= [];
          // It gives nanoseconds as a number, which rounds them by up to 256; these are whole milliseconds.
          expected[series].push([Math.round(Number(p.timeUnixNano) / 1e6), p.asDouble]);
        }
        const gauges = Object.entries(samples).filter(([series]) => series.startsWith('g{'));
        expect(Object.fromEntries(gauges)).toEqual(expected);
        for (const p of histogram.histogram.dataPoints) {
          const i = String(p.attributes[0].value.intValue);
          expect(samples[`h_count{i="${i}",instance="r-1",job="research/reader"}`]).toEqual([
            [now + Number(i), Number(p.count)],
          ]);
        }
      }),
    );
  });
});

describe('traces', () => {
  const traceId = '0123456789abcdef0123456789abcdef';
  const spans = [
    {
      name: 'GET /report',
      kind: 1,
      spanContext: () => ({ traceId, spanId: '00000000000000aa', traceFlags: 1, traceState: undefined }),
      parentSpanContext: { traceId, spanId: '00000000000000bb', traceFlags: 1 },
      startTime: hrTime(now - 40),
      endTime: hrTime(now),
      duration: hrTime(40),
      ended: true,
      status: { code: 2, message: 'nope' },
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 500,
        'user.email': 'private',
        'gen_ai.usage.input_tokens': 120,
        'server.address': 'reader-1',
      },
      links: [{ context: { traceId, spanId: '00000000000000cc', traceFlags: 1 }, attributes: {} }],
      events: [
        {
          name: 'exception',
          time: hrTime(now),
          attributes: { 'exception.type': 'TimeoutError', 'exception.message': 'late' },
          droppedAttributesCount: 0,
        },
      ],
      resource,
      instrumentationScope: scope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    },
  ] as any;
  const expected: Span = {
    traceId,
    spanId: '00000000000000aa',
    parentSpanId: '00000000000000bb',
    name: 'GET /report',
    kind: 'server',
    startMs: now - 40,
    durationMs: 40,
    isError: true,
    errorClass: 'TimeoutError',
    instanceId: 'r-1',
    pool: 'research/reader',
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 500,
      'gen_ai.usage.input_tokens': 120,
      'server.address': 'reader-1',
    },
    links: [{ traceId, spanId: '00000000000000cc' }],
  };

  test.each([
    ['protobuf', () => ProtobufTraceSerializer.serializeRequest(spans)!],
    ['JSON', () => wire('traces', JsonTraceSerializer.serializeRequest(spans)!)],
  ])('%s', (_encoding, bytes) => {
    const decoded = decodeTraces(bytes(), now);
    expect(decoded.ok && decoded.groups).toEqual([
      {
        identity: { instanceId: 'r-1', pool: 'research/reader', version: '1.2', labels: resource.attributes },
        items: [expected],
      },
    ]);
  });
});

describe('logs', () => {
  const records = [
    {
      hrTime: hrTime(now),
      hrTimeObserved: hrTime(now + 1),
      spanContext: { traceId: '0123456789abcdef0123456789abcdef', spanId: '00000000000000aa', traceFlags: 1 },
      severityNumber: 13,
      severityText: 'WARN',
      body: { message: 'slow', ms: 12, list: [1, 'a', true, null] },
      attributes: { route: '/a', n: 1 },
      resource,
      instrumentationScope: scope,
      droppedAttributesCount: 0,
    },
  ] as any;

  test.each([
    ['protobuf', () => ProtobufLogsSerializer.serializeRequest(records)!],
    ['JSON', () => wire('logs', JsonLogsSerializer.serializeRequest(records)!)],
  ])('%s', (_encoding, bytes) => {
    const decoded = decodeLogs(bytes(), now);
    const expected: LogRecord = {
      at: now,
      instanceId: 'r-1',
      pool: 'research/reader',
      severity: 'warn',
      body: '{"message":"slow","ms":12,"list":[1,"a",true,null]}',
      traceId: '0123456789abcdef0123456789abcdef',
      attributes: { route: '/a', n: 1 },
    };
    expect(decoded.ok && decoded.groups[0]!.items).toEqual([expected]);
  });
});
