import { expect, test } from 'vitest';
import { presetFor } from './default-preset.ts';

const now = 1_800_000_000_000;

test('a young history is shown over a quarter of an hour, an older one over an hour', () => {
  expect(presetFor(null, now)).toBe('15m');
  expect(presetFor(now - 5 * 60_000, now)).toBe('15m');
  expect(presetFor(now - 20 * 60_000, now)).toBe('1h');
  expect(presetFor(now - 30 * 86_400_000, now)).toBe('1h');
});
