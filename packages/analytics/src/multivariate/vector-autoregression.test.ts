import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { vectorAutoregression } from './vector-autoregression.ts';

const stepMs = 300_000;
const rowsADay = 288;
const columns = 4;

/** Columns that rise and fall with the day, under noise that hides it from the last two rows. */
function risingDays(days: number): Float32Array {
  const rng = seededRng(3);
  return Float32Array.from({ length: days * rowsADay * columns }, (_, k) => {
    const hour = ((Math.floor(k / columns) % rowsADay) * 24) / rowsADay;
    return 2 * Math.sin((2 * Math.PI * hour) / 24) + rng.normal();
  });
}

/** Mean strangeness over the day after, told to be `late` rows later than it is. */
function meanStrangeness(days: number, late: number): number {
  const all = risingDays(days + 2);
  const learned = days * rowsADay;
  const at = Float64Array.from({ length: learned }, (_, i) => i * stepMs);
  const rows = { z: all.slice(0, learned * columns), at, rows: learned, columns };
  const model = vectorAutoregression.fit(rows, { intervalMs: stepMs, rng: seededRng(1) });
  const parts = new Float64Array(columns);
  let sum = 0;
  for (let i = 0; i < rowsADay; i++) {
    const from = (learned + i) * columns;
    sum += model.observe(Float64Array.from(all.subarray(from, from + columns)), (learned + i + late) * stepMs, parts);
  }
  return sum / rowsADay;
}

test('with two days known, a day that comes at another hour is a surprise', () => {
  const usual = meanStrangeness(4, 0);
  expect(meanStrangeness(4, rowsADay / 2)).toBeGreaterThan(1.1 * usual);
});

test('with less, the hour says nothing', () => {
  expect(meanStrangeness(1, rowsADay / 2)).toBe(meanStrangeness(1, 0));
});
