import { poolConfigSchema } from '@jaegis/model';
import { expect, test } from 'vitest';
import { decideAlone } from '../backtest/decide-alone.ts';
import { scalingConfig } from '../scaling-config.ts';

/** The last sentence of three minutes, every 5 s, with a queue that grows by `growth` a round. */
function said(values: { cpu?: number; rate?: number; growth: number }): string {
  const pool = {
    name: 'p',
    replicas: { min: 1, max: 3 },
    objectives: [
      { signal: 'cpu_utilization', target: 0.8 },
      { signal: 'queue_length', target: 50 },
    ],
  };
  const decide = decideAlone(scalingConfig(poolConfigSchema.parse(pool), { intervalMs: 5_000 }));
  let message = '';
  for (let i = 0; i < 36; i++) {
    const now = 1_000_000_000 + i * 5_000;
    const signals = {
      queue_length: { value: 40 + values.growth * i, at: now },
      ...(values.cpu === undefined ? {} : { cpu_utilization: { value: values.cpu, at: now } }),
      ...(values.rate === undefined ? {} : { request_rate: { value: values.rate, at: now } }),
    };
    ({ message } = decide({ signals, replicas: { ready: 3, pending: 0, draining: 0 } }, now));
  }
  return message;
}

test('idle processors beside a queue that does not get shorter are named, with both numbers', () => {
  expect(said({ cpu: 0.05, growth: 10 })).toMatch(
    /\d+ wait, not fewer than \S+ ago, while cpu_utilization is 5 %: one of the two is wrong/,
  );
});

test('a queue that grows of no arrivals is named', () => {
  expect(said({ cpu: 0.9, rate: 0, growth: 10 })).toMatch(/request_rate says that nothing arrives/);
});

test('a queue that is worked off, or busy processors, contradict nothing', () => {
  expect(said({ cpu: 0.05, growth: -1 })).not.toMatch(/wrong/);
  expect(said({ cpu: 0.9, rate: 30, growth: 10 })).not.toMatch(/wrong/);
});
