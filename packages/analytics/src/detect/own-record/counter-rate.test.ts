import { expect, test } from 'vitest';
import { createRowVerdict, type MemberRun } from '../member.ts';
import { CounterRate } from './counter-rate.ts';

const minuteMs = 60_000;

/** What a detector behind it is shown for these values, a minute apart unless `atOf` says; `'anew'` where one begins. */
function shownFor(values: readonly number[], atOf = (i: number) => i * minuteMs): (number | 'anew')[] {
  const shown: (number | 'anew')[] = [];
  const start = (): MemberRun => {
    shown.push('anew');
    return { observe: (_, row) => void shown.push(row[0]!) };
  };
  const rate = new CounterRate(0, start);
  const verdict = createRowVerdict(1);
  values.forEach((value, i) => {
    rate.observe(atOf(i), Float64Array.of(value), verdict);
  });
  return shown;
}

const rising = Array.from({ length: 80 }, (_, i) => 1_000 + 5 * i);

test('what has only risen is shown as how much it grew', () => {
  const shown = shownFor(rising);
  expect(shown.slice(0, 3)).toEqual(['anew', 1_000, 1_005]);
  expect(shown.slice(-3)).toEqual([5, 5, 5]);
});

test('the row of a restart is missing; any other fall makes it an ordinary series again', () => {
  expect(shownFor([...rising, 0, 7]).slice(-3)).toEqual([5, Number.NaN, 7]);
  expect(shownFor([...rising, 1_390, 1_400]).slice(-4)).toEqual([5, 'anew', 1_390, 1_400]);
});

test('missing rows share what it grew by', () => {
  expect(shownFor([...rising, 1_395 + 40], (i) => (i < 80 ? i : i + 3) * minuteMs).slice(-1)).toEqual([10]);
});

test('the band is around the counter, and a wave is shown as it is', () => {
  const rate = new CounterRate(0, () => ({
    observe: (_, row, out) => Object.assign(out, { expected: row[0]!, lower: row[0]! - 1, upper: row[0]! + 1 }),
  }));
  const verdict = createRowVerdict(1);
  rising.forEach((value, i) => {
    rate.observe(i * minuteMs, Float64Array.of(value), verdict);
  });
  expect([verdict.lower, verdict.expected, verdict.upper]).toEqual([1_394, 1_395, 1_396]);
  const wave = Array.from({ length: 200 }, (_, i) => 10 + (i % 20));
  expect(shownFor(wave)).toEqual(['anew', ...wave]);
});
