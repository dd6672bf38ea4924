import { poolConfigSchema } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { scalingConfig } from '../scaling-config.ts';
import { limitBudget } from './budget.ts';
import { boundsAt, clamp } from './clamp.ts';
import { limitRate } from './limit-rate.ts';
import { remember, stabilize } from './stabilize.ts';

const config = (pool: object = {}) => scalingConfig(poolConfigSchema.parse({ name: 'p', ...pool }));

describe('limit', () => {
  const limit = (
    desired: number,
    current: number,
    o: { pool?: object; changes?: { at: number; from: number; to: number }[] } = {},
  ) => limitRate({ desired, current, changes: o.changes ?? [], config: config(o.pool), now: 100_000 }).desired;

  test('up: 100 % or 4 in 15 s, whichever is more', () => {
    expect(limit(50, 2)).toBe(6);
    expect(limit(50, 10)).toBe(20);
    expect(limit(5, 2)).toBe(5);
  });

  test('what was added within the period counts', () => {
    expect(limit(50, 6, { changes: [{ at: 90_000, from: 2, to: 6 }] })).toBe(6);
    expect(limit(50, 6, { changes: [{ at: 84_000, from: 2, to: 6 }] })).toBe(12);
  });

  test('selectPolicy Min takes the slower, Disabled takes none', () => {
    const policies = [
      { type: 'Percent', value: 100, period: '15s' },
      { type: 'Pods', value: 2, period: '15s' },
    ];
    expect(limit(50, 10, { pool: { behavior: { scaleUp: { policies, selectPolicy: 'Min' } } } })).toBe(12);
    expect(limit(50, 10, { pool: { behavior: { scaleUp: { selectPolicy: 'Disabled' } } } })).toBe(10);
    expect(limit(1, 10, { pool: { behavior: { scaleDown: { policies, selectPolicy: 'Min' } } } })).toBe(8);
    expect(limit(1, 10, { pool: { behavior: { scaleDown: { policies } } } })).toBe(1);
  });

  test('a pool at zero can leave it by per cent alone', () => {
    const policies = [{ type: 'Percent', value: 100, period: '15s' }];
    expect(limit(5, 0, { pool: { behavior: { scaleUp: { policies } } } })).toBe(1);
  });
});

describe('stabilize', () => {
  test('down waits for the window, and only the highest points are kept', () => {
    const c = config();
    let windows = { highest: [], lowest: [] } as ReturnType<typeof remember>;
    for (let now = 0; now < 600_000; now += 5_000) windows = remember(windows, 3, { config: c, now });
    windows = remember(windows, 9, { config: c, now: 600_000 });
    windows = remember(windows, 4, { config: c, now: 605_000 });
    expect(windows.highest).toHaveLength(2);
    expect(stabilize(windows, { desired: 4, current: 9, config: c, now: 605_000 })).toMatchObject({
      desired: 9,
      step: { reason: 'ScaleDownStabilized' },
    });
    windows = remember(windows, 4, { config: c, now: 900_000 });
    expect(stabilize(windows, { desired: 4, current: 9, config: c, now: 900_000 }).desired).toBe(4);
  });

  test('up waits for its own window', () => {
    const c = config({ behavior: { scaleUp: { stabilizationWindow: '60s' } } });
    let windows = remember({ highest: [], lowest: [] }, 3, { config: c, now: 0 });
    windows = remember(windows, 8, { config: c, now: 30_000 });
    expect(stabilize(windows, { desired: 8, current: 3, config: c, now: 30_000 })).toMatchObject({ desired: 3 });
    windows = remember(windows, 8, { config: c, now: 60_000 });
    expect(stabilize(windows, { desired: 8, current: 3, config: c, now: 60_000 }).desired).toBe(8);
  });

  test('a clock that was set back holds nothing for longer', () => {
    const c = config();
    const ahead = remember({ highest: [], lowest: [] }, 9, { config: c, now: 9_000_000 });
    expect(remember(ahead, 3, { config: c, now: 1_000 }).highest).toEqual([{ at: 1_000, desired: 3 }]);
  });
});

describe('clamp and budget', () => {
  test('a minimum over the maximum gives way, and is a configuration error', () => {
    const wrong = { ...poolConfigSchema.parse({ name: 'p' }), replicas: { min: 5, max: 3 } };
    const c = scalingConfig(wrong);
    expect(c.problems).toEqual(['Cannot use replicas.min: is 5, must be <= replicas.max (3); 3 is used']);
    expect(clamp(1, boundsAt(c, 0)).desired).toBe(3);
    expect(clamp(9, boundsAt(c, 0)).desired).toBe(3);
  });

  test('money for the next hour and the minimum after it', () => {
    const c = config({ replicas: { min: 1, max: 50 }, cost: { per_replica_hour: 1, budget_per_day: 48 } });
    const at = (hour: number, desired: number, spentToday: number | null) =>
      limitBudget({ desired, min: 1, spentToday, config: c, now: hour * 3_600_000 }).desired;
    expect(at(0, 40, 0)).toBe(25);
    expect(at(23, 40, 20)).toBe(28);
    expect(at(23.5, 40, 47)).toBe(2);
    expect(at(12, 40, 48)).toBe(1);
    expect(at(12, 40, null)).toBe(40);
  });
});
