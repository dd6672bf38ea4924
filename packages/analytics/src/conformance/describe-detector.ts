import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { anomalyThreshold } from '../detect/alarm-budget.ts';
import { createVerdicts, type Detector } from '../detect/detector.ts';
import { runRow, runSeries, series, start, stretches } from './detector-run.ts';

type Skip = Readonly<Partial<Record<string, string>>>;

/** What every detector must hold to. `skip` names a test and the reason why it does not apply. */
export function describeDetector(name: string, create: () => Detector, skip: Skip = {}): void {
  const check = (title: string, run: () => void) => {
    const reason = skip[title];
    if (reason === undefined) test(title, run);
    else test.skip(`${title} (${reason})`, run);
  };
  const noise = (seed: number, length: number, level = 100, spread = 0.1) => {
    const rng = seededRng(seed);
    return series(length, () => level * Math.exp(spread * rng.normal()));
  };

  describe(`detector ${name}`, () => {
    check('is silent while it warms up, then speaks', () => {
      const seen = runSeries(create(), noise(1, 300));
      expect(seen.score[0]).toBeNaN();
      expect(seen.anomalous.slice(0, 20).every((each) => each === 0)).toBe(true);
      expect(seen.score.slice(100).every((each) => each >= 0 && each <= 1)).toBe(true);
    });

    check('keeps lower <= expected <= upper, and most values inside', () => {
      const values = noise(2, 2_000);
      const seen = runSeries(create(), values);
      let inside = 0;
      for (let i = 100; i < values.length; i++) {
        expect(seen.lower[i]!).toBeLessThanOrEqual(seen.expected[i]!);
        expect(seen.upper[i]!).toBeGreaterThanOrEqual(seen.expected[i]!);
        if (values[i]! >= seen.lower[i]! && values[i]! <= seen.upper[i]!) inside++;
      }
      expect(inside / 1_900).toBeGreaterThan(0.93);
    });

    check('is causal: the verdicts of a prefix are those of the whole', () => {
      const values = noise(3, 500).map((value, i) => (i === 400 ? value * 20 : value));
      const whole = runSeries(create(), values);
      expect(runSeries(create(), values.subarray(0, 450)).score).toEqual(whole.score.slice(0, 450));
    });

    check('sees a step of ten times within three values, on the side that matters', () => {
      const values = noise(4, 400).map((value, i) => (i >= 300 ? value * 10 : value));
      for (const sense of ['higher_is_worse', 'neutral'] as const) {
        expect(runSeries(create(), values, { sense }).anomalous.slice(300, 303)).toContain(1);
      }
      expect(runSeries(create(), values, { sense: 'lower_is_worse' }).anomalous).not.toContain(1);
    });

    check('sees a fall to a tenth where lower is worse, and only there', () => {
      const values = noise(5, 400).map((value, i) => (i >= 300 ? value / 10 : value));
      expect(runSeries(create(), values, { sense: 'lower_is_worse' }).anomalous.slice(300, 303)).toContain(1);
      expect(runSeries(create(), values, { sense: 'higher_is_worse' }).anomalous).not.toContain(1);
    });

    check('scores at or above the threshold exactly where it says anomalous', () => {
      const seen = runSeries(
        create(),
        noise(6, 600).map((value, i) => (i > 400 && i < 420 ? value * 8 : value)),
      );
      for (let i = 0; i < seen.score.length; i++) {
        expect(seen.anomalous[i]).toBe(seen.score[i]! >= anomalyThreshold ? 1 : 0);
      }
      expect(seen.anomalous).toContain(1);
    });

    check('stays quiet on ordinary noise', () => {
      let alarms = 0;
      for (let seed = 0; seed < 10; seed++)
        alarms += stretches(runSeries(create(), noise(100 + seed, 5_000)).anomalous);
      expect(alarms).toBeLessThanOrEqual(1);
    });

    check('takes a level that lasts as the new level', () => {
      const values = noise(7, 3_000).map((value, i) => (i >= 500 ? value * 10 : value));
      const seen = runSeries(create(), values, { sense: 'higher_is_worse' });
      expect(seen.anomalous.slice(500, 510)).toContain(1);
      expect(seen.anomalous.slice(1_500)).not.toContain(1);
      expect(seen.expected.at(-1)).toBeGreaterThan(700);
    });

    check('does not learn from a short fault', () => {
      const values = noise(8, 600).map((value, i) => (i >= 400 && i < 420 ? value * 10 : value));
      const seen = runSeries(create(), values, { sense: 'higher_is_worse' });
      expect(seen.expected[421]).toBeLessThan(160);
      expect(seen.upper[440]).toBeLessThan(400);
    });

    check('knows missing from zero', () => {
      const values = noise(9, 400).map((value, i) => (i >= 300 && i < 330 ? Number.NaN : value));
      const seen = runSeries(create(), values);
      expect(seen.score.slice(300, 330).every(Number.isNaN)).toBe(true);
      expect(seen.anomalous).not.toContain(1);
      const zeros = runSeries(
        create(),
        noise(9, 400).map((value, i) => (i >= 300 && i < 330 ? 0 : value)),
      );
      expect(zeros.anomalous.slice(300, 330)).toContain(1);
    });

    for (const [title, values] of hostile()) {
      check(`survives ${title} without a storm`, () => {
        const seen = runSeries(create(), values);
        expect(stretches(seen.anomalous)).toBeLessThanOrEqual(2);
        for (const list of [seen.score, seen.expected, seen.lower, seen.upper]) {
          expect(list.every((each) => Number.isNaN(each) || Number.isFinite(each))).toBe(true);
        }
        // It is not blind afterwards.
        expect(seen.score.length).toBe(values.length);
      });
    }

    check('survives a clock that goes back and one that jumps ahead', () => {
      const values = noise(10, 600);
      const atOf = (i: number) =>
        start + i * 5_000 + (i >= 200 && i < 300 ? -3_600_000 : 0) + (i >= 400 ? 86_400_000 : 0);
      expect(runSeries(create(), values, { atOf }).anomalous).not.toContain(1);
    });

    check('survives 5 s data that turns into 5 min data', () => {
      const atOf = (i: number) => start + (i < 300 ? i * 5_000 : 300 * 5_000 + (i - 300) * 300_000);
      expect(stretches(runSeries(create(), noise(11, 600), { atOf }).anomalous)).toBeLessThanOrEqual(1);
    });

    check('goes on after a restart as if nothing had been', () => {
      const values = noise(12, 400);
      const whole = runSeries(create(), values);
      const first = create();
      const row = first.addRow({ intervalMs: 5_000, sense: 'neutral', now: start });
      runRow(first, row, { values: values.subarray(0, 250), atOf: (i) => start + i * 5_000 });
      const second = create();
      expect(second.restore(first.snapshot())).toBe(true);
      expect(second.rows).toBe(1);
      const rest = runRow(second, row, { values: values.subarray(250), atOf: (i) => start + (i + 250) * 5_000 });
      expect(rest.score).toEqual(whole.score.slice(250));
    });

    check('rows of a snapshot come back behind others, a part at a time', () => {
      const values = noise(16, 400);
      const whole = runSeries(create(), values);
      const first = create();
      const rows = Array.from({ length: 5 }, () => first.addRow({ intervalMs: 5_000, sense: 'neutral', now: start }));
      for (const row of rows) runRow(first, row, { values: values.subarray(0, 250), atOf: (i) => start + i * 5_000 });
      first.removeRow(3);
      const second = create();
      second.addRow({ intervalMs: 5_000, sense: 'neutral', now: start });
      const damaged = first.snapshot(2, 5);
      damaged[damaged.length - 9] = damaged[damaged.length - 9]! ^ 1;
      expect(second.append(damaged)).toBe(-1);
      expect(second.append(first.snapshot(2, 5))).toBe(1);
      expect(second.append(first.snapshot(0, 2))).toBe(4);
      expect(second.rows).toBe(5);
      for (const row of [1, 3, 4, 5]) {
        const rest = runRow(second, row, { values: values.subarray(250), atOf: (i) => start + (i + 250) * 5_000 });
        expect(rest.score).toEqual(whole.score.slice(250));
      }
      // The hole between them is used again, fresh.
      expect(second.addRow({ intervalMs: 5_000, sense: 'neutral', now: start })).toBe(2);
      expect(runRow(second, 2, { values, atOf: (i) => start + i * 5_000 }).score).toEqual(whole.score);
    });

    check('refuses damaged, foreign and truncated snapshots and keeps what it has', () => {
      const detector = create();
      runSeries(detector, noise(13, 100));
      const good = detector.snapshot();
      for (let i = 0; i < good.length; i += Math.max(1, Math.floor(good.length / 60))) {
        const bad = good.slice();
        bad[i] = bad[i]! ^ 0x41;
        expect(detector.restore(bad)).toBe(false);
      }
      for (const length of [0, 1, 16, good.length - 1]) expect(detector.restore(good.slice(0, length))).toBe(false);
      expect(detector.restore(new Uint8Array(200).fill(7))).toBe(false);
      expect(detector.snapshot()).toEqual(good);
      expect(detector.restore(good)).toBe(true);
    });

    check('uses freed rows again, fresh', () => {
      const detector = create();
      const values = noise(14, 200);
      const fresh = runSeries(detector, values);
      detector.removeRow(0);
      expect(detector.rows).toBe(0);
      const row = detector.addRow({ intervalMs: 5_000, sense: 'neutral', now: start });
      expect(row).toBe(0);
      expect(runRow(detector, row, { values, atOf: (i) => start + i * 5_000 }).score).toEqual(fresh.score);
    });

    check('keeps rows apart, whatever their order, and ignores unknown ones', () => {
      const detector = create();
      const rows = Uint32Array.from({ length: 50 }, () =>
        detector.addRow({ intervalMs: 5_000, sense: 'neutral', now: start }),
      );
      const alone = noise(15, 200);
      const values = new Float64Array(51);
      const asked = new Uint32Array([...rows.slice().reverse(), 9_999]);
      const out = createVerdicts(51);
      const seen: number[] = [];
      for (let i = 0; i < alone.length; i++) {
        for (let k = 0; k < 51; k++) values[k] = asked[k] === 7 ? alone[i]! : k * 1_000 + i;
        detector.observe(asked, values, { at: start + i * 5_000, count: 51, out });
        seen.push(out.score[asked.indexOf(7)]!);
        expect(out.score[50]).toBeNaN();
      }
      expect(seen).toEqual(runSeries(create(), alone).score);
    });

    check('costs at most 256 bytes a series', () => {
      expect(create().bytesPerRow()).toBeLessThanOrEqual(256);
    });
  });
}

function hostile(): readonly (readonly [string, Float64Array])[] {
  const rng = seededRng(99);
  return [
    ['nothing but missing values', series(500, () => Number.NaN)],
    [
      'infinities',
      series(500, (i) => (i % 3 === 0 ? Number.POSITIVE_INFINITY : i % 3 === 1 ? Number.NEGATIVE_INFINITY : 5)),
    ],
    ['one value', series(1, () => 5)],
    ['a constant', series(1_000, () => 42)],
    ['zeros', series(1_000, () => 0)],
    ['1e300', series(1_000, (i) => (i % 100 === 99 ? 1e300 : 1e300 * (1 + 0.01 * rng.normal())))],
    ['one 1e300 among ordinary values', series(1_000, (i) => (i === 500 ? 1e300 : 10 + rng.normal()))],
    ['tiny values', series(1_000, () => 1e-300 * (1 + rng.next()))],
    ['negative values', series(1_000, () => -50 + rng.normal())],
    ['a counter that restarts', series(1_000, (i) => (i % 400) * 7)],
    [
      'values that appear and vanish',
      series(1_000, (i) => (Math.floor(i / 50) % 2 === 0 ? Number.NaN : 10 + rng.normal())),
    ],
    ['two values in turn', series(1_000, (i) => (i % 2 === 0 ? 1 : 100))],
  ];
}
