import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { type LeakVerdict, LeakWatch, theilSen } from './leak-watch.ts';

const MiB = 2 ** 20;
const tick = 5_000;

/** Feeds a memory curve (bytes by second) and returns the second of the first "growing", or undefined. */
function firstAlarm(bytes: (second: number) => number, o: { minutes: number; limit?: number | null }) {
  const watch = new LeakWatch();
  for (let at = 0; at <= o.minutes * 60_000; at += tick) {
    const verdict = watch.observe(at, bytes(at / 1_000), o.limit ?? null);
    if (verdict.growing) return { second: at / 1_000, verdict };
  }
  return undefined;
}

const sawtooth = (second: number, period: number, height: number) => ((second % period) / period) * height;

describe('fires on', () => {
  test.each([
    ['1 MiB/s towards 512 MiB', 1, 512],
    ['5 MiB/s towards 512 MiB', 5, 512],
    ['10 MiB/s towards 512 MiB', 10, 512],
    ['0.2 MiB/s towards 256 MiB', 0.2, 256],
  ])('%s, well before the limit', (_, pace, limit) => {
    const rng = seededRng(1);
    const from = 200;
    const bytes = (s: number) => (60 + Math.max(0, s - from) * pace + rng.normal()) * MiB;
    const found = firstAlarm(bytes, { minutes: 60, limit: limit * MiB });
    const atLimit = from + (limit - 60) / pace;
    expect(found).toBeDefined();
    expect(found!.second).toBeLessThan(from + 0.8 * (atLimit - from));
    expect(found!.verdict.limitAt! / 1_000).toBeGreaterThan(found!.second);
    expect(found!.verdict.bytesPerSecond / MiB).toBeGreaterThan(0.5 * pace);
    expect(found!.verdict.reason).toMatch(/memory grows by .* a minute, .*reaches its limit of .* in/);
  });

  test('a slow leak under a sawtooth, without a limit', () => {
    const rng = seededRng(2);
    const found = firstAlarm((s) => (100 + s * 0.02 + sawtooth(s, 47, 40) + 2 * rng.normal()) * MiB, { minutes: 120 });
    expect(found?.verdict.limitAt).toBeNull();
    expect(found?.verdict.bytesPerSecond).toBeGreaterThan(0.01 * MiB);
  });

  test('memory that is over its limit already', () => {
    const found = firstAlarm((s) => (60 + s) * MiB, { minutes: 5, limit: 64 * MiB });
    expect(found?.verdict.reason).toContain('is over its limit');
  });
});

describe('stays silent on', () => {
  const calm: readonly (readonly [string, (second: number) => number])[] = [
    ['a constant', () => 100],
    ['noise', (s) => 100 + 5 * Math.sin(s * 12.9898) + 3 * Math.sin(s * 78.233)],
    ['a sawtooth', (s) => 80 + sawtooth(s, 95, 60)],
    ['a slow sawtooth', (s) => 80 + sawtooth(s, 600, 60)],
    ['start-up that flattens', (s) => 40 + 160 * (1 - Math.exp(-s / 40))],
    ['slow start-up that flattens', (s) => 60 + 60 * (1 - Math.exp(-s / 240))],
    ['a wave of ten minutes', (s) => 120 + 30 * Math.sin((2 * Math.PI * s) / 600)],
    ['a step', (s) => (s < 600 ? 100 : 160)],
    ['falling memory', (s) => 300 - s / 30],
  ];
  test.each(calm)('%s', (_, megabytes) => {
    const found = firstAlarm((s) => megabytes(s) * MiB, { minutes: 90, limit: 512 * MiB });
    expect(found).toBeUndefined();
  });
});

test('a restarted process starts the watch again', () => {
  const watch = new LeakWatch();
  let last: LeakVerdict | undefined;
  for (let i = 0; i < 60; i++) last = watch.observe(i * tick, (60 + i * 10) * MiB, 2_000 * MiB);
  expect(last?.growing).toBe(true);
  expect(watch.observe(60 * tick, 50 * MiB, 2_000 * MiB).growing).toBe(false);
});

test('how long a process may grow as it likes can be told', () => {
  const toldAt = (watch: LeakWatch) => {
    for (let i = 0; i < 60; i++) if (watch.observe(i * tick, (60 + i * 10) * MiB, 2_000 * MiB).growing) return i * tick;
    return undefined;
  };
  expect(toldAt(new LeakWatch({ startUpMs: 15_000 }))).toBeLessThan(toldAt(new LeakWatch())! - 45_000);
});

test('missing readings, zeros, infinities and a clock that goes back change nothing', () => {
  const watch = new LeakWatch();
  expect(watch.observe(0, null).reason).toBe('memory is not known');
  for (const bytes of [null, Number.NaN, Number.POSITIVE_INFINITY, 0, -5])
    expect(watch.observe(1, bytes).growing).toBe(false);
  watch.observe(100_000, 50 * MiB);
  expect(watch.observe(50_000, 50 * MiB).growing).toBe(false);
});

test('a heap that fills until its first great collection is no leak; what goes on to the limit is one', () => {
  // Resident MB of a planner of the example fleet, each 15 s from its start.
  const recorded = [65, 80, 80, 84.6, 90.2, 93.5, 95.5, 99.7, 113, 119, 131, 131, 97.1, 97.7, 105, 105, 105];
  const at = (second: number, megabytes: readonly number[]) => {
    const place = Math.min(second / 15, megabytes.length - 1);
    const before = megabytes[Math.floor(place)]!;
    return (before + (place % 1) * (megabytes[Math.ceil(place)]! - before)) * MiB;
  };
  for (const limit of [256, 400]) {
    expect(firstAlarm((second) => at(second, recorded), { minutes: 10, limit: limit * MiB })).toBeUndefined();
    const leaks = (second: number) => at(second, recorded) + Math.max(0, second - 120) * MiB;
    const found = firstAlarm(leaks, { minutes: 10, limit: limit * MiB });
    expect(leaks(found!.second) / MiB).toBeLessThan(0.8 * limit);
  }
});

test('who stood still and catches up does not leak; who goes on growing does', () => {
  const firstTold = (settlesAfter: number) => {
    const watch = new LeakWatch();
    for (let step = 0; step < 40; step++) watch.observe(step * tick, 80 * MiB, 400 * MiB);
    for (let step = 0; step < 40; step++) {
      const bytes = (90 + 10 * Math.min(step, settlesAfter)) * MiB;
      if (watch.observe(400_000 + step * tick, bytes, 400 * MiB).growing) return step;
    }
    return undefined;
  };
  expect(firstTold(10)).toBeUndefined();
  expect(firstTold(40)).toBeLessThan(25);
});

test('Theil-Sen is not moved by an outlier', () => {
  const slots = Array.from({ length: 20 }, (_, i) => ({ at: i * 1_000, bytes: i === 10 ? 1e9 : 100 * i }));
  expect(theilSen(slots).slope).toBeCloseTo(100, 0);
});

test('memory that rises with the load is no leak; the same rise at the same load is', () => {
  const isLeak = (load: (step: number) => number) => {
    const watch = new LeakWatch();
    for (let step = 0; step <= 34; step++) {
      const bytes = (80 + 6 * Math.min(20, Math.max(0, step - 20))) * MiB;
      if (watch.observe(step * tick, bytes, 400 * MiB, load(step)).growing) return true;
    }
    return false;
  };
  expect(isLeak((step) => (step <= 20 ? 3 : 12))).toBe(false);
  expect(isLeak(() => 3)).toBe(true);
});

test('a busy agent a minute before its limit is told of all the same', () => {
  const watch = new LeakWatch();
  let isTold = false;
  for (let step = 0; step <= 34; step++) {
    const bytes = (80 + 30 * Math.max(0, step - 20)) * MiB;
    if (bytes < 400 * MiB) isTold ||= watch.observe(step * tick, bytes, 400 * MiB, step <= 20 ? 3 : 12).growing;
  }
  expect(isTold).toBe(true);
});

test('a surge that began while the agent started is no leak; the same rise under an even load is', () => {
  const isLeak = (load: (step: number) => number) => {
    const watch = new LeakWatch();
    for (let step = 0; step <= 24; step++) {
      const bytes = (80 + 8 * Math.max(0, step - 11)) * MiB;
      if (watch.observe(step * tick, bytes, 400 * MiB, load(step)).growing) return true;
    }
    return false;
  };
  expect(isLeak((step) => (step <= 8 ? 2 : 20))).toBe(false);
  expect(isLeak(() => 20)).toBe(true);
});
