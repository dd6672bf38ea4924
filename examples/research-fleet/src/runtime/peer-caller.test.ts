import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { PeerCaller, PeerError } from './peer-caller.ts';

const peer = (name: string) => ({ instanceId: name, pool: 'p', url: `http://${name}`, labels: {} });
const answer = (status: number, body: unknown = {}) => new Response(JSON.stringify(body), { status });

/** A caller whose peers answer as told; `asked` lists who was called, in order. */
function made(answers: Record<string, () => Promise<Response>>) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const rng = seededRng(1);
  const agent = {
    findPeers: async () => Object.keys(answers).map(peer),
    request: (_pool: string, url: string | URL) => {
      const name = new URL(url).hostname;
      asked.push(name);
      return answers[name]!();
    },
  };
  const caller = new PeerCaller(agent, { random: () => rng.next(), now: () => clock.now, timeoutMs: 1_000 });
  return { asked, clock, call: () => caller.call('p', '/work', {}) };
}

const ok = async () => answer(200, { done: true });
const full = async () => answer(429, { error: { code: 'queue_full', message: 'queue is full' } });
const dead = async () => Promise.reject(new Error('connection refused'));

test('asks another once when one is full or dead, and lets that one rest', async () => {
  const { asked, clock, call } = made({ a: dead, b: ok });
  for (let i = 0; i < 20; i++) expect(await call()).toEqual({ done: true });
  expect(asked.filter((name) => name === 'a')).toHaveLength(1);
  clock.now = 3_001;
  for (let i = 0; i < 20; i++) await call();
  expect(asked.filter((name) => name === 'a')).toHaveLength(2);
});

test('gives up after two, and passes "full" on as such', async () => {
  const { asked, call } = made({ a: full, b: full, c: full });
  const error = await call().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PeerError);
  expect(error).toMatchObject({ status: 429, message: expect.stringMatching(/answered: queue is full \(2 tried\)$/) });
  expect(asked).toHaveLength(2);
});

test('does not repeat what the sender got wrong', async () => {
  const wrong = async () => answer(400, { error: { message: 'Cannot read question' } });
  const { asked, call } = made({ a: wrong, b: wrong });
  await expect(call()).rejects.toMatchObject({ status: 503, message: expect.stringMatching(/Cannot read question/) });
  expect(asked).toHaveLength(1);
});

test('says so when nobody is there', async () => {
  await expect(made({}).call()).rejects.toThrow('Cannot ask p: no agent of it is known (0 tried)');
});

test('spreads calls that are under way evenly', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = () => held.then(() => answer(200));
  const { asked, call } = made({ a: slow, b: slow, c: slow });
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < 60; i++) {
    calls.push(call());
    await new Promise((resolve) => setImmediate(resolve));
  }
  const counts = ['a', 'b', 'c'].map((name) => asked.filter((each) => each === name).length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(4);
  release();
  await Promise.all(calls);
});
