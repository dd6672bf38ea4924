import { poolConfigSchema } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { scalingConfig } from '../scaling-config.ts';
import { type FleetSizer, runFleet } from './fleet-plant.ts';
import { compress, isJobs, type Jobs, parseJobs } from './jobs.ts';
import { runFleetBacktest } from './run-fleet-backtest.ts';

const fixed = (n: number): FleetSizer => ({ name: 'fixed', size: () => n });
const options = { startupS: 60, stepS: 10, minReplicas: 1, maxReplicas: 100 };
const jobs = (rows: [at: number, service: number][]): Jobs => ({
  arrivals: Float64Array.from(rows, (row) => row[0]),
  services: Float64Array.from(rows, (row) => row[1]),
  startAt: 1_704_067_200_000,
});

test('jobs are told from a load by their service time, sorted, and a wrong line is named', () => {
  expect(isJobs('t_s,exec_s,type\n1,2,a\n')).toBe(true);
  expect(isJobs('t_s,requests\n1,2\n')).toBe(false);
  const parsed = parseJobs('t_s,exec_s\n20,3\n10,\n15,0\n');
  expect(parsed).toMatchObject({ arrivals: Float64Array.of(0, 5), services: Float64Array.of(0.1, 3) });
  expect(parseJobs('t_s,exec_s\n1,2\nsoon,3\n')).toBe(
    'Cannot read jobs: line 3 has time "soon", must be RFC 3339 or seconds',
  );
  expect(compress(parsed as Jobs, 5).arrivals[1]).toBe(1);
});

test('one worker takes jobs first in, first out; waits are what is ahead', () => {
  const { waits, workerHours } = runFleet(
    jobs([
      [0, 30],
      [5, 30],
      [100, 10],
    ]),
    fixed(1),
    options,
  );
  expect([...waits]).toEqual([0, 25, 0]);
  expect(workerHours).toBeCloseTo(110 / 3_600, 6);
});

test('an order serves after its start-up time, and is paid from the first moment', () => {
  const { waits, workerHours } = runFleet(
    jobs([
      [0, 100],
      [5, 20],
    ]),
    fixed(2),
    options,
  );
  expect([...waits]).toEqual([0, 55]);
  expect(workerHours).toBeCloseTo(200 / 3_600, 6);
});

test('a busy worker that is given back finishes its job', () => {
  const sizer: FleetSizer = { name: 'down', size: (seen) => (seen.nowS < 70 ? 2 : 1) };
  const { waits, workerHours } = runFleet(
    jobs([
      [0, 200],
      [1, 100],
    ]),
    sizer,
    options,
  );
  expect([...waits]).toEqual([0, 59]);
  // The second worker starts for 60 s, works 100 s, and is gone.
  expect(workerHours).toBeCloseTo((200 + 160) / 3_600, 6);
});

test('on made jobs of a dozen workers few are late at less than twice the oracle, beside a sweep of the HPA', () => {
  const rng = seededRng(7);
  const rows: [number, number][] = [];
  for (let at = 0; at < 20_000; ) {
    const rate = 0.3 * (1 + 0.6 * Math.sin((at / 43_200) * 2 * Math.PI));
    at += -Math.log(1 - rng.next()) / rate;
    rows.push([at, 15 + 20 * rng.next()]);
  }
  const pool = { name: 'p', replicas: { min: 1, max: 1_000 }, capacity: { requests_per_second: 0.04 }, startup: '60s' };
  const objectives = [{ signal: 'queue_length', target: 10 }];
  const config = scalingConfig(poolConfigSchema.parse({ ...pool, objectives }), { intervalMs: 10_000 });
  const result = runFleetBacktest(jobs(rows), config, { fleet: options, sloWaitS: 60 });
  expect(result.rows.map((row) => row.policy)).toEqual(['jaegis', 'hpa-queue-waiting', 'hpa-queue-all', 'oracle']);
  expect(result.rows[0]!.latePercent).toBeLessThanOrEqual(5);
  expect(result.rows[0]!.xOracle).toBeLessThan(2);
  expect(result.dominates + result.dominatedBy).toBeLessThanOrEqual(result.targets);
});
