import { expect, test } from 'vitest';
import { followRecovery, type RecoveryState } from './recovery.ts';

test('measures from unhealthy to healthy, degraded on the way included', () => {
  let state: RecoveryState | undefined;
  const steps = [
    ['healthy', 0],
    ['unhealthy', 10],
    ['degraded', 40],
    ['healthy', 70],
    ['healthy', 80],
  ] as const;
  for (const [health, at] of steps) state = followRecovery(state, { health, isLost: false }, at * 1_000);
  expect(state).toEqual({ downSince: null, lastMs: 60_000, meanMs: 60_000, recoveries: 1 });
});

test('counts a lost connection, and does not take "unknown" for recovered', () => {
  let state = followRecovery(undefined, { health: 'unknown', isLost: true }, 0);
  state = followRecovery(state, { health: 'unknown', isLost: false }, 5_000);
  expect(state.downSince).toBe(0);
  state = followRecovery(state, { health: 'healthy', isLost: false }, 20_000);
  expect(state).toMatchObject({ lastMs: 20_000, recoveries: 1 });
});
