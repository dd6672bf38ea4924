import { expect, test } from 'vitest';
import { judgeOutcome } from './outcome.ts';
import type { DecisionDraft } from './snapshot.ts';

const decision: DecisionDraft = {
  pool: 'p',
  at: 0,
  from: 2,
  to: 5,
  reason: 'ScaledUp',
  message: 'ordered 3 more',
  inputs: { signals: {}, replicas: { ready: 2, pending: 0, draining: 0 }, capacityPerReplica: 10, startupMs: 20_000 },
  recommendations: [],
  limits: [],
  forecast: null,
  predicted: { saturation: 0.8, costPerHour: null, costChangePerHour: null, effectiveAt: 25_000 },
};

function judge(o: { ready: number; readyAt?: number; isSuperseded?: boolean; to?: number; problem?: string }) {
  const observed = {
    replicas: { ready: o.ready, pending: 0, draining: 0 },
    signals: { request_rate: { value: 40, at: 60_000 } },
    readyAt: o.readyAt ?? null,
    isSuperseded: o.isSuperseded ?? false,
    problem: o.problem ?? '',
  };
  return judgeOutcome({ ...decision, to: o.to ?? decision.to }, observed, 60_000);
}

test('an outcome says whether it came as predicted', () => {
  expect(judge({ ready: 5, readyAt: 22_000 })).toMatchObject({
    verdict: 'as_predicted',
    tookMs: 22_000,
    saturation: 0.8,
  });
  expect(judge({ ready: 5, readyAt: 50_000 }).verdict).toBe('slower');
  expect(judge({ ready: 3 })).toMatchObject({ verdict: 'slower', message: '3 of 5 are ready after 1m' });
  expect(judge({ ready: 2 }).verdict).toBe('failed');
  expect(judge({ ready: 2, problem: 'p-3: exited with code 3' }).message).toBe(
    '2 of 5 are ready after 1m: none of those ordered came (p-3: exited with code 3)',
  );
  expect(judge({ ready: 2, isSuperseded: true }).verdict).toBe('overtaken');
  expect(judge({ ready: 1, to: 1 }).verdict).toBe('as_predicted');
  expect(judge({ ready: 2, to: 1 }).verdict).toBe('slower');
});
