import { expect, test } from 'vitest';
import { followStarts, type StartTimes } from './follow-starts.ts';

/** The counts of one look every ten seconds, as `[ready, pending]`; what was seen at each. */
function follow(looks: readonly (readonly [number, number])[]): number[][] {
  let starts: StartTimes | null = null;
  return looks.map(([ready, pending], i) => {
    const next = followStarts(starts, { ready, pending, draining: 0 }, 1_000_000 + i * 10_000);
    starts = next.starts;
    return next.tookMs;
  });
}

test('a start is told from the look at which it was ordered to the one at which it serves, the oldest first', () => {
  expect(
    follow([
      [2, 0],
      [2, 3],
      [2, 5],
      [5, 2],
      [7, 0],
    ]),
  ).toEqual([[], [], [], [30_000], [30_000]]);
  // Quicker than a look.
  expect(
    follow([
      [2, 0],
      [4, 0],
    ]),
  ).toEqual([[], [10_000]]);
});

test('what was under way before the first look, and what was given up, tell nothing', () => {
  expect(
    follow([
      [2, 2],
      [4, 0],
    ]),
  ).toEqual([[], []]);
  expect(
    follow([
      [2, 0],
      [2, 4],
      [2, 1],
      [3, 0],
    ]),
  ).toEqual([[], [], [], [30_000]]);
  expect(
    follow([
      [4, 0],
      [1, 0],
      [1, 0],
    ]),
  ).toEqual([[], [], []]);
});

test('a clock that jumps tells nothing', () => {
  for (const jump of [-3_600_000, 3_600_000]) {
    const looks = [
      [2, 0],
      [2, 3],
      [2, 3],
      [5, 0],
    ] as const;
    let starts: StartTimes | null = null;
    const all = looks.map(([ready, pending], i) => {
      const next = followStarts(
        starts,
        { ready, pending, draining: 0 },
        10_000_000 + i * 10_000 + (i === 2 ? jump : 0),
      );
      starts = next.starts;
      return next.tookMs;
    });
    expect(all.flat()).toEqual([]);
  }
});

test('orders that never serve are bounded', () => {
  let starts: StartTimes | null = null;
  for (let i = 0; i < 500; i++) starts = followStarts(starts, { ready: 1, pending: i, draining: 0 }, i * 1_000).starts;
  expect(starts?.orders.length).toBeLessThanOrEqual(100);
});
