import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { describeDetector } from '../conformance/describe-detector.ts';
import { runSeries, series } from '../conformance/detector-run.ts';
import { createRecordBand } from './record-band/record-band.ts';
import { createSeasonalBand } from './seasonal-band.ts';

describeDetector('seasonal-band', createSeasonalBand);

describe('seasonal-band', () => {
  const perDay = 288;
  const intervalMs = 300_000;

  test('learns the hours of the day: the expected value is there when the office opens', () => {
    const rng = seededRng(21);
    const busy = (i: number) => 10 + 90 * Math.exp(-(((i % perDay) / perDay - 0.5) ** 2) / 0.01);
    const seen = runSeries(
      createSeasonalBand(),
      series(8 * perDay, (i) => busy(i) * Math.exp(0.05 * rng.normal())),
      { intervalMs },
    );
    const missBy = (day: number) => {
      let sum = 0;
      for (let i = day * perDay; i < (day + 1) * perDay; i++) sum += Math.abs(Math.log(seen.expected[i]! / busy(i)));
      return sum / perDay;
    };
    expect(missBy(7)).toBeLessThan(0.6 * missBy(1));
    expect(seen.anomalous.slice(4 * perDay)).not.toContain(1);
  });

  test('stops to be surprised by a job that starts at the same minute each day', () => {
    const rng = seededRng(22);
    const values = series(20 * perDay, (i) => (i % perDay < 100 ? 20 : 80) * Math.exp(0.02 * rng.normal()));
    const seen = runSeries(createSeasonalBand(), values, { intervalMs });
    const alarms = (from: number, to: number) =>
      seen.anomalous.slice(from * perDay, to * perDay).filter((each) => each === 1).length;
    expect(alarms(10, 20)).toBeLessThan(0.3 * alarms(0, 10));
  });

  test('measures what is best at its top from the top: a success rate from 100 to 70 % is news', () => {
    const rng = seededRng(23);
    const values = series(400, (i) => (i < 300 ? 1 - 0.01 * rng.next() : 0.7));
    const row = { resolution: 0.1, ceiling: 1, spreadFloor: 0.15 };
    const seen = runSeries(createSeasonalBand(), values, { sense: 'lower_is_worse', row });
    expect(seen.anomalous.slice(0, 300)).not.toContain(1);
    expect(seen.anomalous.slice(300, 303)).toContain(1);
    expect(seen.upper[299]).toBeLessThanOrEqual(1.05);
  });

  test('takes the restart of a counter for what it is', () => {
    const seen = runSeries(
      createSeasonalBand(),
      series(400, (i) => (i < 300 ? 1e6 + 500 * i : 500 * (i - 300))),
    );
    expect(seen.anomalous).not.toContain(1);
  });

  test.each([createSeasonalBand, createRecordBand])(
    '%o: quick answers for some minutes, and the usual ones after them, are no news',
    (create) => {
      const rng = seededRng(24);
      const latency = (i: number) =>
        (i >= 200 && i < 230 ? 0.001 : i >= 500 && i < 510 ? 4 : 0.8) * Math.exp(0.1 * rng.normal());
      const row = { resolution: 0.005, spreadFloor: 0.15 };
      const seen = runSeries(create(), series(520, latency), { intervalMs: 5_000, sense: 'higher_is_worse', row });
      expect(seen.anomalous.slice(0, 500)).not.toContain(1);
      expect(seen.anomalous.slice(500, 503)).toContain(1);
    },
  );

  test("a difference below the resolution is nobody's business", () => {
    const values = series(400, (i) => (i < 300 ? 0.0002 : 0.002));
    expect(runSeries(createSeasonalBand(), values, { row: { resolution: 0.005 } }).anomalous).not.toContain(1);
  });
});
