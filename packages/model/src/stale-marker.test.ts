import { expect, test } from 'vitest';
import { isStaleMarker, staleMarker } from './stale-marker.ts';

test('only the marker is the marker', () => {
  for (let i = 0; i < 10_000; i++) expect(isStaleMarker(staleMarker)).toBe(true);
  expect([0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, 2].map(isStaleMarker)).toEqual(Array(6).fill(false));
});

test('its bits survive typed arrays', () => {
  const copy = new Float64Array(1);
  copy[0] = staleMarker;
  expect([...new Uint32Array(copy.slice().buffer)]).toEqual([2, 0x7ff00000]);
});

test('it is still the marker when a plain array has set its quiet bit', () => {
  expect([staleMarker, Number.NaN].map(isStaleMarker)).toEqual([true, false]);
});
