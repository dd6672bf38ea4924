import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FakeHost } from '../test/fake-host.ts';
import { FakeServer } from '../test/fake-server.ts';
import { joinFrom } from './join.ts';
import { PeerBook } from './peers.ts';
import { ServerConnection } from './server-call.ts';
import { carryContext } from './telemetry.ts';
import { Work } from './work.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const host = new FakeHost();
const work = new Work(
  provider.getTracer('test'),
  new PeerBook(host, new ServerConnection(host, 'http://127.0.0.1:1', undefined)),
);
const peer = new FakeServer();

beforeAll(async () => {
  // The host's own setup, with a tracer provider but no propagator.
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  await peer.start();
});
afterEach(() => exporter.reset());
afterAll(() => peer.stop());

const spans = () => exporter.getFinishedSpans();

test("the host's own provider is used and left alone", async () => {
  const agent = await joinFrom(host, { pool: 'reader', url: 'http://127.0.0.1:1' });
  expect((trace.getTracerProvider() as any).getDelegate()).toBe(provider);
  await agent.run('read', {}, () => 1);
  expect(spans().map(({ name }) => name)).toEqual(['read']);
  await agent.leave();
  await work.run('after', {}, () => 1);
  expect(spans().map(({ name }) => name)).toEqual(['read', 'after']);
});

test('run counts what is in flight and what was done', async () => {
  const before = work.progress;
  let inside = 0;
  const result = await work.run('job', { kind: 'consumer', attributes: { size: 3 }, progress: 5 }, () => {
    inside = work.inFlight;
    return 'done';
  });
  expect([result, inside, work.inFlight, work.progress - before]).toEqual(['done', 1, 0, 5]);
  expect(spans()[0]).toMatchObject({ name: 'job', kind: SpanKind.CONSUMER, attributes: { size: 3 } });
});

test("an error of the work is recorded and stays the host's", async () => {
  const before = work.progress;
  const failure = new RangeError('too far');
  await expect(work.run('job', {}, () => Promise.reject(failure))).rejects.toBe(failure);
  expect(spans()[0]).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: 'too far' },
    attributes: { 'error.type': 'RangeError' },
  });
  expect([work.inFlight, work.progress]).toEqual([0, before]);
});

test('spans nest over awaits', async () => {
  await work.run('outer', {}, async () => {
    await Promise.resolve();
    await work.run('inner', {}, () => undefined);
  });
  const [inner, outer] = spans();
  expect(inner!.parentSpanContext!.spanId).toBe(outer!.spanContext().spanId);
});

test("handle continues the caller's trace, also without a propagator of the host", async () => {
  const headers: Record<string, string> = {};
  let caller: Span | undefined;
  await work.run('caller', {}, (span) => {
    caller = span;
    carryContext(headers);
  });
  expect(headers['traceparent']).toContain(caller!.spanContext().traceId);
  await work.handle(headers, 'POST /read', () => ({ status: 503 }));
  await work.handle(new Headers(headers), 'POST /read', () => 'fine');
  const [, failed, fine] = spans();
  expect(failed).toMatchObject({
    name: 'POST /read',
    kind: SpanKind.SERVER,
    parentSpanContext: { spanId: caller!.spanContext().spanId, isRemote: true },
    status: { code: SpanStatusCode.ERROR },
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/read',
      'http.response.status_code': 503,
      'error.type': '503',
    },
  });
  expect(fine!.spanContext().traceId).toBe(caller!.spanContext().traceId);
  expect(fine!.status.code).toBe(SpanStatusCode.UNSET);
});

test('headers that are no context start a new trace', async () => {
  await work.handle({ traceparent: 'garbage', other: undefined }, 'serve', () => 1);
  expect(spans()[0]!.parentSpanContext).toBeUndefined();
});

test('request names the peer and carries the context', async () => {
  const url = `${peer.url.replace('//', '//user:secret@')}/read`;
  peer.respond = (_request, response) => response.writeHead(429).end();
  const response = await work.request('research/reader', `${peer.url}/read?q=1`, {
    method: 'post',
    headers: { 'x-a': '1' },
  });
  expect(response.status).toBe(429);
  const [span] = spans();
  const { hostname, port } = new URL(peer.url);
  expect(span).toMatchObject({
    name: 'POST',
    kind: SpanKind.CLIENT,
    status: { code: SpanStatusCode.ERROR },
    attributes: {
      'http.request.method': 'POST',
      'peer.service': 'research/reader',
      'server.address': hostname,
      'server.port': Number(port),
      'http.response.status_code': 429,
    },
  });
  expect(peer.received.at(-1)!.headers).toMatchObject({ 'x-a': '1' });
  expect(peer.received.at(-1)!.headers['traceparent']).toContain(span!.spanContext().spanId);
  await expect(work.request('research/reader', url)).rejects.toThrow();
  expect(JSON.stringify(spans()[1]!.attributes)).not.toContain('secret');
});

test('a peer that is not there is an error with its class', async () => {
  await expect(work.request('gone', 'http://127.0.0.1:1/')).rejects.toThrow('fetch failed');
  expect(spans()[0]).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { 'peer.service': 'gone' } });
});

test('a model call carries its tokens', async () => {
  await work.model({ model: 'small-1', provider: 'own', inputTokens: 100 }, (usage) => {
    usage({ outputTokens: 20, costUsd: 0.002 });
  });
  expect(spans()[0]).toMatchObject({
    name: 'chat small-1',
    kind: SpanKind.CLIENT,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'own',
      'gen_ai.request.model': 'small-1',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cost': 0.002,
    },
  });
});

test('a propagator of the host is respected', () => {
  const own = { inject: (_c: any, carrier: any) => (carrier['x-own'] = '1'), extract: (c: any) => c, fields: () => [] };
  propagation.setGlobalPropagator(own);
  const headers: Record<string, string> = {};
  context.with(trace.setSpan(context.active(), provider.getTracer('t').startSpan('s')), () => carryContext(headers));
  expect(Object.keys(headers).sort()).toEqual(['traceparent', 'x-own']);
  propagation.disable();
});
