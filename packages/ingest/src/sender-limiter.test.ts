import { expect, test } from 'vitest';
import { SenderLimiter } from './sender-limiter.ts';

test('a sender may use up its burst and then gets its rate', () => {
  const limiter = new SenderLimiter({ ratePerSecond: 10, burst: 3 });
  expect([1, 2, 3].map(() => limiter.take('a', 0))).toEqual([true, true, true]);
  expect(limiter.take('a', 0)).toEqual({ retryAfterMs: 100 });
  expect(limiter.take('a', 100)).toBe(true);
  expect(limiter.take('a', 150)).toEqual({ retryAfterMs: 50 });
  expect(limiter.take('b', 150)).toBe(true);
  expect(limiter.stats()).toEqual({ senders: 2, refused: 2, forgotten: 0 });
});

test('a clock that goes back gives nothing away', () => {
  const limiter = new SenderLimiter({ ratePerSecond: 1, burst: 1 });
  limiter.take('a', 10_000);
  expect(limiter.take('a', 5_000)).toEqual({ retryAfterMs: 1_000 });
  expect(limiter.take('a', 10_750)).toEqual({ retryAfterMs: 250 });
});

test('the senders remembered are bounded; the one heard of longest ago goes', () => {
  const limiter = new SenderLimiter({ ratePerSecond: 1, burst: 1, maxSenders: 2 });
  limiter.take('a', 0);
  limiter.take('b', 1);
  limiter.take('a', 2);
  limiter.take('c', 3);
  expect(limiter.stats()).toMatchObject({ senders: 2, forgotten: 1 });
  expect(limiter.take('a', 3)).not.toBe(true);
});
