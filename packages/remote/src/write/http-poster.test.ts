import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HttpPoster } from './http-poster.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUps.splice(0).reverse()) await each();
});

/** A receiver that does with each request what the test says, and a poster to it. */
async function setUp(answer: (request: IncomingMessage, response: ServerResponse, n: number) => void) {
  const bodies: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, response, bodies.push(Buffer.concat(parts))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const poster = new HttpPoster();
  cleanUps.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
    () => poster.close(),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/write?a=b`;
  const post = (body: string, signal = new AbortController().signal) =>
    poster.post(url, { headers: { 'x-secret': 'abc' }, body: Buffer.from(body), signal });
  return { post, bodies, sockets };
}

test('brings the body and the headers, gives the answer, and keeps the connection', async () => {
  const seen: unknown[] = [];
  const { post, bodies, sockets } = await setUp((request, response, n) => {
    seen.push([request.method, request.url, request.headers['x-secret'], request.headers['content-length']]);
    response.writeHead(n === 1 ? 204 : 429, { 'Retry-After': '7' });
    response.end(n === 1 ? undefined : 'too much');
  });
  expect(await post('grün')).toMatchObject({ status: 204, text: '' });
  expect(await post('rot')).toMatchObject({ status: 429, headers: { 'retry-after': '7' }, text: 'too much' });
  expect(bodies.map(String)).toEqual(['grün', 'rot']);
  expect(seen).toEqual([5, 3].map((length) => ['POST', '/write?a=b', 'abc', `${length}`]));
  expect(sockets.size).toBe(1);
});

test('a redirect is an answer: the secret goes nowhere else', async () => {
  const { post, bodies } = await setUp((_, response) => response.writeHead(307, { location: '/elsewhere' }).end());
  expect(await post('a')).toMatchObject({ status: 307 });
  expect(bodies).toHaveLength(1);
});

test('a kept connection that was closed meanwhile is no failure; a new one that breaks is', async () => {
  const kept = await setUp((request, response, n) => {
    if (n === 2) request.socket.resetAndDestroy();
    else response.writeHead(204).end();
  });
  await kept.post('a');
  expect(await kept.post('b')).toMatchObject({ status: 204 });
  expect(kept.bodies.map(String)).toEqual(['a', 'b', 'b']);
  const broken = await setUp((request) => request.socket.resetAndDestroy());
  await expect(broken.post('a')).rejects.toThrow();
  expect(broken.bodies).toHaveLength(1);
});

test('an answer without an end is cut; without a beginning it waits for the signal', async () => {
  const endless = await setUp((_, response) => {
    response.writeHead(500);
    const more = () => response.write('x'.repeat(10_000), () => response.destroyed || more());
    more();
  });
  const { status, text } = await endless.post('a');
  expect([status, text.slice(0, 3)]).toEqual([500, 'xxx']);
  const abort = new AbortController();
  const silent = await setUp(() => abort.abort());
  await expect(silent.post('a', abort.signal)).rejects.toThrow('abort');
});

test('says why there is no connection', async () => {
  const poster = new HttpPoster();
  cleanUps.push(() => poster.close());
  const { signal } = new AbortController();
  await expect(poster.post('http://127.0.0.1:1/', { headers: {}, body: new Uint8Array(1), signal })).rejects.toThrow(
    'ECONNREFUSED',
  );
});
