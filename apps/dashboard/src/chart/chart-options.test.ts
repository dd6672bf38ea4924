import { expect, test, vi } from 'vitest';

// uPlot asks the browser for its pixel ratio when it is loaded; what is tested here never draws.
vi.mock('uplot', () => ({ default: { paths: { stepped: () => () => null } } }));
const { columnsOf, highestOf, rangeOf, shapeOf, tickText, timeTick } = await import('./chart-options.ts');

const line = { key: 'a', label: 'A', color: '--s0', values: [1, null, 3] };

test('a scale starts at zero and never collapses', () => {
  expect(rangeOf(5, 10, { unit: '1/s', reach: 0 })[0]).toBe(0);
  expect(rangeOf(0, 0, { unit: 'ratio', reach: 0 })).toEqual([0, 0.1]);
  expect(rangeOf(null, null, { unit: 'count', reach: 0 })).toEqual([0, 1]);
  expect(rangeOf(1, 2, { unit: 'count', reach: 10 })[1]).toBeGreaterThan(10);
});

test('a band that is wide because little is known yet does not press the lines flat', () => {
  const at = (max: number, highest: number | null) => rangeOf(0, max, { unit: 'seconds', reach: 0, highest })[1];
  expect(highestOf([line, { ...line, values: [null] }])).toBe(3);
  expect(highestOf([])).toBeNull();
  expect(at(100, 2)).toBeLessThan(7);
  expect(at(5, 2)).toBeGreaterThan(5);
  // Of lines that are zero or not there the band is all there is to see.
  expect(at(100, 0)).toBeGreaterThan(100);
  expect(at(100, null)).toBeGreaterThan(100);
});

test('columns are seconds, bands, then lines, and gaps stay gaps', () => {
  const columns = columnsOf([0, 5_000, 10_000], [line], [{ label: 'expected', lower: [0, 0, 0], upper: [2, 2, 2] }]);
  expect(columns).toEqual([
    [0, 5, 10],
    [2, 2, 2],
    [0, 0, 0],
    [1, null, 3],
  ]);
});

test('new numbers are no new shape, another line is', () => {
  expect(shapeOf([line], [], '1/s')).toBe(shapeOf([{ ...line, values: [4] }], [], '1/s'));
  expect(shapeOf([line], [], '1/s')).not.toBe(shapeOf([line, { ...line, key: 'b' }], [], '1/s'));
});

test('ticks are short', () => {
  expect(tickText(0, 'seconds')).toBe('0');
  expect(tickText(0.25, 'seconds')).toBe('250 ms');
  expect(tickText(12_000, '1/s')).toBe('12 k');
});

test('midnight is named by its day', () => {
  const midnight = new Date(2026, 10, 21).getTime();
  expect(timeTick(midnight)).toBe('21 Nov');
  expect(timeTick(midnight + 12 * 3_600_000)).toBe('12:00');
});
