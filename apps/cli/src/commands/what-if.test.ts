import type { WhatIfReport } from '@jaegis/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { now } from '../../test/example-fleet.ts';
import { FakeServer, fakeTerminal } from '../../test/fake-server.ts';
import { runCli } from '../run-cli.ts';

const settings = { policy: 'balanced', minReplicas: 2, maxReplicas: 16, utilization: 0.75, startupMs: 3_000 } as const;
const row = { replicaHours: 10, cost: 2, xOracle: 1.2, violationsPercent: 0, p99WaitMs: 0, scaleEventsPerHour: 1 };
const report: WhatIfReport = {
  pool: 'research/reader',
  from: 0,
  to: 3_600_000,
  stepMs: 5_000,
  warmUpMs: 0,
  missingShare: 0,
  capacityPerReplica: 5,
  sloWaitMs: 10_000,
  pricePerReplicaHour: 0.2,
  settings: { current: settings, other: { ...settings, policy: 'cost' } },
  leftOut: ['the objective on latency p95'],
  rows: [
    { ...row, name: 'current' },
    { ...row, name: 'other', replicaHours: 8, cost: 1.6, xOracle: 1, violationsPercent: 0.97 },
  ],
  series: { times: [], demand: [], recorded: [], current: [], other: [] },
};
const path = '/api/fleet/pools/research%2Freader/backtest';
let server: FakeServer;
beforeAll(async () => {
  server = await new FakeServer({
    'GET /api/fleet/pools': { items: [{ name: 'research/reader' }], total: 1, next: null },
    'GET /api/fleet/decisions/d-1': { id: 'd-1', pool: 'research/reader', at: now - 7_200_000 },
    [`POST ${path}`]: { report },
  }).start();
});
afterAll(() => server.close());

async function whatIf(...args: string[]) {
  const fake = fakeTerminal();
  const code = await runCli(['what-if', ...args, '--url', server.url], fake.terminal);
  return {
    code,
    out: fake.out(),
    err: fake.err(),
    asked: server.requests.findLast((each) => each.path === path)?.body,
  };
}

test('a pool by the end of its name: what would have been paid for, who would have waited, what was left out', async () => {
  const { code, out, asked } = await whatIf('reader', '--policy', 'cost', '--range', '6h', '--max', '12');
  expect(code).toBe(0);
  expect(asked).toEqual({ range: '6h', policy: 'cost', maxReplicas: 12 });
  expect(out).toContain('8 replica-hours instead of 10: 20 % less, $0.40 saved');
  expect(out).toContain('cost, 2 to 16 replicas, 75 % used');
  expect(out).toMatch(/The other policy +8 +\$1\.60 +1\.00 +0\.97 %/);
  expect(out).toContain('Left out in the simulated pool: the objective on latency p95');
});

test('a decision stands for the hour around it; what is neither is an error that names the pools', async () => {
  expect((await whatIf('d-1', '--utilization', '0.9', '--json')).asked).toEqual({
    from: now - 9_000_000,
    to: now - 5_400_000,
    utilization: 0.9,
  });
  expect(await whatIf('nobody')).toMatchObject({
    code: 2,
    err: 'Cannot find "nobody": it is no pool and no decision, must be one of research/reader, or a decision',
  });
});
