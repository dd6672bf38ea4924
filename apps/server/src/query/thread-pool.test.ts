import { expect, test } from 'vitest';
import { ThreadPool } from './thread-pool.ts';

class Thread {
  readonly name: number;

  constructor(name: number) {
    this.name = name;
  }

  begin(): void {}

  async close(): Promise<void> {}
}

function pool(waiting = 1): ThreadPool<Thread> {
  let made = 0;
  return new ThreadPool(() => new Thread(made++), { threads: 2, waiting });
}

/** Work that ends when it is told to. */
function work() {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = async (thread: Thread): Promise<number> => {
    await ended;
    return thread.name;
  };
  return { run, end };
}

test('the first thread does the work whenever it is free', async () => {
  const threads = pool();
  const [one, two] = [work(), work()];
  const first = threads.use(one.run);
  const second = threads.use(two.run);
  one.end();
  expect(await first).toBe(0);
  two.end();
  // The second was free last.
  expect(await second).toBe(1);
  expect(await threads.use(async ({ name }) => name)).toBe(0);
  expect(threads.threads).toHaveLength(2);
});

test('who waits gets the thread that is free first, and too many are refused', async () => {
  const threads = pool();
  const all = [work(), work(), work(), work()];
  const [first, second, third, fourth] = all.map(({ run }) => threads.use(run));
  expect(fourth).toBeUndefined();
  expect(threads.isFree).toBe(false);
  for (const { end } of all.slice(1)) end();
  expect(await second).toBe(1);
  expect(await third).toBe(1);
  all[0]!.end();
  expect(await first).toBe(0);
  expect(threads.isFree).toBe(true);
});

test('a thread that was begun early is the one that is used', async () => {
  const threads = pool();
  threads.begin();
  threads.begin();
  expect(threads.threads).toHaveLength(1);
  expect(await threads.use(async ({ name }) => name)).toBe(0);
  expect(threads.threads).toHaveLength(1);
  await threads.close();
  expect(threads.use(async ({ name }) => name)).toBeUndefined();
});
