import type { Clock } from '@jaegis/std';
import { expect, test } from 'vitest';
import { PrometheusStore } from './prometheus-store.ts';

const question = { method: 'GET', path: '/api/v1/query', search: 'query=up', form: undefined } as const;

/** A store whose answers the test gives, at a time the test sets. */
function setUp(answer: (url: string, init: RequestInit) => Promise<Response> | Response, maxAnswerBytes?: number) {
  const world = { now: 1_000, asked: 0, timers: [] as (() => void)[] };
  const clock: Clock = {
    now: () => world.now,
    after: (_ms, run) => {
      world.timers.push(() => void run());
      return () => {};
    },
    every: () => () => {},
  };
  const store = new PrometheusStore({
    url: 'http://there/prefix/',
    headers: { authorization: 'Bearer x' },
    timeoutMs: 500,
    ...(maxAnswerBytes === undefined ? {} : { maxAnswerBytes }),
    clock,
    fetch: (async (url: string, init: RequestInit) => {
      world.asked++;
      return answer(url, init);
    }) as typeof fetch,
  });
  return { store, world };
}

const json = (body: string, status = 200) =>
  new Response(body, { status, headers: { 'content-type': 'application/json' } });
const textOf = (answer: Awaited<ReturnType<PrometheusStore['ask']>>) =>
  answer.kind === 'answer' ? `${answer.status} ${new TextDecoder().decode(answer.json)}` : `away: ${answer.error}`;

test('passes questions and answers on as they are, errors of the query too', async () => {
  let seen = '';
  const { store } = setUp((url, init) => {
    seen = `${init.method} ${url} ${JSON.stringify(init.headers)}`;
    return json('{"status":"error"}', 422);
  });
  expect(textOf(await store.ask(question))).toBe('422 {"status":"error"}');
  expect(seen).toContain('GET http://there/prefix/api/v1/query?query=up');
  expect(seen).toContain('Bearer x');
  expect(store.stats()).toMatchObject({ answered: 1, awaySince: null });
});

test('is away without a connection, behind a broken gateway, and when it takes too long; rests, then is asked again', async () => {
  let mode: 'refused' | 'gateway' | 'slow' | 'good' = 'refused';
  const { store, world } = setUp((_url, init) => {
    if (mode === 'refused') throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    if (mode === 'gateway') return new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } });
    if (mode === 'good') return json('{}');
    return new Promise((_, reject) => {
      init.signal!.addEventListener('abort', () => reject(new Error('aborted')));
      for (const each of world.timers) each();
    });
  });
  expect(textOf(await store.ask(question))).toBe('away: connect ECONNREFUSED');
  expect(textOf(await store.ask(question))).toBe('away: connect ECONNREFUSED');
  expect(world.asked).toBe(1);
  mode = 'gateway';
  world.now += 5_000;
  expect(textOf(await store.ask(question))).toBe('away: answered 502, must be JSON of a query API');
  mode = 'slow';
  world.now += 5_000;
  expect(textOf(await store.ask(question))).toBe('away: no answer within 500 ms');
  expect(store.stats()).toMatchObject({ unanswered: 4, awaySince: 1_000 });
  mode = 'good';
  world.now += 5_000;
  expect(textOf(await store.ask(question))).toBe('200 {}');
  expect(store.stats()).toMatchObject({ answered: 1, awaySince: null, error: '' });
});

test('an answer that is too large is refused in the words of the API', async () => {
  const { store } = setUp(() => json('x'.repeat(100)), 50);
  expect(textOf(await store.ask(question))).toMatch(/^422 .*larger than 50 bytes/);
});
