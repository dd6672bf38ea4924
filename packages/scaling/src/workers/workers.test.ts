import { poolConfigSchema } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { expect, test } from 'vitest';
import { fleetBrain } from '../fleet/fleet-brain.ts';
import { runFleet } from '../fleet/fleet-plant.ts';
import { scalingConfig } from '../scaling-config.ts';
import { prepareWorkers } from './prepare-workers.ts';
import { candidates, WorkerPlants, wantedBy } from './worker-plants.ts';
import { WorkerRehearsal } from './worker-rehearsal.ts';

const settings = {
  serviceS: 20,
  startupS: 60,
  waitS: 40,
  allowedS: 60,
  aim: 0.045,
  minReplicas: 1,
  maxReplicas: 100,
};
const config = (wait?: string, startup = '60s') =>
  scalingConfig(
    poolConfigSchema.parse({
      name: 'p',
      replicas: { min: 1, max: 100 },
      capacity: { requests_per_second: 0.05 },
      startup,
      objectives: [{ signal: 'queue_length', target: 10, ...(wait === undefined ? {} : { wait }) }],
    }),
    { intervalMs: 10_000 },
  );

test('square-root staffing, a queue on top, and never for a queue more than half over what arrives', () => {
  const plain = { view: 0, margin: 1, drain: 1 };
  expect(wantedBy(plain, { load: 9, newest: 9, waiting: 0 }, settings)).toBe(12);
  // 7 jobs of 20 s in 70 s are two workers more.
  expect(wantedBy(plain, { load: 9, newest: 20, waiting: 7 }, settings)).toBe(14);
  expect(wantedBy(plain, { load: 9, newest: 9, waiting: 10_000 }, settings)).toBe(15);
  expect(wantedBy(plain, { load: 0, newest: 0, waiting: 0 }, settings)).toBe(0);
});

test('a plant counts as late who has no worker when the wait is over, and pays busy workers until they are done', () => {
  const plants = new WorkerPlants({ ...settings, minReplicas: 1, maxReplicas: 1 });
  const values = new Float64Array(64);
  const step = (jobs: number) => plants.step(jobs / 10, values, { newest: 0, waiting: 0 });
  step(0);
  // Six jobs of 20 s at once on one worker: the first three begin within 40 s.
  step(6);
  for (let i = 0; i < 30; i++) step(0);
  const late = plants.late[0]! / plants.arrived;
  expect(late).toBeGreaterThan(0.3);
  expect(late).toBeLessThan(0.6);
  expect(plants.paid[0]! / plants.time).toBeCloseTo(1, 5);
});

test('the same moment again changes nothing, and a restart goes on where it was', () => {
  const rng = seededRng(3);
  const at = (k: number) => 1_700_000_000_000 + k * 10_000;
  const first = new WorkerRehearsal(settings);
  for (let k = 0; k < 720; k++) first.observe(rng.next() < 0.3 ? 0.2 : 0, at(k), 0);
  const before = JSON.stringify(first);
  first.observe(5, at(719), 0);
  expect(JSON.stringify(first)).toBe(before);
  const second = new WorkerRehearsal(settings, JSON.parse(before));
  expect(second.leaderName).toBe(first.leaderName);
  expect(second.plan).toBeNull();
  second.observe(0.1, at(720), 0);
  first.observe(0.1, at(720), 0);
  expect(second.lateShares!.rehearsed).toBeCloseTo(first.lateShares!.rehearsed, 2);
  expect(second.plan!.front[second.plan!.chosen]!.name).toBe(second.leaderName);
});

test('the wait is what was written, or what the allowed queue means; short jobs and other objectives have no rehearsal', () => {
  const capacity = { perReplica: 0.05, source: 'configured' } as const;
  const prepared = (wait?: string) => prepareWorkers(null, { config: config(wait), capacity, startupMs: 60_000 });
  expect(prepared('90s')?.settings.allowedS).toBe(90);
  expect(prepared()?.settings.allowedS).toBe(60);
  const o = { config: config('90s'), startupMs: 60_000 };
  expect(prepareWorkers(null, { ...o, capacity: { perReplica: 1, source: 'configured' } })).toBeNull();
  // Corrected from what was seen it is sound, only learned it is not.
  const learned = { perReplica: 0.04, source: 'learned' } as const;
  expect(prepareWorkers(null, { ...o, capacity: learned })?.settings.serviceS).toBe(25);
  const unknown = { ...o.config, capacityPerReplica: null };
  expect(prepareWorkers(null, { ...o, config: unknown, capacity: learned })).toBeNull();
  expect(prepareWorkers(null, { ...o, capacity: null })).toBeNull();
});

test('a wait that is allowed to be longer costs less, and is kept', () => {
  const rng = seededRng(11);
  const arrivals: number[] = [];
  for (let now = 0; now < 30_000; ) {
    const rate = 0.12 * (1 + 0.8 * Math.sin((now / 20_000) * 2 * Math.PI));
    now += -Math.log(1 - rng.next()) / rate;
    arrivals.push(now);
  }
  const jobs = {
    arrivals: Float64Array.from(arrivals),
    services: Float64Array.from(arrivals, () => 10 + 20 * rng.next()),
    startAt: 1_704_067_200_000,
  };
  const fleet = { startupS: 60, stepS: 10, minReplicas: 1, maxReplicas: 100 };
  const run = (wait: string) => runFleet(jobs, fleetBrain(config(wait), jobs.startAt), fleet);
  const lateOf = (waits: Float64Array, s: number) => waits.filter((wait) => wait > s).length / waits.length;
  const short = run('40s');
  const long = run('120s');
  expect(lateOf(short.waits, 40)).toBeLessThan(0.05);
  expect(lateOf(long.waits, 120)).toBeLessThan(0.05);
  expect(long.workerHours).toBeLessThan(0.95 * short.workerHours);
});

test('every candidate differs from every other', () => {
  expect(new Set(candidates.map((each) => JSON.stringify(each))).size).toBe(candidates.length);
});
