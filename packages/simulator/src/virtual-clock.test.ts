import { sleep } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { createVirtualClock } from './virtual-clock.ts';

describe('a virtual clock', () => {
  test('runs timers in order of time, then of registration', async () => {
    const clock = createVirtualClock(1_000);
    const seen: string[] = [];
    clock.after(20, () => void seen.push(`b@${clock.now()}`));
    clock.after(10, () => void seen.push(`a@${clock.now()}`));
    clock.after(20, () => void seen.push(`c@${clock.now()}`));
    await clock.advance(15);
    expect(seen).toEqual(['a@1010']);
    await clock.advance(85);
    expect(seen).toEqual(['a@1010', 'b@1020', 'c@1020']);
    expect(clock.now()).toBe(1_100);
  });

  test('an interval skips what falls due while a run is pending', async () => {
    const clock = createVirtualClock(0);
    const startedAt: number[] = [];
    const cancel = clock.every(10, async () => {
      startedAt.push(clock.now());
      await sleep(clock, 25);
    });
    await clock.advance(100);
    expect(startedAt).toEqual([10, 40, 70, 100]);
    cancel();
    await clock.advance(100);
    expect(startedAt).toHaveLength(4);
  });

  test('async loops run to their end between two times', async () => {
    const clock = createVirtualClock(0);
    let steps = 0;
    clock.after(1, async () => {
      for (let i = 0; i < 1_000; i++) {
        await Promise.resolve();
        steps++;
      }
    });
    clock.after(2, () => expect(steps).toBe(1_000));
    await clock.advance(5);
    expect(steps).toBe(1_000);
  });

  test('a rejection fails the one who advances', async () => {
    const clock = createVirtualClock(0);
    clock.after(1, () => Promise.reject(new Error('broken loop')));
    await expect(clock.advance(5)).rejects.toThrow('broken loop');
  });
});
