import type { WhatIfReport } from '@jaegis/model';
import { beforeEach, describe, expect, test } from 'vitest';
import { type MadeApp, makeApp } from '../../test/made-app.ts';

const now = Date.UTC(2026, 0, 6, 12);
const minute = 60_000;
let made: MadeApp;

beforeEach(async () => {
  const pool = {
    name: 'work/reader',
    replicas: { min: 1, max: 20 },
    capacity: { requests_per_second: 5 },
    startup: '30s',
    objectives: [
      { signal: 'saturation', target: 0.75 },
      { signal: 'latency_p95', target: '2s' },
    ],
    cost: { per_replica_hour: 0.5 },
  };
  made = await makeApp({ now, config: { pools: [pool, { name: 'work/writer' }] } });
  // Three hours in which the demand doubles and halves each half hour, with a hole of ten minutes; four replicas all along.
  await record({ __name__: 'jaegis_pool_signal', pool: 'work/reader', signal: 'request_rate' }, (at) =>
    at > now - 30 * minute && at < now - 20 * minute ? null : 20 + 10 * Math.sin((at / (30 * minute)) * Math.PI),
  );
  for (const [state, count] of Object.entries({ ready: 4, pending: 0, draining: 0, desired: 5 }))
    await record({ __name__: 'jaegis_pool_replicas', pool: 'work/reader', state }, () => count);
});

async function record(labels: Record<string, string>, valueAt: (at: number) => number | null): Promise<void> {
  const ref = made.store.resolve(labels, now) as number;
  const points: [number, number][] = [];
  for (let at = now - 180 * minute; at < now; at += 10_000) {
    const value = valueAt(at);
    if (value !== null) points.push([at, value]);
  }
  await made.store.append(
    {
      refs: new Uint32Array(points.length).fill(ref),
      timestamps: Float64Array.from(points, ([at]) => at),
      values: Float64Array.from(points, ([, value]) => value),
      length: points.length,
    },
    now,
  );
}

async function ask(body: object, pool = 'work/reader') {
  const answer = await made.app.inject({
    method: 'POST',
    url: `/api/fleet/pools/${encodeURIComponent(pool)}/backtest`,
    headers: { host: 'localhost', 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  const lines = answer.body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { status: answer.statusCode, lines, report: lines.at(-1)?.report as WhatIfReport | undefined };
}

describe('a backtest of another policy', () => {
  test('tells its progress, then both policies beside what was recorded and the oracle', async () => {
    const { status, lines, report } = await ask({
      range: '1h',
      policy: 'availability',
      minReplicas: 8,
      utilization: 0.6,
    });
    expect(status).toBe(200);
    const shares = lines.slice(0, -1).map((line) => line.progress as number);
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    expect(report).toMatchObject({
      pool: 'work/reader',
      from: now - 60 * minute,
      to: now,
      stepMs: 5_000,
      warmUpMs: 120 * minute,
      capacityPerReplica: 5,
      settings: {
        current: { policy: 'balanced', minReplicas: 1, maxReplicas: 20, utilization: 0.75, startupMs: 30_000 },
        other: { policy: 'availability', minReplicas: 8, maxReplicas: 20, utilization: 0.6, startupMs: 30_000 },
      },
    });
    expect(report!.leftOut[0]).toBe('the objective on latency p95');
    const of = (name: string) => report!.rows.find((row) => row.name === name)!;
    expect(report!.rows.map((row) => row.name)).toEqual(['recorded', 'current', 'other', 'oracle']);
    expect(of('recorded')).toMatchObject({ replicaHours: 4, cost: 2, violationsPercent: null });
    expect(of('other').replicaHours).toBeGreaterThanOrEqual(8);
    expect(of('other').cost).toBeCloseTo(of('other').replicaHours * 0.5, 9);
    expect(of('current').replicaHours).toBeLessThan(of('other').replicaHours);
    expect(of('oracle').xOracle).toBe(1);
    expect(of('current').xOracle).toBeGreaterThanOrEqual(1);
  });

  test('gaps stay gaps in the chart and are counted; series are thinned to what a chart can show', async () => {
    const { report } = await ask({ from: now - 120 * minute, to: now });
    const { times, demand, recorded, current, other } = report!.series;
    expect(times.length).toBeLessThanOrEqual(480);
    for (const each of [demand, recorded, current, other]) expect(each).toHaveLength(times.length);
    expect(report!.missingShare).toBeCloseTo(10 / 120, 2);
    const hole = times.findIndex((at) => at > now - 26 * minute);
    expect(demand[hole]).toBeNull();
    expect(current[hole]).toBeGreaterThan(0);
    expect(current).toEqual(other);
  });

  test('what cannot be answered is said in words', async () => {
    const wordsOf = async (body: object, pool?: string) => {
      const { status, lines } = await ask(body, pool);
      expect(lines).toEqual([{ error: { code: expect.any(String), message: expect.any(String) } }]);
      return `${status} ${lines[0].error.message}`;
    };
    expect(await wordsOf({ range: '1h' }, 'nobody')).toContain('404 Cannot find pool');
    expect(await wordsOf({ range: '1h' }, 'work/writer')).toContain(
      '409 Cannot backtest pool work/writer: the capacity',
    );
    expect(await wordsOf({})).toContain('400 Cannot backtest pool work/reader: range, or from and to');
    expect(await wordsOf({ range: '9d' })).toContain('must be above 0 and at most 8 days');
    expect(await wordsOf({ range: '1h', policy: 'best' })).toContain(
      '400 Cannot backtest pool work/reader: policy is "best", must be one of balanced',
    );
    expect(await wordsOf({ range: '1h', minReplicas: 30 })).toContain(
      'replicas.min is 30, must be <= replicas.max (20)',
    );
    expect(await wordsOf({ range: '1h', utilization: 2 })).toContain('utilization is 2, must be above 0 and at most 1');
    expect(await wordsOf({ range: '1h', startup: 'soon' })).toContain('startup is "soon"');
    expect(await wordsOf({ range: '1h', colour: 'red' })).toContain('"colour" is not known');
    expect(await wordsOf({ from: now - 300 * minute, to: now - 200 * minute })).toContain('409 Cannot backtest');
  });
});
