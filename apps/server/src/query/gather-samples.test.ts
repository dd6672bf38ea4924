import type { QueryPlan } from '@jaegis/promql';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stretches } from './gather-samples.ts';

const hour = 3_600_000;

function selection(
  fromMs: number,
  toMs: number,
  hints: { rangeMs?: number; stepMs?: number } = {},
): QueryPlan['selections'][number] {
  const { rangeMs = 0, stepMs = 0 } = hints;
  return {
    matchers: [],
    fromMs,
    toMs,
    hints: { startMs: fromMs, endMs: toMs, stepMs, func: '', rangeMs, grouping: [], by: false },
  };
}

test('what is small is read at once', () => {
  expect(stretches(selection(0, hour), 1_000)).toEqual([{ fromMs: 0, toMs: hour }]);
});

test('what is great is read in stretches that follow each other', () => {
  const found = stretches(selection(1, hour), 10_000);
  expect(found.length).toBe(9);
  expect(found[0]!.fromMs).toBe(1);
  expect(found.at(-1)!.toMs).toBe(hour);
});

test('stretches cover all, do not overlap, and begin at whole hours where rollups may answer', () => {
  const times = fc.tuple(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 1, max: 30 * 24 * hour }));
  const hints = fc.record({ rangeMs: fc.constantFrom(0, 60_000, hour), stepMs: fc.constantFrom(0, 15_000, hour) });
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 20_000 }), hints, ([from, length], series, given) => {
      const found = stretches(selection(from, from + length, given), series);
      expect(found[0]!.fromMs).toBe(from);
      expect(found.at(-1)!.toMs).toBe(from + length);
      const inner = found.slice(1);
      expect(inner.every(({ fromMs }, i) => fromMs === found[i]!.toMs + 1)).toBe(true);
      const onHours = given.rangeMs >= hour || given.stepMs >= hour;
      expect(inner.every(({ fromMs }) => !onHours || fromMs % hour === 0)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
