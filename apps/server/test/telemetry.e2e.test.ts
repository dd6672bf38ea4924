import { totalmem } from 'node:os';
import { gzipSync } from 'node:zlib';
import { Client, credentials, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { discard, getJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import type { Link } from '@jaegis/model';
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let server: RunningServer;

beforeAll(async () => {
  server = await startServerProcess();
});

afterAll(() => discard(server));

const resourceOf = (service: string) =>
  resourceFromAttributes({
    'service.namespace': 'shop',
    'service.name': service,
    'service.instance.id': `${service}-1`,
    'service.version': '2.1.0',
    'cloud.region': 'eu-central-1',
  });

/** Tracers of the services of a small shop, all going to one exporter. */
function tracersTo(exporter: SpanExporter, services: readonly string[]) {
  const providers = services.map((service) => ({
    service,
    provider: new BasicTracerProvider({
      resource: resourceOf(service),
      spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 10_000 })],
    }),
  }));
  return {
    tracer: (service: string) => providers.find((each) => each.service === service)!.provider.getTracer('test'),
    flush: () => Promise.all(providers.map((each) => each.provider.forceFlush())),
  };
}

/** Sends what an official serializer wrote over gRPC, as any OTLP client does. Gives the answer's bytes. */
function exportOverGrpc(signal: 'metrics' | 'traces' | 'logs', bytes: Uint8Array): Promise<Buffer> {
  const service = { metrics: 'Metrics', traces: 'Trace', logs: 'Logs' }[signal];
  const path = `/opentelemetry.proto.collector.${signal === 'traces' ? 'trace' : signal}.v1.${service}Service/Export`;
  const client = new Client(server.grpcAddress, credentials.createInsecure());
  return new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (each: Buffer) => each,
      (each: Buffer) => each,
      Buffer.from(bytes),
      (error: ServiceError | null, answer?: Buffer, _metadata?: Metadata) =>
        error === null ? resolve(answer!) : reject(error),
    );
  }).finally(() => client.close());
}

/** Within 5 %: durations are kept in a sketch, not one by one. */
const isNear = (wanted: number) => (value: number | null) => Math.abs((value ?? Number.NaN) / wanted - 1) < 0.05;

async function series(selector: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
  return (await getJson(`${server.url}/api/v1/query?query=${encodeURIComponent(selector)}`)).data.result;
}

describe('metrics of the official SDK', () => {
  /** The same instruments, whoever exports them. */
  async function measure(exporter: PushMetricExporter, service: string): Promise<void> {
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ resource: resourceOf(service), readers: [reader] });
    const meter = provider.getMeter('test');
    meter.createCounter('orders.taken', { unit: '{order}' }).add(42, { channel: 'web' });
    meter.createObservableGauge('basket.size', { unit: 'By' }).addCallback((result) => result.observe(1_536));
    const durations = meter.createHistogram('http.server.request.duration', {
      unit: 's',
      advice: { explicitBucketBoundaries: [0.1, 1] },
    });
    for (const seconds of [0.05, 0.5, 0.7, 3]) durations.record(seconds, { 'http.route': '/buy' });
    await reader.forceFlush();
  }

  async function expectMeasured(service: string): Promise<void> {
    const of = `{job="shop/${service}",instance="${service}-1"`;
    const total = await until(async () => (await series(`orders_taken_total${of},channel="web"}`))[0], {
      what: `the counter of ${service}`,
      timeoutMs: 5_000,
    });
    expect(total.value[1]).toBe('42');
    expect((await series(`basket_size_bytes${of}}`))[0]?.value[1]).toBe('1536');
    const buckets = await series(`http_server_request_duration_seconds_bucket${of},http_route="/buy"}`);
    expect(Object.fromEntries(buckets.map(({ metric, value }) => [metric['le'], value[1]]))).toEqual({
      '0.1': '1',
      '1': '3',
      '+Inf': '4',
    });
    expect((await series(`http_server_request_duration_seconds_count${of}}`))[0]?.value[1]).toBe('4');
    expect(Number((await series(`http_server_request_duration_seconds_sum${of}}`))[0]?.value[1])).toBeCloseTo(4.25);
    expect((await series(`target_info${of}}`))[0]).toMatchObject({ metric: { service_version: '2.1.0' } });
  }

  test('over HTTP, protobuf and gzip: Prometheus names, and the agent registers by its resource', async () => {
    const url = `${server.otlpUrl}/v1/metrics`;
    await measure(new OTLPMetricExporter({ url, compression: CompressionAlgorithm.GZIP }), 'till');
    await expectMeasured('till');
    expect(await getJson(`${server.url}/api/fleet/agents/till-1`)).toMatchObject({
      pool: 'shop/till',
      connectivity: 'live',
      version: '2.1.0',
      labels: { 'cloud.region': 'eu-central-1' },
    });
    const now = Date.now() / 1_000;
    const range = await getJson(
      `${server.url}/api/v1/query_range?query=orders_taken_total%7Binstance%3D%22till-1%22%7D&start=${now - 30}&end=${now + 30}&step=5`,
    );
    expect(range.data.resultType).toBe('matrix');
    expect(range.data.result[0].values.at(-1)[1]).toBe('42');
  });

  test('over gRPC: the same series for the same instruments', async () => {
    const kept = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    await measure(kept, 'kiosk');
    const bytes = ProtobufMetricsSerializer.serializeRequest(
      kept.getMetrics()[0] as Parameters<typeof ProtobufMetricsSerializer.serializeRequest>[0],
    )!;
    const answer = await exportOverGrpc('metrics', bytes);
    expect(ProtobufMetricsSerializer.deserializeResponse(answer).partialSuccess?.rejectedDataPoints ?? 0).toBe(0);
    await expectMeasured('kiosk');
    expect(await getJson(`${server.url}/api/fleet/agents/kiosk-1`)).toMatchObject({ pool: 'shop/kiosk' });
  });
});

describe('traces of the official SDK', () => {
  const purchases = 100;
  /** A call takes this much longer for the caller than for the called. */
  const networkMs = 200;

  /**
   * A purchase: `front` calls `stock` (10 ms, 20 ms ... 1 s; each fourth fails), which asks a database that sends no
   * telemetry; then `front` leaves a message that `mailer` takes.
   */
  function buy(tracer: (service: string) => ReturnType<BasicTracerProvider['getTracer']>, i: number): void {
    const end = Date.now();
    const serverMs = (i + 1) * 10;
    const isFailing = i % 4 === 0;
    const start = end - serverMs;
    const child = (parent: Span) => trace.setSpan(ROOT_CONTEXT, parent);
    const root = tracer('front').startSpan('GET /buy', { kind: SpanKind.SERVER, startTime: start - networkMs - 5 });
    const call = tracer('front').startSpan(
      'POST',
      {
        kind: SpanKind.CLIENT,
        startTime: start - networkMs,
        attributes: { 'http.request.method': 'POST', 'server.address': 'stock.local', 'server.port': 80 },
      },
      child(root),
    );
    const served = tracer('stock').startSpan(
      'POST /take',
      { kind: SpanKind.SERVER, startTime: start, attributes: { 'http.request.method': 'POST' } },
      child(call),
    );
    tracer('stock')
      .startSpan(
        'SELECT goods',
        {
          kind: SpanKind.CLIENT,
          startTime: start,
          attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'goods', 'server.address': 'db.internal' },
        },
        child(served),
      )
      .end(start + 4);
    if (isFailing) {
      served.setAttributes({ 'http.response.status_code': 503, 'error.type': 'OutOfStock' });
      served.setStatus({ code: SpanStatusCode.ERROR, message: 'nothing left' });
      call.setStatus({ code: SpanStatusCode.ERROR });
    }
    served.end(end);
    call.end(end + 1);
    const messaging = { 'messaging.system': 'kafka', 'messaging.destination.name': 'receipts' };
    const sent = tracer('front').startSpan(
      'send receipts',
      { kind: SpanKind.PRODUCER, startTime: end + 1, attributes: { ...messaging, 'messaging.operation.type': 'send' } },
      child(root),
    );
    sent.end(end + 2);
    root.end(end + 3);
    tracer('mailer')
      .startSpan('process receipts', {
        kind: SpanKind.CONSUMER,
        root: true,
        startTime: end + 2,
        links: [{ context: sent.spanContext() }],
        attributes: { ...messaging, 'messaging.operation.type': 'process' },
      })
      .end(end + 8);
  }

  test('two services, a queue and a database become a map with rate, errors and duration', async () => {
    const exporter = new OTLPTraceExporter({
      url: `${server.otlpUrl}/v1/traces`,
      compression: CompressionAlgorithm.GZIP,
    });
    const { tracer, flush } = tracersTo(exporter, ['front', 'stock', 'mailer']);
    for (let i = 0; i < purchases; i++) buy(tracer, i);
    await flush();

    const links: Link[] = await until(
      async () => {
        const { items, total, next } = await getJson(`${server.url}/api/fleet/links`);
        expect({ total, next }).toEqual({ total: items.length, next: null });
        return items.some((link: Link) => link.target === 'shop/mailer') && items;
      },
      { what: 'a link through the queue', timeoutMs: 90_000 },
    );
    const between = (source: string, target: string) =>
      links.find((link) => link.source === source && link.target === target)!;
    const call = between('shop/front', 'shop/stock');
    expect(call).toMatchObject({ kind: 'http', errorRate: 0.25 });
    // A hundred of them, over five seconds at first and over the whole window of a minute at last.
    expect(call.rate).toBeGreaterThanOrEqual(purchases / 61);
    expect(call.rate).toBeLessThanOrEqual(purchases / 5);
    expect(call.p50).toSatisfy(isNear(0.7));
    expect(call.p95).toSatisfy(isNear(1.15));
    expect(between('shop/front', 'shop/mailer')).toMatchObject({ kind: 'messaging', errorRate: 0 });
    const database = links.find((link) => link.source === 'shop/stock' && link.target.includes('db.internal'))!;
    expect(database).toMatchObject({ kind: 'database', errorRate: 0 });
    expect(database.p50).toSatisfy(isNear(0.004));

    const map = await getJson(`${server.url}/api/fleet/topology`);
    const kinds = Object.fromEntries(map.nodes.map((node: { id: string; kind: string }) => [node.id, node.kind]));
    expect(kinds).toMatchObject({
      'shop/front': 'pool',
      'shop/stock': 'pool',
      'shop/mailer': 'pool',
      [database.target]: 'virtual',
    });
    expect(map.hidden).toEqual({ nodes: 0, links: 0 });
    const around = await getJson(`${server.url}/api/fleet/topology?focus=shop%2Fmailer&depth=1`);
    expect(around.nodes.map((node: { id: string }) => node.id).sort()).toEqual(['shop/front', 'shop/mailer']);
    expect(around.hidden.nodes).toBe(map.nodes.length - 2);
  });

  test('the report of an agent has its percentiles and the class of its errors, and so have its series', async () => {
    const report = await until(
      async () => {
        const seen = await getJson(`${server.url}/api/fleet/agents/stock-1`);
        return seen.responseTime.p50 !== null && seen.health !== 'unknown' && seen;
      },
      { what: 'a report with percentiles', timeoutMs: 20_000 },
    );
    expect(report.responseTime.p50).toSatisfy(isNear(0.5));
    expect(report.responseTime.p95).toSatisfy(isNear(0.95));
    expect(report.responseTime.p99).toSatisfy(isNear(0.99));
    expect(report.responseTime.mean).toSatisfy(isNear(0.505));
    expect(report.work.successRate).toBeCloseTo(0.75);
    expect(report.work.throughput).toBeGreaterThan(0);
    expect(report.errors.rate).toBeCloseTo(0.25);
    expect(report.errors.classes[0]).toMatchObject({ name: 'OutOfStock', count: purchases / 4 });
    expect(report.links.map((link: Link) => link.source)).toContain('front-1');
    expect(report.health).not.toBe('healthy');
    expect(report.reasons[0]).toMatch(/error/i);
    // The report is there a moment before the tick that made it has written its series.
    const p95 = await until(
      async () => (await series('jaegis_agent_signal{signal="latency_p95",instance_id="stock-1"}'))[0],
      { what: 'the series of the report', timeoutMs: 20_000 },
    );
    expect(Number(p95.value[1])).toSatisfy(isNear(0.95));
    expect(await series('jaegis_pool_signal{signal="error_rate",pool="shop/stock"}')).toHaveLength(1);
    expect(
      await series('jaegis_link_signal{signal="latency_p95",source="shop/front",target="shop/stock"}'),
    ).toHaveLength(1);
  });

  test('over gRPC: spans of a service that was never seen before make it an agent', async () => {
    const kept = new InMemorySpanExporter();
    const { tracer, flush } = tracersTo(kept, ['clerk']);
    tracer('clerk').startSpan('GET /', { kind: SpanKind.SERVER }).end();
    await flush();
    const spans = kept.getFinishedSpans() as Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0];
    await exportOverGrpc('traces', ProtobufTraceSerializer.serializeRequest(spans)!);
    expect(await getJson(`${server.url}/api/fleet/agents/clerk-1`)).toMatchObject({
      pool: 'shop/clerk',
      connectivity: 'live',
    });
  });
});

test('the machine itself is measured: host series exist after the first sample', async () => {
  const newest = (name: string) => series(`${name}`).then(([first]) => Number(first?.value[1]));
  await until(async () => (await newest('jaegis_host_memory_total_bytes')) > 0, {
    what: 'host series',
    timeoutMs: 30_000,
  });
  expect(await newest('jaegis_host_memory_total_bytes')).toSatisfy(isNear(totalmem()));
  expect(await newest('jaegis_host_memory_available_bytes')).toBeGreaterThan(0);
  for (const name of ['cpu_seconds_total', 'disk_read_bytes_total', 'network_receive_bytes_total', 'load1'])
    expect(await newest(`jaegis_host_${name}`)).toBeGreaterThanOrEqual(0);
});

describe('logs of the official SDK', () => {
  const perWay = 3;

  function written(service: string): Uint8Array {
    const exporter = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({
      resource: resourceOf(service) as never,
      processors: [new SimpleLogRecordProcessor(exporter)],
    });
    for (let i = 1; i <= perWay; i++) {
      provider.getLogger('test').emit({
        timestamp: Date.now() + i,
        severityNumber: i === perWay ? SeverityNumber.ERROR : SeverityNumber.INFO,
        body: `${service} line ${i}`,
        attributes: { 'order.id': i },
      });
    }
    return ProtobufLogsSerializer.serializeRequest(exporter.getFinishedLogRecords())!;
  }

  test('over HTTP and over gRPC they are kept, read newest first, and survive kill -9', async () => {
    const answer = await fetch(`${server.otlpUrl}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
      body: gzipSync(written('printer')),
    });
    expect(answer.status).toBe(200);
    await exportOverGrpc('logs', written('scanner'));
    await server.kill();
    server = await server.restart();
    for (const service of ['printer', 'scanner']) {
      const logs = await getJson(`${server.url}/api/fleet/agents/${service}-1/logs`);
      expect(logs).toMatchObject({ total: perWay, next: null });
      expect(logs.items.map((each: { body: string }) => each.body)).toEqual(
        [3, 2, 1].map((i) => `${service} line ${i}`),
      );
      expect(logs.items[0]).toMatchObject({
        instanceId: `${service}-1`,
        pool: `shop/${service}`,
        severity: 'error',
        attributes: { 'order.id': 3 },
      });
      expect((await getJson(`${server.url}/api/fleet/agents/${service}-1/logs?limit=1`)).items).toHaveLength(1);
    }
    const count = (await getJson(`${server.url}/api/fleet/agents/nobody/logs`)).items.length;
    expect(count).toBe(0);
  });
});
