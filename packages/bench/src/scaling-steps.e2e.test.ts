import { expect, test } from 'vitest';
import { runStepTests } from './scaling-steps.ts';

test('every step test of the scaling bench holds', () => {
  const missed = runStepTests().filter((result) => !result.ok);
  expect(missed).toEqual([]);
});
