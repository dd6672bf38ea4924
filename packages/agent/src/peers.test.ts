import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeHost } from '../test/fake-host.ts';
import { FakeServer, json } from '../test/fake-server.ts';
import { PeerBook } from './peers.ts';
import { ServerConnection } from './server-call.ts';

let server: FakeServer;
let host: FakeHost;
let connection: ServerConnection;
let book: PeerBook;

beforeEach(async () => {
  server = await new FakeServer().start();
  host = new FakeHost();
  connection = new ServerConnection(host, server.url, undefined);
  book = new PeerBook(host, connection);
  answerWith('a', 'b', 'c');
});
afterEach(async () => {
  book.stop();
  connection.close();
  await server.stop();
});

function answerWith(...names: string[]) {
  const items = names.map((name) => ({ instanceId: name, status: 'ok', labels: { 'agent.url': `http://${name}:1` } }));
  server.respond = (_request, response) => json(response, { items, total: items.length, next: null });
}

async function asksReach(count: number): Promise<void> {
  for (let i = 0; server.received.length < count; i++) {
    if (i > 5_000) throw new Error(`asked ${server.received.length} times, must reach ${count}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets the answer to the last request arrive. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

const names = () => book.list('research/reader').map(({ instanceId }) => instanceId);

test('the first look finds nothing yet, the next one does', async () => {
  expect(names()).toEqual([]);
  expect((await book.find('research/reader')).map(({ url }) => url)).toEqual([
    'http://a:1',
    'http://b:1',
    'http://c:1',
  ]);
  expect(names()).toEqual(['a', 'b', 'c']);
  expect(server.received).toHaveLength(1);
  expect(server.received[0]!.path).toBe('/api/fleet/agents?pool=research%2Freader&connectivity=live&limit=1000');
});

test('is refreshed every 2 s while it is used, and no longer', async () => {
  await book.find('research/reader');
  for (let asks = 2; asks < 5; asks++) {
    names();
    host.advance(2_000);
    await asksReach(asks);
    await settle();
  }
  const before = server.received.length;
  for (let i = 0; i < 10; i++) {
    host.advance(2_000);
    await settle();
  }
  expect(server.received.length - before).toBeLessThanOrEqual(5);
  const asked = server.received.length;
  host.advance(600_000);
  await settle();
  expect(server.received).toHaveLength(asked);
});

test('keeps the last known list while the server is away or talks nonsense', async () => {
  await book.find('research/reader');
  server.respond = (_request, response) => response.end('<html>');
  host.advance(2_000);
  await asksReach(2);
  await settle();
  expect(names()).toEqual(['a', 'b', 'c']);
  await server.stop();
  host.advance(2_000);
  await settle();
  expect(names()).toEqual(['a', 'b', 'c']);
});

test('leaves out those that drain, that cannot be reached, and what is no agent', async () => {
  server.respond = (_request, response) =>
    json(response, {
      items: [
        { instanceId: 'a', status: 'draining', labels: { 'agent.url': 'http://a:1' } },
        { instanceId: 'b', labels: {} },
        { labels: { 'agent.url': 'http://c:1' } },
        null,
        7,
        { instanceId: 'd', labels: { 'agent.url': 'http://d:1' } },
      ],
    });
  expect((await book.find('research/reader')).map(({ instanceId }) => instanceId)).toEqual(['d']);
});

test('picks in turn, and avoids the one that has most to do', async () => {
  await book.find('research/reader');
  const picks = Array.from({ length: 6 }, () => book.pick('research/reader')!.instanceId);
  expect([...new Set(picks.slice(0, 3))].sort()).toEqual(['a', 'b', 'c']);
  expect(picks.slice(3)).toEqual(picks.slice(0, 3));
  const ended = [book.began('http://a:1/read'), book.began('http://b:1/read')];
  expect(Array.from({ length: 4 }, () => book.pick('research/reader')!.instanceId)).toEqual(['c', 'c', 'c', 'c']);
  for (const end of ended) end();
  expect(new Set(Array.from({ length: 3 }, () => book.pick('research/reader')!.instanceId)).size).toBe(3);
  expect(book.pick('nobody')).toBeUndefined();
});

test('asking all the time does not ask the server all the time', async () => {
  server.respond = (_request, response) => json(response, { items: [] });
  for (let i = 0; i < 20; i++) await book.find('empty');
  expect(server.received).toHaveLength(1);
});
