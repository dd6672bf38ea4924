import { expect, test } from 'vitest';
import { EventStream } from './event-stream.ts';

function tick(at: number) {
  return { event: 'sample-batch', data: { at, pools: {}, agentsChanged: 0 } } as const;
}

test('who comes back asks for what came after, in order', () => {
  const events = new EventStream(1_000);
  events.publish(tick(1));
  const seen = events.lastSeq;
  events.publish(tick(2));
  events.publish(tick(3));
  expect(events.since(seen).map((event) => event.data)).toMatchObject([{ at: 2 }, { at: 3 }]);
});

test('numbers grow over a restart, so an old place in the stream stays valid', () => {
  const before = new EventStream(1_000);
  for (let i = 0; i < 500; i++) before.publish(tick(i));
  expect(new EventStream(2_000).lastSeq).toBeGreaterThan(before.lastSeq);
});

test('what is kept is bounded, and a listener that left hears nothing', () => {
  const events = new EventStream(0);
  let heard = 0;
  const stop = events.listen(() => heard++);
  events.publish(tick(0));
  stop?.();
  for (let i = 0; i < 20_000; i++) events.publish(tick(i));
  expect(heard).toBe(1);
  expect(events.since(0)).toHaveLength(10_000);
});

test('what is kept is bounded in bytes too: a few thousand pools in each tick do not fill the memory', () => {
  const events = new EventStream(0);
  const name = 'p'.repeat(1_000_000);
  for (let i = 0; i < 100; i++)
    events.publish({ ...tick(i), data: { at: i, pools: { [name]: {} }, agentsChanged: 0 } });
  const kept = events.since(0);
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.reduce((sum, event) => sum + event.text.length, 0)).toBeLessThanOrEqual(16 * 1024 * 1024);
  expect(kept.at(-1)?.seq).toBe(events.lastSeq);
});

test('a few at a time can be asked for', () => {
  const events = new EventStream(0);
  for (let i = 0; i < 50; i++) events.publish(tick(i));
  expect(events.since(10, 3).map((event) => event.seq)).toEqual([11, 12, 13]);
  expect(events.since(50)).toEqual([]);
});

test('too many listeners are refused', () => {
  const events = new EventStream(0);
  for (let i = 0; i < 1_000; i++) expect(events.listen(() => {})).toBeDefined();
  expect(events.listen(() => {})).toBeUndefined();
});
