import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRng } from '@jaegis/std';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock, until } from '../test/manual-clock.ts';
import { notification } from '../test/notification-fixture.ts';
import { describeReceiver } from '../test/receiver-conformance.ts';
import { createWebhookReceiver, type WebhookTools } from './webhook-receiver.ts';

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** Does not answer at all. */
  readonly hangs?: boolean;
}

const timeoutMs = 10_000;
const closing: (() => Promise<void>)[] = [];

/** A real server on loopback that answers as told, and a receiver that posts to it. */
async function world(answer: () => Answer, tools: Partial<WebhookTools> = {}) {
  const clock = new ManualClock();
  const requests: { headers: IncomingMessage['headers']; body: any }[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const { status, headers, hangs } = answer();
      if (!hangs) response.writeHead(status, headers).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver = createWebhookReceiver(
    {
      name: 'oncall',
      webhook: { url: `http://127.0.0.1:${port}/hook`, headers: { authorization: 'Bearer secret' } },
      severities: ['critical', 'warning'],
    },
    { fetch, clock, rng: seededRng(1), queueLimit: 3, deadlineMs: 60_000, timeoutMs, ...tools },
  );
  const close = async () => {
    await receiver.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  closing.push(close);
  const isPausing = () => [...clock.timers].some((timer) => timer.delayMs !== timeoutMs);
  return { receiver, clock, requests, isPausing, close };
}

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

describeReceiver('the webhook', async () => {
  let status = 200;
  const made = await world(() => ({ status }));
  return {
    ...made,
    get arrived() {
      const ids = made.requests.map((request) => request.body.jaegis.id as string);
      return ids.filter((id, index) => ids.indexOf(id) === index);
    },
    tries: () => made.requests.length,
    breakIt: () => {
      status = 503;
    },
    mendIt: () => {
      status = 200;
    },
  };
});

describe('the webhook', () => {
  test('posts what Alertmanager would, with the incident beside it', async () => {
    const { receiver, requests } = await world(() => ({ status: 204 }), { externalUrl: 'http://127.0.0.1:4300' });
    await receiver.send(notification());
    const [request] = requests;
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer secret',
      'x-jaegis-notification': 'incident-1%2Fopened',
    });
    expect(request?.body).toMatchObject({
      version: '4',
      groupKey: '{}:{incident="incident-1"}',
      truncatedAlerts: 1,
      status: 'firing',
      receiver: 'oncall',
      groupLabels: { incident: 'incident-1', pool: 'research/reader' },
      commonLabels: { alertname: 'AgentLost', severity: 'critical' },
      commonAnnotations: { summary: 'reader lost 1 of 8 agents', description: 'no heartbeat for 94 s' },
      externalURL: 'http://127.0.0.1:4300',
      alerts: [
        {
          status: 'firing',
          labels: {
            alertname: 'AgentLost',
            severity: 'critical',
            pool: 'research/reader',
            instance: 'reader-3',
            'host.name': 'a',
          },
          annotations: { summary: 'reader-3 is lost.', description: 'no heartbeat for 94 s (expected every 30 s)' },
          startsAt: '2023-11-14T22:13:20.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'http://127.0.0.1:4300/incidents/incident-1',
        },
      ],
      jaegis: { kind: 'opened', incident: { id: 'incident-1', title: 'reader lost 1 of 8 agents' } },
    });
    expect(request?.body.alerts[0].fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  test('says when it is over', async () => {
    const { receiver, requests } = await world(() => ({ status: 200 }));
    await receiver.send(notification('incident-1/resolved', { kind: 'resolved' }));
    expect(requests[0]?.body).toMatchObject({
      status: 'resolved',
      alerts: [{ status: 'resolved', endsAt: '2023-11-14T22:13:20.000Z' }],
    });
  });

  test.each([400, 401, 404, 410, 302])('gives up at once on %i', async (status) => {
    const { receiver, requests } = await world(() => ({ status, headers: { location: 'http://127.0.0.1:1/' } }));
    const delivery = await receiver.send(notification());
    expect(delivery).toEqual({ state: 'failed', reason: `answered ${status}`, attempts: 1 });
    expect(requests).toHaveLength(1);
    expect(receiver.stats.lastError).toBe(`answered ${status}`);
  });

  test('waits as long as it is told to', async () => {
    let status = 429;
    const made = await world(() => ({ status, headers: { 'retry-after': '20' } }));
    const sent = made.receiver.send(notification());
    await until(made.isPausing);
    status = 200;
    expect([...made.clock.timers].map((timer) => timer.delayMs)).toEqual([20_000]);
    made.clock.advance(20_000);
    expect(await sent).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('does not wait for ever for an answer', async () => {
    let hangs = true;
    const made = await world(() => ({ status: 200, hangs }));
    const sent = made.receiver.send(notification());
    await until(() => made.requests.length === 1);
    made.clock.advance(timeoutMs);
    await until(made.isPausing);
    expect(made.receiver.stats.lastError).toBe('no answer within 10000 ms');
    hangs = false;
    made.clock.advance(5_000);
    expect(await sent).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('names what happened when nobody listens', async () => {
    const made = await world(() => ({ status: 200 }));
    const nobody = createWebhookReceiver(
      { name: 'gone', webhook: { url: 'http://127.0.0.1:9/', headers: {} }, severities: ['critical'] },
      {
        clock: made.clock,
        rng: seededRng(1),
        deadlineMs: 0,
        fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })),
      },
    );
    expect(await nobody.send(notification())).toEqual({
      state: 'failed',
      reason: 'given up after 1 tries in 0 s: connect ECONNREFUSED',
      attempts: 1,
    });
  });
});
