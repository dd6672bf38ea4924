import { isStaleMarker, staleMarker } from '@jaegis/model';
import { expect, test } from 'vitest';
import { joinParts } from './join-parts.ts';

test('pieces of a series follow each other, whatever the order of its labels, stale markers as they are', () => {
  const piece = (labels: Record<string, string>, times: number[], values: number[]) => ({
    labels,
    timestamps: Float64Array.from(times),
    values: new Float64Array(values),
  });
  const stale = new Float64Array(1);
  stale[0] = staleMarker;
  const joined = joinParts([
    [piece({ a: '1', b: '2' }, [1, 2], [10, 20]), piece({ a: '3' }, [1], [7])],
    [{ labels: { b: '2', a: '1' }, timestamps: Float64Array.of(3), values: stale }],
  ]);
  expect(joined.map(({ labels, timestamps }) => [labels, [...timestamps]])).toEqual([
    [{ a: '1', b: '2' }, [1, 2, 3]],
    [{ a: '3' }, [1]],
  ]);
  expect(isStaleMarker(joined[0]!.values[2]!)).toBe(true);
});
