import { createVirtualClock } from '@jaegis/simulator';
import { BugError, sleep } from '@jaegis/std';
import { expect, test } from 'vitest';
import { LoopRunner } from './loop-runner.ts';

function setUp() {
  const clock = createVirtualClock(0);
  const errors: string[] = [];
  const ignore = () => {};
  const log = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (_fields: object, message: string) => errors.push(message),
  };
  return { clock, errors, runner: new LoopRunner({ clock, log, stopwatch: () => 0 }) };
}

test('a loop that throws harms no other; it is logged, counted, rested and run again', async () => {
  const { clock, errors, runner } = setUp();
  let good = 0;
  let bad = 0;
  runner.start('good', 1_000, () => void good++);
  runner.start('bad', 1_000, () => {
    bad++;
    if (bad < 3) throw new BugError('desired is -1, must be >= 0');
  });
  await clock.advance(10_000);
  expect(good).toBe(10);
  // Rests of 1 s and 2 s after the two failures.
  expect(bad).toBeGreaterThan(5);
  expect(runner.stats().find((loop) => loop.name === 'bad')?.failures).toBe(2);
  expect(errors[0]).toBe('BUG: the bad loop threw: desired is -1, must be >= 0');
});

test('runs of one loop never overlap', async () => {
  const { clock, runner } = setUp();
  let running = 0;
  let most = 0;
  runner.start('slow', 1_000, async () => {
    running++;
    most = Math.max(most, running);
    await sleep(clock, 2_500);
    running--;
  });
  await clock.advance(20_000);
  expect(most).toBe(1);
});

test('a stopped runner runs nothing more', async () => {
  const { clock, runner } = setUp();
  let runs = 0;
  runner.start('loop', 1_000, () => void runs++);
  await clock.advance(2_000);
  await runner.stop();
  await clock.advance(5_000);
  expect(runs).toBe(2);
});
