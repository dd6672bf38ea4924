import { gzipSync } from 'node:zlib';
import type { LogRecord, SampleBatch, Span } from '@jaegis/model';
import { WireWriter } from '@jaegis/protocol';
import type { Clock } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { IngestCounters } from './ingest-counters.ts';
import { type OtlpHttpRequest, OtlpReceiver } from './otlp-receiver.ts';
import type { TelemetrySinks } from './sinks.ts';

const now = 1_700_000_000_000;
const clock: Clock = { now: () => now, every: () => () => {}, after: () => () => {} };
const text = (body: Uint8Array) => new TextDecoder().decode(body);
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function receiver(overrides: Partial<TelemetrySinks['samples']> = {}, options: { pendingLimit?: number } = {}) {
  const kept: { samples: [number, number, number][]; spans: Span[]; logs: LogRecord[] } = {
    samples: [],
    spans: [],
    logs: [],
  };
  const counters = new IngestCounters();
  const names: string[] = [];
  const sinks: TelemetrySinks = {
    samples: {
      resolve: (labels) => names.push(labels['__name__']!),
      append: async (batch: SampleBatch) => {
        for (let i = 0; i < batch.length; i++)
          if (names[batch.refs[i]! - 1] !== 'target_info')
            kept.samples.push([batch.refs[i]!, batch.timestamps[i]!, batch.values[i]!]);
        return { accepted: batch.length, rejected: {} };
      },
      ...overrides,
    },
    spans: (spans) => void kept.spans.push(...spans),
    logs: (records) => void kept.logs.push(...records),
    exemplars: (exemplars) => exemplars.length,
    metadata: () => {},
    contact: (identity) => identity.instanceId !== 'refused/unknown',
  };
  return { kept, counters, otlp: new OtlpReceiver({ sinks, clock, counters, bodyLimitBytes: 10_000, ...options }) };
}

const resource = (name: string) => ({ attributes: [{ key: 'service.name', value: { stringValue: name } }] });
function metricsJson(...points: unknown[]): Uint8Array {
  return json({
    resourceMetrics: [
      { resource: resource('s'), scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: points } }] }] },
    ],
  });
}
const point = { timeUnixNano: `${now}000000`, asDouble: 1.5 };
const asJson = { contentType: 'application/json; charset=utf-8', contentEncoding: '' };

describe('handleHttp', () => {
  test('takes JSON, answers JSON', async () => {
    const { otlp, kept, counters } = receiver();
    const answer = await otlp.handleHttp('metrics', { ...asJson, body: metricsJson(point) });
    expect([answer.status, answer.headers['content-type'], text(answer.body)]).toEqual([200, 'application/json', '{}']);
    expect(kept.samples).toMatchObject([[expect.any(Number), now, 1.5]]);
    expect(counters.snapshot()).toMatchObject({ samples: { otlp_http_json: 2 }, requests: { otlp_http_json: 1 } });
  });

  test('takes gzip', async () => {
    const { otlp, kept } = receiver();
    const body = gzipSync(metricsJson(point));
    expect((await otlp.handleHttp('metrics', { ...asJson, contentEncoding: 'gzip', body })).status).toBe(200);
    expect(kept.samples.length).toBe(1);
  });

  test('says how many points it refused and why', async () => {
    const { otlp, kept } = receiver();
    const bad = { ...point, attributes: [{ key: 'a\u0001', value: { stringValue: 'x' } }] };
    const answer = await otlp.handleHttp('metrics', { ...asJson, body: metricsJson(point, bad) });
    expect(answer.status).toBe(200);
    expect(JSON.parse(text(answer.body))).toEqual({
      partialSuccess: { rejectedDataPoints: '1', errorMessage: expect.stringContaining('invalid_name') },
    });
    expect(kept.samples.length).toBe(1);
  });

  test('adds what the store refused', async () => {
    const { otlp, counters } = receiver({ append: async () => ({ accepted: 1, rejected: { too_old: 1 } }) });
    const answer = await otlp.handleHttp('metrics', { ...asJson, body: metricsJson({ ...point, timeUnixNano: '1' }) });
    expect(JSON.parse(text(answer.body))).toEqual({
      partialSuccess: { rejectedDataPoints: '1', errorMessage: '1 too_old of 2 samples refused by the store' },
    });
    expect(counters.snapshot().rejected).toEqual({ otlp_http_json: { too_old: 1 } });
  });

  // 5 MB of zeros are 5 kB on the wire: under the limit until they are unpacked.
  const bomb = new Uint8Array(gzipSync(new Uint8Array(5_000_000)));
  const wrong: [string, Partial<OtlpHttpRequest>, number][] = [
    ['another content type', { contentType: 'text/plain' }, 415],
    ['another content encoding', { contentEncoding: 'br' }, 415],
    ['a body that is not JSON', { body: json('{').subarray(0, 2) }, 400],
    ['a body that is not protobuf', { contentType: 'application/x-protobuf' }, 400],
    ['a body that is not gzip', { contentEncoding: 'gzip' }, 400],
    ['a body over the limit', { body: new Uint8Array(10_001) }, 413],
    ['a gzip bomb', { contentEncoding: 'gzip', body: bomb }, 413],
  ];
  test.each(wrong)('refuses %s', async (_what, change, status) => {
    const { otlp, counters } = receiver();
    const answer = await otlp.handleHttp('metrics', { ...asJson, body: metricsJson(point), ...change });
    expect(answer.status).toBe(status);
    expect(answer.body.length).toBeGreaterThan(5);
    expect(Object.keys(Object.values(counters.snapshot().rejected)[0]!).length).toBe(1);
  });

  test('a store that is full or broken makes the sender come back', async () => {
    const full = receiver({ append: async (batch) => ({ accepted: 0, rejected: { queue_full: batch.length } }) });
    const broken = receiver({ append: async () => Promise.reject(new Error('disk full')) });
    const first = await full.otlp.handleHttp('metrics', { ...asJson, body: metricsJson(point) });
    expect([first.status, first.headers['retry-after']]).toEqual([429, '1']);
    const second = await broken.otlp.handleHttp('metrics', { ...asJson, body: metricsJson(point) });
    expect([second.status, second.headers['retry-after'], JSON.parse(text(second.body)).message]).toEqual([
      503,
      '5',
      'Cannot keep OTLP metrics: disk full',
    ]);
  });

  test('series that the store has dropped are asked for anew', async () => {
    let asked = 0;
    let isDropped = true;
    const { otlp } = receiver({
      resolve: () => ++asked,
      append: async (batch) => {
        const rejected = isDropped ? { unknown_series: batch.length } : {};
        isDropped = false;
        return { accepted: 0, rejected };
      },
    });
    for (let i = 0; i < 3; i++) await otlp.handleHttp('metrics', { ...asJson, body: metricsJson(point) });
    // The first time target_info too.
    expect(asked).toBe(3);
  });

  test('requests that wait for the store are bounded', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { otlp } = receiver(
      { append: async (batch) => gate.then(() => ({ accepted: batch.length, rejected: {} })) },
      { pendingLimit: 1 },
    );
    const first = otlp.handleHttp('metrics', { ...asJson, body: metricsJson(point) });
    await Promise.resolve();
    expect((await otlp.handleHttp('metrics', { ...asJson, body: metricsJson(point) })).status).toBe(429);
    release();
    expect((await first).status).toBe(200);
  });

  test('takes spans and logs, and refuses those of an agent over the limit', async () => {
    const { otlp, kept } = receiver();
    const span = {
      traceId: '0'.repeat(31) + '1',
      spanId: '0'.repeat(15) + '2',
      name: 'GET /',
      kind: 2,
      startTimeUnixNano: `${now}000000`,
      endTimeUnixNano: `${now + 25}000000`,
    };
    const spans = (name: string) => ({ resource: resource(name), scopeSpans: [{ spans: [span] }] });
    const answer = await otlp.handleHttp('traces', {
      ...asJson,
      body: json({ resourceSpans: [spans('s'), spans('refused')] }),
    });
    expect(JSON.parse(text(answer.body))).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
    expect(kept.spans).toMatchObject([{ name: 'GET /', kind: 'server', durationMs: 25, pool: 's' }]);
    const records = [{ timeUnixNano: `${now}000000`, severityNumber: 17, body: { stringValue: 'it broke' } }];
    await otlp.handleHttp('logs', {
      ...asJson,
      body: json({ resourceLogs: [{ resource: resource('s'), scopeLogs: [{ logRecords: records }] }] }),
    });
    expect(kept.logs).toMatchObject([{ severity: 'error', body: 'it broke', at: now }]);
  });

  test('an empty protobuf request is taken', async () => {
    const answer = await receiver().otlp.handleHttp('metrics', {
      contentType: 'application/x-protobuf',
      contentEncoding: '',
      body: new WireWriter().finish(),
    });
    expect([answer.status, answer.headers['content-type'], answer.body.length]).toEqual([
      200,
      'application/x-protobuf',
      0,
    ]);
  });
});
