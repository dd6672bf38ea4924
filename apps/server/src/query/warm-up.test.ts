import { expect, test } from 'vitest';
import { warmUp } from './warm-up.ts';

const pause = (): Promise<void> => Promise.resolve();

test('a thread asks itself until its time is over', async () => {
  let now = 0;
  const answered = await warmUp({ stopwatch: () => now++, budgetMs: 40, isIdle: () => true, pause });
  expect(answered).toBeGreaterThan(6);
  expect(answered).toBeLessThan(40);
});

test('it stops for the first real question', async () => {
  let pauses = 0;
  const answered = await warmUp({
    stopwatch: () => 0,
    budgetMs: 1,
    isIdle: () => pauses < 2,
    pause: async () => void pauses++,
  });
  expect(answered).toBe(2);
});
