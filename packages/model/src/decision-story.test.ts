import { expect, test } from 'vitest';
import type { Decision } from './decision.ts';
import { decisionStory } from './decision-story.ts';

const decision: Decision = {
  id: 'd-1',
  pool: 'research/reader',
  at: 0,
  from: 8,
  to: 10,
  reason: 'ScaledUp',
  message: 'ordered 2 more',
  inputs: {
    signals: {
      request_rate: { value: 42, ageMs: 1_000 },
      memory_utilization: { value: null, ageMs: 0 },
      network_bytes: { value: null, ageMs: 0 },
    },
    replicas: { ready: 8, pending: 1, draining: 0 },
    capacityPerReplica: 5,
    startupMs: 20_000,
  },
  recommendations: [
    { source: 'reactive', desired: 9, reason: 'saturation is 105 %, wanted 80 %; memory_utilization is not known' },
    { source: 'rehearsed', desired: 12, reason: 'the highest of 2 m needs 12' },
  ],
  limits: [{ step: 'limit', from: 12, to: 10, reason: 'ScaleUpLimited', message: 'at most 2 more in 15 s' }],
  forecast: null,
  plan: {
    workload: 'steady',
    chosen: 1,
    allowedLateShare: 0.0045,
    front: [
      { name: 'the mean', replicas: 8.2, lateShare: 0.009, shortShare: 0.1, efficiency: 0.9 },
      { name: 'the highest of 2 m', replicas: 9.4, lateShare: 0.002, shortShare: 0.02, efficiency: 0.8 },
    ],
  },
  predicted: { saturation: 0.84, costPerHour: 1.2, costChangePerHour: 0.24, effectiveAt: 20_000 },
  action: { state: 'ready', orderedAt: 0, readyAt: 18_000, message: 'started 2' },
  outcome: {
    at: 30_000,
    saturation: 0.82,
    readyReplicas: 10,
    tookMs: 18_000,
    verdict: 'as_predicted',
    message: 'as predicted',
  },
};

test('a decision is told in the order of events, with its numbers', () => {
  expect(decisionStory(decision)).toEqual([
    '42/s came in with 8 replicas ready, 1 on the way; one replica carries 5/s, so by requests alone there was work for 8.4.',
    'Not known then: memory utilization.',
    'The load of that moment asked for 9, what was tried on its own load for 12; the highest counts: the highest of 2 m needs 12.',
    'Of 2 policies tried on its own load and not beaten there, the one that provides for "the highest of 2 m" led: 9.4 replicas on average, 0.2 % late where 0.45 % was allowed; the next cheaper one would have used 8.2 with 0.9 % late.',
    'That was changed from 12 to 10: at most 2 more in 15 s.',
    'So 2 more were ordered; expected within 20s: 84 % of the capacity in use, $1.20/h ($0.24/h more).',
    'They were ready after 18s. Afterwards 10 replicas ready, 82 % of the capacity in use: as predicted.',
  ]);
});

test('what is not known is left out, and advice is not told as a deed', () => {
  const bare: Decision = {
    ...decision,
    to: 7,
    inputs: {
      ...decision.inputs,
      signals: {},
      capacityPerReplica: null,
      replicas: { ready: 8, pending: 0, draining: 0 },
    },
    recommendations: [{ source: 'hold', desired: 7, reason: 'nothing is known' }],
    limits: [],
    plan: null,
    predicted: { saturation: null, costPerHour: null, costChangePerHour: null, effectiveAt: 0 },
    action: { state: 'none', orderedAt: null, readyAt: null, message: 'recommended only' },
    outcome: null,
  };
  expect(decisionStory(bare)).toEqual([
    'The pool had 8 replicas ready.',
    'Caution asked for 7: nothing is known.',
    'So it was only recommended to go from 8 to 7.',
  ]);
  expect(decisionStory({ ...bare, to: 8 }).at(-1)).toBe('So it stayed at 8.');
  const failed = { ...bare, to: 9, action: { ...bare.action, state: 'failed' as const, message: 'the limit is 8' } };
  expect(decisionStory(failed).slice(-2)).toEqual(['So 1 more was ordered.', 'It could not be done: the limit is 8.']);
});
