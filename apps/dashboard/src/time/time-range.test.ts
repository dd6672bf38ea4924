import { describe, expect, test } from 'vitest';
import { fixedSearch, liveSearch, parseRange, stepFor } from './time-range.ts';

describe('the time range in the URL', () => {
  test('is live over the default when nothing is said', () => {
    expect(parseRange({}, '1h')).toEqual({ kind: 'live', preset: '1h' });
    expect(parseRange({}, '15m')).toEqual({ kind: 'live', preset: '15m' });
  });
  test('takes a preset and ignores one it does not know', () => {
    expect(parseRange({ range: '6h' }, '1h')).toEqual({ kind: 'live', preset: '6h' });
    expect(parseRange({ range: 'ages' }, '1h')).toEqual({ kind: 'live', preset: '1h' });
  });
  test('is fixed between two moments and remembers where to go back to', () => {
    expect(parseRange({ range: '15m', from: '1000', to: '61000' }, '1h')).toEqual({
      kind: 'fixed',
      preset: '15m',
      from: 1000,
      to: 61000,
    });
  });
  test('falls back to live for nonsense', () => {
    expect(parseRange({ from: 'x', to: '5' }, '1h').kind).toBe('live');
    expect(parseRange({ from: '9000', to: '5' }, '1h').kind).toBe('live');
    expect(parseRange({ from: '9000' }, '1h').kind).toBe('live');
  });
  test('comes back as it went', () => {
    const search = fixedSearch(1_000_000, 1_600_000);
    expect(parseRange(search, '1h')).toMatchObject({ kind: 'fixed', from: 1_000_000, to: 1_600_000 });
    expect(parseRange(liveSearch('24h', '1h'), '1h')).toEqual({ kind: 'live', preset: '24h' });
    expect(liveSearch('1h', '1h').range).toBeUndefined();
  });
  test('a drag to the left is the same stretch, and a slip of the hand is widened', () => {
    expect(fixedSearch(1_600_000, 1_000_000)).toEqual(fixedSearch(1_000_000, 1_600_000));
    expect(fixedSearch(100_000, 110_000)).toEqual({ from: '90000', to: '120000' });
  });
  test('steps are round and keep a chart under 360 points', () => {
    expect(stepFor(900_000)).toBe(5_000);
    expect(stepFor(3_600_000)).toBe(10_000);
    expect(stepFor(86_400_000)).toBe(300_000);
    expect(stepFor(86_400_000 * 365)).toBe(3_600_000);
  });
});
