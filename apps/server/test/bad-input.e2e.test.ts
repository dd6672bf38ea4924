import { gzipSync } from 'node:zlib';
import { discard, getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let server: RunningServer;

beforeAll(async () => {
  server = await startServerProcess({ flags: ['--body-limit-bytes', '200000'] });
});

afterAll(() => discard(server));

function beat(id: string, body: unknown): Promise<Response> {
  return postJson(`${server.url}/api/fleet/agents/${encodeURIComponent(id)}/heartbeat`, body);
}

function otlp(
  signal: string,
  body: Uint8Array | string,
  headers: Record<string, string> = { 'content-type': 'application/x-protobuf' },
): Promise<Response> {
  return fetch(`${server.otlpUrl}/v1/${signal}`, { method: 'POST', headers, body });
}

function gauge(
  name: string,
  options: { instance?: string; value?: number; timeMs?: number; attributes?: Record<string, string> } = {},
): string {
  const attributes = (all: Record<string, string>) =>
    Object.entries(all).map(([key, value]) => ({ key, value: { stringValue: value } }));
  const point = {
    timeUnixNano: `${Math.round((options.timeMs ?? Date.now()) * 1e3)}000`,
    asDouble: options.value ?? 1,
    attributes: attributes(options.attributes ?? {}),
  };
  const resource = {
    attributes: attributes({ 'service.name': 'bad-input', 'service.instance.id': options.instance ?? 'good-1' }),
  };
  return JSON.stringify({
    resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name, gauge: { dataPoints: [point] } }] }] }],
  });
}

const json = { 'content-type': 'application/json' };

async function valueNow(selector: string): Promise<string | undefined> {
  const answer = await getJson(`${server.url}/api/v1/query?query=${encodeURIComponent(selector)}`);
  return answer.data.result[0]?.value[1];
}

async function refused(reason: string): Promise<number> {
  const page = await (await fetch(`${server.url}/metrics`)).text();
  return [...page.matchAll(/^jaegis_ingest_rejected_total\{([^}]*)\} (\d+)/gm)]
    .filter(([, labels]) => labels!.includes(`reason="${reason}"`))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

describe('OTLP', () => {
  test.each(['metrics', 'traces', 'logs'])(
    'what is not %s gets 400 with a status in the same encoding',
    async (signal) => {
      const binary = await otlp(signal, new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3]));
      expect(binary.status).toBe(400);
      expect(binary.headers.get('content-type')).toContain('protobuf');
      const text = await otlp(signal, '{"resourceMetrics": [', json);
      expect(text.status).toBe(400);
      expect(((await text.json()) as { message: string }).message).not.toBe('');
      expect(await refused('malformed')).toBeGreaterThan(0);
    },
  );

  test('an unknown content type gets 415, a body over the limit 413, broken gzip 400, a gzip bomb 413', async () => {
    expect((await otlp('metrics', 'a,b', { 'content-type': 'text/csv' })).status).toBe(415);
    expect((await otlp('metrics', new Uint8Array(300_000))).status).toBe(413);
    expect(
      (
        await otlp('metrics', new Uint8Array([1, 2, 3]), {
          'content-type': 'application/x-protobuf',
          'content-encoding': 'gzip',
        })
      ).status,
    ).toBe(400);
    expect(
      (
        await otlp('metrics', gzipSync(Buffer.alloc(100_000_000)), {
          'content-type': 'application/x-protobuf',
          'content-encoding': 'gzip',
        })
      ).status,
    ).toBe(413);
  });

  test('1970 and 2100 are refused one by one, with words, and the rest of the request is kept', async () => {
    for (const [timeMs, reason] of [
      [1_000, 'too_old'],
      [Date.UTC(2100, 0), 'too_new'],
    ] as const) {
      const before = await refused(reason);
      const mixed = JSON.parse(gauge('mixed', { timeMs }));
      mixed.resourceMetrics.push(...JSON.parse(gauge(`kept_${reason}`)).resourceMetrics);
      const answer = await otlp('metrics', JSON.stringify(mixed), json);
      expect(answer.status).toBe(200);
      const { partialSuccess } = (await answer.json()) as {
        partialSuccess: { rejectedDataPoints: string; errorMessage: string };
      };
      expect(Number(partialSuccess.rejectedDataPoints)).toBe(1);
      expect(partialSuccess.errorMessage).not.toBe('');
      expect(await refused(reason)).toBe(before + 1);
      expect(await valueNow(`kept_${reason}`)).toBe('1');
    }
  });

  test('control characters in names and values that should be one touch nobody else', async () => {
    expect((await otlp('metrics', gauge('fine', { value: 7 }), json)).status).toBe(200);
    const evil = await otlp('metrics', gauge('evil\u0000\u001b[2Jname', { instance: 'evil-1' }), json);
    expect([200, 400]).toContain(evil.status);
    for (let i = 0; i < 1_000; i += 100) {
      const many = JSON.parse(gauge('many', { instance: 'evil-2' }));
      const [metric] = many.resourceMetrics[0].scopeMetrics[0].metrics;
      metric.gauge.dataPoints = Array.from({ length: 100 }, (_, j) => ({
        ...metric.gauge.dataPoints[0],
        attributes: [{ key: 'request_id', value: { stringValue: `id-${i + j}` } }],
      }));
      expect((await otlp('metrics', JSON.stringify(many), json)).status).toBe(200);
    }
    expect(await valueNow('fine')).toBe('7');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});

describe('heartbeats', () => {
  test.each([
    ['no JSON', 'b-1', 'nonsense'],
    ['another instance', 'b-1', { instanceId: 'b-2', pool: 'p' }],
    ['no pool', 'b-1', { instanceId: 'b-1' }],
    ['control characters', 'b-1', { instanceId: 'b-1', pool: 'a\u0000b' }],
    ['an unknown status', 'b-1', { instanceId: 'b-1', pool: 'p', status: 'dancing' }],
    ['metrics that are no numbers', 'b-1', { instanceId: 'b-1', pool: 'p', metrics: { queue_length: 'long' } }],
    [
      'a thousand labels',
      'b-1',
      {
        instanceId: 'b-1',
        pool: 'p',
        labels: Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`l${i}`, 'x'])),
      },
    ],
  ])('%s gets 400 with a reason, and registers nobody', async (_what, id, body) => {
    const answer = await beat(id, body);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect(error.message).toMatch(/^Cannot .+: .+/);
    expect((await fetch(`${server.url}/api/fleet/agents/${id}`)).status).toBe(404);
  });

  test('a good one registers at first contact, and is told its interval', async () => {
    const answer = await beat('good-2', { instanceId: 'good-2', pool: 'good', metrics: { queue_length: 3 } });
    expect(await answer.json()).toMatchObject({ intervalMs: 30_000, commands: [] });
    expect(await getJson(`${server.url}/api/fleet/agents/good-2`)).toMatchObject({
      pool: 'good',
      connectivity: 'live',
    });
  });
});

describe('who may ask', () => {
  const kill = { kind: 'kill' };

  test('a page of another site can change nothing', async () => {
    const url = `${server.url}/api/fleet/agents/good-2/commands`;
    expect((await postJson(url, kill, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await postJson(url, kill, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect(
      (
        await postJson(
          `${server.url}/api/fleet/pools/good/mode`,
          { mode: 'paused' },
          { method: 'PUT', headers: { origin: 'null' } },
        )
      ).status,
    ).toBe(403);
  });

  test('a command that does not exist and an agent that is not known are told apart', async () => {
    expect((await postJson(`${server.url}/api/fleet/agents/nobody/commands`, kill)).status).toBe(404);
    expect((await postJson(`${server.url}/api/fleet/agents/good-2/commands`, { kind: 'explode' })).status).toBe(400);
    expect((await postJson(`${server.url}/api/fleet/agents/good-2/commands`, { kind: 'drain' })).status).toBe(202);
  });
});

test('after all of this it lives, and its log shows no error of ours', async () => {
  await until(async () => (await fetch(`${server.url}/readyz`)).ok, { what: 'readiness', timeoutMs: 5_000 });
  expect(server.output()).not.toContain('BUG');
});
