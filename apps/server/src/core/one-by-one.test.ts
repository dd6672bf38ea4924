import { expect, test } from 'vitest';
import { oneByOne } from './one-by-one.ts';

test('in each turn one goes on, in the order in which they asked', async () => {
  const turns: (() => void)[] = [];
  const breathe = oneByOne(() => new Promise((end) => turns.push(end)));
  const done: string[] = [];
  const work = async (name: string): Promise<void> => {
    for (let slice = 1; slice <= 2; slice++) {
      await breathe();
      done.push(`${name} ${slice}`);
    }
  };
  const all = Promise.all([work('a'), work('b'), work('c')]);
  for (const expected of ['a 1', 'b 1', 'c 1', 'a 2', 'b 2', 'c 2']) {
    expect(turns).toHaveLength(1);
    turns.pop()!();
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(done.splice(0)).toEqual([expected]);
  }
  await all;
  expect(turns).toHaveLength(0);
  const later = work('d');
  expect(turns).toHaveLength(1);
  for (let i = 0; i < 2; i++) {
    turns.pop()!();
    for (let hop = 0; hop < 10; hop++) await Promise.resolve();
  }
  await later;
});
