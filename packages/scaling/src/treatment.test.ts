import { poolConfigSchema } from '@jaegis/model';
import { expect, test } from 'vitest';
import { learn } from './capacity/learn.ts';
import { decide } from './decide.ts';
import { scalingConfig } from './scaling-config.ts';
import { initialScalingState, type ScalingState } from './scaling-state.ts';
import { treatmentOf } from './treatment.ts';

function configOf(rest: object) {
  return scalingConfig(poolConfigSchema.parse({ name: 'p', replicas: { min: 1, max: 9 }, ...rest }));
}

/** So many minutes of 8 requests a second. */
function watched(config: ReturnType<typeof configOf>, minutes: number): ScalingState {
  let state = initialScalingState();
  const replicas = { ready: 2, pending: 0, draining: 0 };
  for (let now = 1_700_000_000_000, i = 0; i < minutes * 6; i++, now += 10_000) {
    const signals = { request_rate: { value: 8, at: now } };
    state = learn(state, { signals, replicas }, now);
    const snapshot = { pool: 'p', config, signals, replicas, forecast: null, spentToday: null, targetHealthy: true };
    state = decide({ ...snapshot, mode: 'auto' }, state, now).state;
  }
  return state;
}

test('while policies are only tried it says since when, then which one leads', () => {
  const config = configOf({ capacity: { requests_per_second: 5 }, startup: '30s' });
  expect(treatmentOf(config, watched(config, 20))).toMatch(/tried on its load since 19m\d+s and lead after 1h$/);
  expect(treatmentOf(config, watched(config, 65))).toMatch(
    /^sized by the cheapest of the policies tried on its own load/,
  );
});

test('a pool that is never rehearsed says why', () => {
  const capacity = { requests_per_second: 5 };
  const objectives = [
    { signal: 'queue_length', target: 9 },
    { signal: 'saturation', target: 0.7 },
  ];
  const queued = treatmentOf(configOf({ capacity, objectives }), initialScalingState());
  expect(queued).toMatch(/not tried on its load: the length of its queue is an objective$/);
  expect(treatmentOf(configOf({}), initialScalingState())).toMatch(/how much one replica serves is not known yet$/);
});
