import { expect, test } from 'vitest';
import { BoundedQueue } from './bounded-queue.ts';
import { RingBuffer } from './ring-buffer.ts';

test('a full queue refuses and counts, and goes on in order', () => {
  const queue = new BoundedQueue<number>(2);
  expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false]);
  expect(queue.refused).toBe(1);
  expect(queue.shift()).toBe(1);
  expect(queue.push(4)).toBe(true);
  expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([2, 4, undefined]);
});

test('a ring keeps the newest, oldest first', () => {
  const ring = new RingBuffer<number>(3);
  expect([ring.last, [...ring]]).toEqual([undefined, []]);
  for (const value of [1, 2, 3, 4, 5]) ring.push(value);
  expect([...ring]).toEqual([3, 4, 5]);
  expect(ring.last).toBe(5);
});
