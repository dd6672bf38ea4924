import { expect, test } from 'vitest';
import { AlarmOutcomes } from './alarm-outcomes.ts';

const minute = 60_000;

test('a warning that came true gives its lead time, once however long the problem lasts', () => {
  const outcomes = new AlarmOutcomes();
  outcomes.warn('a', 0, 10 * minute);
  outcomes.settle(0);
  for (let at = 8; at < 20; at++) {
    outcomes.happen('a', at * minute);
    outcomes.warn('a', at * minute, at * minute);
    outcomes.settle(at * minute);
  }
  expect(outcomes.stats()).toEqual({ scored: 1, precision: 1, recall: 1, leadMsMedian: 8 * minute, open: 0 });
});

test('a warning that did not come true is settled some time after it was due', () => {
  const outcomes = new AlarmOutcomes();
  outcomes.warn('a', 0, 10 * minute);
  expect(outcomes.settle(14 * minute)).toEqual([]);
  expect(outcomes.settle(16 * minute)).toEqual(['a']);
  expect(outcomes.stats()).toMatchObject({ precision: 0, recall: null, leadMsMedian: null });
});

test('a problem without a warning was missed; a second one after it was over counts again', () => {
  const outcomes = new AlarmOutcomes();
  outcomes.happen('a', 0);
  outcomes.settle(0);
  outcomes.settle(minute);
  outcomes.warn('a', 2 * minute, 4 * minute);
  outcomes.happen('a', 3 * minute);
  const { precision, recall, leadMsMedian } = outcomes.stats();
  expect([precision, leadMsMedian]).toEqual([1, minute]);
  expect(recall).toBeGreaterThan(0.49);
  expect(recall).toBeLessThan(0.52);
});

test('survives a restart, and starts afresh from nonsense', () => {
  const outcomes = new AlarmOutcomes();
  outcomes.warn('a', 0, 10 * minute);
  outcomes.happen('b', 0);
  const back = AlarmOutcomes.fromJSON(JSON.parse(JSON.stringify(outcomes)));
  expect(back.toJSON()).toEqual(outcomes.toJSON());
  for (const state of [null, 3, {}, { version: 1 }, { ...outcomes.toJSON(), open: [[1, 2, 3]] }])
    expect(AlarmOutcomes.fromJSON(state).stats().scored).toBe(0);
});

test('holds a thousand open warnings, no more', () => {
  const outcomes = new AlarmOutcomes();
  for (let i = 0; i < 2_000; i++) outcomes.warn(`k${i}`, 0, minute);
  expect(outcomes.stats().open).toBe(1_000);
});
