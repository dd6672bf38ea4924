import { expect, test } from 'vitest';
import { WorkTurns } from './work-turns.ts';

/** Turns that end when the test says so, and work that takes as long as it says. */
function made() {
  let now = 0;
  let end: () => void = () => {};
  const done: string[] = [];
  const turns = new WorkTurns({
    stopwatch: () => now,
    breathe: () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  });
  const work = (name: string, ms: number) => async () => {
    now += ms;
    done.push(name);
    return name;
  };
  const endTurn = async (): Promise<string[]> => {
    end();
    for (let i = 0; i < 10; i++) await Promise.resolve();
    return done.splice(0);
  };
  return { turns, work, done, endTurn };
}

test('a turn takes what fits into it, the rest waits in the order in which it came', async () => {
  const { turns, work, done, endTurn } = made();
  const answers = ['a', 'b', 'c', 'd', 'e'].map((name) => turns.run(10_000, work(name, 3)));
  expect(done.splice(0)).toEqual(['a', 'b']);
  const late = turns.run(10_000, work('late', 1));
  expect(await endTurn()).toEqual(['c', 'd']);
  expect(await endTurn()).toEqual(['e', 'late']);
  expect(await Promise.all([...answers, late])).toEqual(['a', 'b', 'c', 'd', 'e', 'late']);
});

test('short ones go first, and long ones move all the same', async () => {
  const { turns, work, done, endTurn } = made();
  void turns.run(10_000, work('first', 20));
  for (let i = 0; i < 2; i++) void turns.run(10_000, work(`long ${i}`, 30));
  for (let i = 0; i < 20; i++) void turns.run(100, work('short', 1));
  expect(done.splice(0)).toEqual(['first']);
  const three = Array.from({ length: 3 }, () => 'short');
  expect(await endTurn()).toEqual([...three, 'long 0']);
  expect(await endTurn()).toEqual([...three, 'long 1']);
  expect(await endTurn()).toEqual([...three, 'short', 'short']);
});

test('work that has more to do goes on before others of its length, and short ones come in between', async () => {
  const { turns, work, done, endTurn } = made();
  const inSteps = (name: string, steps: number) => () => {
    const ended = work(`${name} ${steps}`, 3)();
    return --steps === 0 ? ended : undefined;
  };
  const one = turns.run(10_000, inSteps('one', 4));
  const two = turns.run(10_000, inSteps('two', 2));
  void turns.run(100, work('short', 1));
  expect(done.splice(0)).toEqual(['one 4']);
  expect(await endTurn()).toEqual(['short', 'one 3', 'one 2']);
  expect(await endTurn()).toEqual(['one 1', 'two 2']);
  expect(await endTurn()).toEqual(['two 1']);
  expect(await Promise.all([one, two])).toEqual(['one 1', 'two 1']);
});

test('a step that throws tells whoever waits for it, and holds up nobody', async () => {
  const { turns, work, endTurn } = made();
  void turns.run(1, work('first', 20));
  const failing = turns.run(1, () => {
    throw new Error('no');
  });
  const other = turns.run(1, work('other', 1));
  await Promise.all([expect(failing).rejects.toThrow('no'), endTurn()]);
  expect(await other).toBe('other');
});

test('work that fails tells whoever waits for it, and holds up nobody', async () => {
  const { turns, work, endTurn } = made();
  void turns.run(1, work('first', 20));
  const failing = turns.run(1, () => Promise.reject(new Error('no')));
  const other = turns.run(1, work('other', 1));
  await Promise.all([expect(failing).rejects.toThrow('no'), endTurn()]);
  expect(await other).toBe('other');
});
