import { gzipSync } from 'node:zlib';
import * as grpc from '@grpc/grpc-js';
import { WireWriter } from '@jaegis/protocol';
import type { Clock } from '@jaegis/std';
import { afterEach, describe, expect, test } from 'vitest';
import { type GrpcServer, type GrpcServerOptions, startGrpcServer } from './grpc-server.ts';
import { IngestCounters } from './ingest-counters.ts';
import { OtlpReceiver } from './otlp-receiver.ts';
import type { SampleSink } from './sinks.ts';

const now = 1_700_000_000_000;
const clock: Clock = {
  now: () => now,
  every: () => () => {},
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(append: SampleSink['append'], options: Partial<GrpcServerOptions> = {}) {
  const counters = new IngestCounters();
  const kept: string[] = [];
  const receiver = new OtlpReceiver({
    sinks: {
      samples: { resolve: () => 1, append },
      spans: (spans) => void kept.push(...spans.map((span) => span.name)),
      logs: (records) => void kept.push(...records.map((record) => record.body)),
      exemplars: () => 0,
      metadata: () => {},
      contact: () => true,
    },
    clock,
    counters,
    bodyLimitBytes: 100_000,
  });
  const server: GrpcServer = await startGrpcServer({
    receiver,
    host: '127.0.0.1',
    port: 0,
    maxMessageBytes: 100_000,
    ...options,
  });
  open.push(() => server.close());
  const client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure(), {
    'grpc.max_send_message_length': 10_000_000,
  });
  open.push(() => client.close());
  const call = (service: string, body: Uint8Array, metadata = new grpc.Metadata()) =>
    new Promise<{ code: number; body: Buffer; details: string; retryInfo: boolean }>((resolve) => {
      const bytes = (value: Buffer) => value;
      client.makeUnaryRequest(
        `/opentelemetry.proto.collector.${service}/Export`,
        bytes,
        bytes,
        Buffer.from(body),
        metadata,
        (error, answer) =>
          resolve({
            code: error?.code ?? 0,
            body: answer ?? Buffer.alloc(0),
            details: error?.details ?? '',
            retryInfo: String(error?.metadata?.get('grpc-status-details-bin')[0] ?? '').includes('RetryInfo'),
          }),
      );
    });
  return { call, counters, kept };
}

const takesAll: SampleSink['append'] = async (batch) => ({ accepted: batch.length, rejected: {} });

/** resource(service.name = s) → scope → one item. */
function request(item: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter();
  writer.messageField(1, (group) => {
    group.messageField(1, (resource) =>
      resource.messageField(1, (pair) => {
        pair.stringField(1, 'service.name');
        pair.messageField(2, (value) => value.stringField(1, 's'));
      }),
    );
    group.messageField(2, (scope) => scope.messageField(2, item));
  });
  return writer.finish();
}

const gauge = (name: string) =>
  request((metric) => {
    metric.stringField(1, name);
    metric.messageField(5, (data) =>
      data.messageField(1, (point) => {
        point.fixed64Field(3, BigInt(now) * 1_000_000n);
        point.doubleField(4, 1);
      }),
    );
  });

describe('a real gRPC client', () => {
  test('exports metrics, traces and logs', async () => {
    const { call, counters, kept } = await start(takesAll);
    expect(await call('metrics.v1.MetricsService', gauge('m'))).toMatchObject({ code: 0, body: Buffer.alloc(0) });
    const span = request((writer) => {
      writer.bytesField(1, new Uint8Array(16).fill(1));
      writer.bytesField(2, new Uint8Array(8).fill(1));
      writer.stringField(5, 'GET /');
      writer.fixed64Field(7, BigInt(now) * 1_000_000n);
      writer.fixed64Field(8, BigInt(now + 5) * 1_000_000n);
    });
    expect((await call('trace.v1.TraceService', span)).code).toBe(0);
    const record = request((writer) => {
      writer.fixed64Field(1, BigInt(now) * 1_000_000n);
      writer.messageField(5, (body) => body.stringField(1, 'hello'));
    });
    expect((await call('logs.v1.LogsService', record)).code).toBe(0);
    expect(kept).toEqual(['GET /', 'hello']);
    expect(counters.snapshot()).toMatchObject({
      samples: { otlp_grpc: 2 },
      spans: { otlp_grpc: 1 },
      logs: { otlp_grpc: 1 },
    });
  });

  test('is told of a partial success', async () => {
    const { call } = await start(takesAll);
    const answer = await call('metrics.v1.MetricsService', gauge('a\nb'));
    expect(answer.code).toBe(0);
    expect(answer.body.toString()).toContain('invalid_name');
  });

  test('is told INVALID_ARGUMENT, RESOURCE_EXHAUSTED with RetryInfo, UNAVAILABLE', async () => {
    const malformed = await start(takesAll);
    expect(await malformed.call('metrics.v1.MetricsService', new Uint8Array([0x0a, 0x7f]))).toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
    });
    const full = await start(async (batch) => ({ accepted: 0, rejected: { queue_full: batch.length } }));
    expect(await full.call('metrics.v1.MetricsService', gauge('m'))).toMatchObject({
      code: grpc.status.RESOURCE_EXHAUSTED,
      retryInfo: true,
    });
    const broken = await start(async () => Promise.reject(new Error('disk full')));
    expect(await broken.call('metrics.v1.MetricsService', gauge('m'))).toMatchObject({
      code: grpc.status.UNAVAILABLE,
      retryInfo: true,
    });
  });

  test('is held to the token, the rate and the message size', async () => {
    const options = {
      authorize: (metadata: grpc.Metadata) => metadata.get('authorization')[0] === 'Bearer right',
      admit: (sender: string) =>
        (sender === '127.0.0.1' ? { retryAfterMs: 500 } : true) as true | { retryAfterMs: number },
    };
    const { call, counters } = await start(takesAll, options);
    expect((await call('metrics.v1.MetricsService', gauge('m'))).code).toBe(grpc.status.UNAUTHENTICATED);
    const metadata = new grpc.Metadata();
    metadata.set('authorization', 'Bearer right');
    expect(await call('metrics.v1.MetricsService', gauge('m'), metadata)).toMatchObject({
      code: grpc.status.RESOURCE_EXHAUSTED,
      retryInfo: true,
    });
    expect(counters.snapshot().rejected).toEqual({ otlp_grpc: { unauthenticated: 1, rate_limited: 1 } });
    const { call: large } = await start(takesAll);
    expect((await large('metrics.v1.MetricsService', new Uint8Array(200_000))).code).toBe(
      grpc.status.RESOURCE_EXHAUSTED,
    );
  });
});

test('gzip is undone, and a gzip bomb is refused', async () => {
  const { kept } = await start(takesAll);
  expect(kept).toEqual([]);
  const counters = new IngestCounters();
  let samples = 0;
  const receiver = new OtlpReceiver({
    sinks: {
      samples: {
        resolve: () => 1,
        append: async (batch) => {
          samples += batch.length;
          return { accepted: batch.length, rejected: {} };
        },
      },
      spans: () => {},
      logs: () => {},
      exemplars: () => 0,
      metadata: () => {},
      contact: () => true,
    },
    clock,
    counters,
    bodyLimitBytes: 100_000,
  });
  const server = await startGrpcServer({ receiver, host: '127.0.0.1', port: 0, maxMessageBytes: 100_000 });
  open.push(() => server.close());
  const client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure(), {
    'grpc.default_compression_algorithm': 2,
    'grpc.max_send_message_length': 100_000_000,
  });
  open.push(() => client.close());
  const send = (body: Uint8Array) =>
    new Promise<number>((resolve) => {
      const bytes = (value: Buffer) => value;
      client.makeUnaryRequest(
        '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
        bytes,
        bytes,
        Buffer.from(body),
        (error) => resolve(error?.code ?? 0),
      );
    });
  expect(await send(gauge('m'))).toBe(0);
  expect(samples).toBe(2);
  const bomb = new Uint8Array(20_000_000);
  expect(gzipSync(bomb).length).toBeLessThan(100_000);
  expect(await send(bomb)).toBe(grpc.status.RESOURCE_EXHAUSTED);
});
