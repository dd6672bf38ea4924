import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { stillness } from './stillness.ts';

/** What stillness says of three columns, the first of which may change, after 600 rows to learn from. */
function said(change: (z: Float64Array, i: number) => void) {
  const rng = seededRng(3);
  const rows = 600;
  const row = () => Float64Array.from({ length: 3 }, () => rng.normal());
  const z = new Float32Array(rows * 3);
  for (let i = 0; i < rows; i++) z.set(row(), i * 3);
  const at = Float64Array.from({ length: rows }, (_, i) => i * 60_000);
  const fitted = stillness.fit({ z, at, rows, columns: 3 }, { intervalMs: 60_000, rng });
  const parts = new Float64Array(3);
  return Array.from({ length: 100 }, (_, i) => {
    const next = row();
    change(next, i);
    return { said: fitted.observe(next, (rows + i) * 60_000, parts), parts: [...parts] };
  });
}

test('a frozen column is strange, and the first of the parts, while it is frozen', () => {
  const all = said((z, i) => {
    if (i >= 40 && i < 80) z[0] = 0.3;
  });
  const before = Math.max(...all.slice(0, 40).map((each) => each.said));
  expect(all[70]!.said).toBeGreaterThan(1.5 * before);
  expect(all[70]!.parts[0]).toBeGreaterThan(Math.max(all[70]!.parts[1]!, all[70]!.parts[2]!));
  expect(all[99]!.said).toBeLessThan(all[70]!.said);
});

test('missing values do not hold a column still, and wild ones stay finite', () => {
  const missing = said((z) => z.fill(Number.NaN));
  expect(missing[99]!.said).toBe(missing[0]!.said);
  for (const { said: each } of said((z, i) => z.fill(i % 2 === 0 ? 1e4 : -1e4))) expect(each).toBeGreaterThanOrEqual(0);
});
