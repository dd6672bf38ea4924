import { expect, test } from 'vitest';
import { warmUp } from './warm-up.ts';

test('a thread asks itself for as long as it may work', async () => {
  let now = 0;
  const pause = async (): Promise<void> => {
    // Pauses are not work.
    now += 1_000;
  };
  const answered = await warmUp({ stopwatch: () => now++, budgetMs: 40, pause });
  expect(answered).toBeGreaterThan(6);
  expect(answered).toBeLessThan(40);
});

test('it waits while there is real work', async () => {
  let pauses = 0;
  let resume = (): void => {};
  const pause = async (): Promise<void> => {
    if (++pauses === 3) await new Promise<void>((resolve) => (resume = resolve));
  };
  let now = 0;
  const warm = warmUp({ stopwatch: () => now++, budgetMs: 16, pause });
  await Promise.race([warm, new Promise((resolve) => setImmediate(resolve))]);
  while (pauses < 3) await new Promise((resolve) => setImmediate(resolve));
  const before = now;
  await new Promise((resolve) => setImmediate(resolve));
  expect(now).toBe(before);
  resume();
  await warm;
  expect(pauses).toBeGreaterThan(3);
});
