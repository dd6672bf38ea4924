import { expect, test } from 'vitest';
import { WorkQueue } from './work-queue.ts';

function gate(): { open: () => void; wait: () => Promise<void> } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, wait: () => opened };
}

test('works one at a time in order and refuses what does not fit', async () => {
  const queue = new WorkQueue({ limit: 2, concurrency: 1 });
  const hold = gate();
  const done: number[] = [];
  const work = (n: number) => async () => {
    await hold.wait();
    done.push(n);
    return n;
  };
  const results = [1, 2, 3, 4].map((n) => queue.submit(work(n)));
  expect([queue.inFlight, queue.length, queue.refused]).toEqual([1, 2, 1]);
  expect(await results[3]).toEqual({ ok: false, why: 'queue_full' });
  hold.open();
  expect(await Promise.all(results.slice(0, 3))).toEqual([1, 2, 3].map((value) => ({ ok: true, value })));
  expect(done).toEqual([1, 2, 3]);
});

test('skips the work of callers who have gone', async () => {
  const queue = new WorkQueue({ limit: 5, concurrency: 1 });
  const hold = gate();
  let gone = false;
  const first = queue.submit(hold.wait);
  const second = queue.submit(
    async () => 'done',
    () => gone,
  );
  gone = true;
  hold.open();
  await first;
  expect(await second).toEqual({ ok: false, why: 'abandoned' });
  expect(queue.abandoned).toBe(1);
});

test('a drain finishes what it holds and takes nothing new; failing work frees its slot', async () => {
  const queue = new WorkQueue({ limit: 5, concurrency: 1 });
  const hold = gate();
  const failing = queue.submit(async () => {
    await hold.wait();
    throw new Error('no');
  });
  const second = queue.submit(async () => 2);
  const drained = queue.drain();
  expect(await queue.submit(async () => 3)).toEqual({ ok: false, why: 'draining' });
  hold.open();
  await expect(failing).rejects.toThrow('no');
  expect(await second).toEqual({ ok: true, value: 2 });
  await drained;
  expect([queue.inFlight, queue.length]).toEqual([0, 0]);
});
