import { poolConfigSchema } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { describe, expect, test } from 'vitest';
import { scalingConfig } from './scaling-config.ts';
import { followWorkload, initialWorkload, workloadOf } from './workload.ts';

const config = scalingConfig(poolConfigSchema.parse({ name: 'p' }));
const start = 1_800_000_000_000;

function watched(hours: number, load: (minute: number) => number | null, signal = 'request_rate') {
  let state = initialWorkload();
  for (let i = 0; i < hours * 60; i++) {
    const now = start + i * 60_000;
    const value = load(i);
    state = followWorkload(state, { signals: value === null ? {} : { [signal]: { value, at: now } } }, now);
  }
  return state;
}

describe('the kind of a load', () => {
  const rng = seededRng(7);

  test('steady: noise around a level', () => {
    const found = workloadOf(
      watched(5, () => 50 * (0.9 + 0.2 * rng.next())),
      config,
    );
    expect(found).toMatchObject({ class: 'steady' });
    expect(found!.reason).toMatch(/^it stays within \d/);
  });

  test('periodic: the hour of the day tells it, from the third day on', () => {
    const wave = (minute: number) => 50 + 40 * Math.sin((minute / 1_440) * 2 * Math.PI) + 5 * rng.next();
    expect(workloadOf(watched(20, wave), config)!.class).toBe('steady');
    const found = workloadOf(watched(72, wave), config);
    expect(found).toMatchObject({ class: 'periodic' });
    expect(found!.reason).toMatch(/hour of the day explains \d+/);
  });

  test('bursty: peaks far above the mean that come and go within minutes', () => {
    expect(
      workloadOf(
        watched(24, () => (rng.chance(0.05) ? 200 : 10)),
        config,
      )!.class,
    ).toBe('bursty');
  });

  test('batch: a queue and nobody who counts what arrives', () => {
    expect(
      workloadOf(
        watched(1, () => 12, 'queue_length'),
        config,
      )!.class,
    ).toBe('batch');
  });

  test('too little seen, a gap, and what is no number say nothing', () => {
    expect(
      workloadOf(
        watched(0.5, () => 10),
        config,
      ),
    ).toBeNull();
    expect(
      workloadOf(
        watched(5, () => null),
        config,
      ),
    ).toBeNull();
    expect(
      workloadOf(
        watched(5, () => Number.NaN),
        config,
      ),
    ).toBeNull();
    expect(
      workloadOf(
        watched(5, () => 0),
        config,
      ),
    ).toBeNull();
  });

  test('a clock that is set back harms nothing, and JSON keeps all', () => {
    let state = watched(5, () => 50);
    state = followWorkload(state, { signals: { request_rate: { value: 50, at: start } } }, start);
    expect(workloadOf(JSON.parse(JSON.stringify(state)), config)).toEqual(workloadOf(state, config));
    expect(workloadOf(state, config)!.class).toBe('steady');
  });
});
