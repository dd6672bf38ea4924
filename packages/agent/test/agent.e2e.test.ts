import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeServer } from './fake-server.ts';

const require = createRequire(import.meta.url);
// The official decoders, as the oracle of what was sent.
const { opentelemetry } = require('@opentelemetry/otlp-transformer/build/src/generated/root');
const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const { ExportMetricsServiceRequest } = opentelemetry.proto.collector.metrics.v1;

// Inside the package, so that the bundle finds its dependencies.
const cache = join(import.meta.dirname, '..', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'e2e-'));
const script = join(folder, 'guest.mjs');
const children: ChildProcess[] = [];
let server: FakeServer;

beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, 'guest.ts')];
  await build({
    entryPoints,
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  server = await new FakeServer().start();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await server.stop();
});

function guest(role: string, o: { argument?: string; env?: Record<string, string> } = {}) {
  const child = spawn(process.execPath, [script, role, ...(o.argument === undefined ? [] : [o.argument])], {
    env: { PATH: process.env['PATH'] ?? '', JAEGIS_URL: server.url, ...o.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const said = new Promise<any>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    void ended.then((code) => reject(new Error(`ended with ${code} and said "${text}"`)));
  });
  return { child, ended, said };
}

/** All spans received so far, with the instance that sent them. */
function spans() {
  return server.received
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ body }) => ExportTraceServiceRequest.decode(body).resourceSpans as any[])
    .flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap((scope: any) =>
        scope.spans.map((span: any) => ({ ...span, resource: attributesOf(resource) })),
      ),
    )
    .map((span) => ({ ...span, trace: hex(span.traceId), id: hex(span.spanId), parent: hex(span.parentSpanId) }));
}

const hex = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('hex');
const attributesOf = (resource: any) =>
  Object.fromEntries(resource.attributes.map(({ key, value }: any) => [key, value.stringValue ?? value.intValue]));

test('one trace over two agents in two processes, with the identity of each', async () => {
  const reader = guest('server', { env: { JAEGIS_INSTANCE_ID: 'reader-1', JAEGIS_SUPERVISED: '1' } });
  const { port } = await reader.said;
  const searcher = guest('caller', { argument: `http://127.0.0.1:${port}`, env: { JAEGIS_INSTANCE_ID: 'searcher-1' } });
  expect(await searcher.said).toEqual({ status: 200, body: 'read' });
  expect(await searcher.ended).toBe(0);
  reader.child.kill('SIGTERM');
  expect(await reader.ended).toBe(0);

  const all = spans();
  const by = (name: string) => all.find((span) => span.name === name)!;
  expect(all.map(({ name }) => name).sort()).toEqual(['POST', 'POST /read', 'chat small-1', 'search']);
  expect(new Set(all.map((span) => span.trace)).size).toBe(1);
  expect(by('POST').parent).toBe(by('search').id);
  expect(by('POST /read').parent).toBe(by('POST').id);
  expect(by('chat small-1').parent).toBe(by('POST /read').id);
  expect(by('POST /read').resource).toMatchObject({
    'service.name': 'reader',
    'service.namespace': 'research',
    'service.instance.id': 'reader-1',
    'jaegis.pool': 'research/reader',
  });
  const metricNames = server.received
    .filter(({ path }) => path === '/v1/metrics')
    .flatMap(({ body }) => ExportMetricsServiceRequest.decode(body).resourceMetrics as any[])
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope: any) => scope.metrics.map(({ name }: any) => name)));
  expect(metricNames).toContain('documents');
  const last = (id: string) => server.beats.filter(({ body }) => body.instanceId === id).at(-1)!.body;
  expect(last('searcher-1')).toMatchObject({ status: 'stopped', progress: 1 });
  expect(last('reader-1')).toMatchObject({ status: 'stopped', reason: 'drained: SIGTERM', progress: 1 });
});

test('a process with nothing to do ends by itself and says goodbye', async () => {
  const idle = guest('idle');
  expect(await idle.ended).toBe(0);
  expect(server.beats.map(({ body }) => body.status)).toEqual(['ok', 'stopped']);
});

test('a process with nothing to do ends by itself when the server is away, or hangs', async () => {
  server.respond = () => undefined;
  const hanging = guest('idle');
  const away = guest('idle', { env: { JAEGIS_URL: 'http://127.0.0.1:1' } });
  expect(await away.ended).toBe(0);
  expect(await hanging.ended).toBe(0);
});

test('SIGTERM ends an agent that JAEGIS supervises with a goodbye; another is left to itself', async () => {
  const supervised = guest('busy', { env: { JAEGIS_SUPERVISED: '1', JAEGIS_INSTANCE_ID: 'busy-1' } });
  await supervised.said;
  supervised.child.kill('SIGTERM');
  expect(await supervised.ended).toBe(0);
  expect(server.beats.at(-1)!.body).toMatchObject({ instanceId: 'busy-1', status: 'stopped' });

  const alone = guest('busy');
  await alone.said;
  alone.child.kill('SIGTERM');
  expect(await alone.ended).toBe(null);
});

test('telemetry: false registers nothing', async () => {
  expect(await guest('quiet').said).toEqual({ tracer: false, proxied: false, meter: 'NoopMeterProvider' });
});
