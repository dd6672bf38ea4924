import { type ForecastNetwork, NetworkTraining } from '@jaegis/analytics';
import { type Matcher, signalMetric } from '@jaegis/model';
import { memoryMetadata } from '@jaegis/store';
import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { NetworkKeeper } from './network-loop.ts';
import type { NetworkJob, NetworkTrainer } from './network-trainer.ts';
import { SelfMetrics } from './self-metrics.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 0, 5);

/** Trains a few batches here and now; remembers what it was asked. */
function trainerOf(jobs: NetworkJob[]): NetworkTrainer {
  return {
    async train(job) {
      jobs.push(job);
      const training = new NetworkTraining(job.series, { rounds: 2, goesOn: job.goesOn });
      training.train(2);
      const { network, loss, firstLoss, series } = training;
      return { network, loss, firstLoss, series, busyMs: 5 };
    },
  };
}

/** As much of a fleet as the keeper reads: pools whose demand was recorded since the start. */
function fleetOf(metadata: ReturnType<typeof memoryMetadata>, trainer: NetworkTrainer, pools = 2) {
  const used: ForecastNetwork[] = [];
  const select = (matchers: readonly Matcher[], from: number, to: number) => {
    if (matchers.find(({ name }) => name === 'signal')?.value !== 'request_rate') return [];
    const times: number[] = [];
    for (let at = Math.ceil(Math.max(from, start) / minute) * minute; at <= to; at += minute) times.push(at);
    const labels = { __name__: signalMetric.pool };
    const values = Float64Array.from(times, (at) => 10 + 5 * Math.sin((2 * Math.PI * at) / hour));
    return [{ ref: 1, labels, timestamps: Float64Array.from(times), values }];
  };
  const fleet = {
    pools: { list: () => Array.from({ length: pools }, (_, i) => ({ name: `p${i}` })) },
    metadata,
    store: { select },
    selfMetrics: new SelfMetrics(),
    forecaster: { useNetwork: (network: ForecastNetwork) => used.push(network) },
    networkTrainer: trainer,
  } as unknown as Fleet;
  return { fleet, used };
}

/** One turn, and time for what it began to end. */
async function turn(keeper: NetworkKeeper, fleet: Fleet, now: number) {
  keeper.run(fleet, now);
  await new Promise((resume) => setImmediate(resume));
}

test('a network is trained on what the pools recorded, used, and kept over a restart', async () => {
  const metadata = memoryMetadata();
  const jobs: NetworkJob[] = [];
  const { fleet, used } = fleetOf(metadata, trainerOf(jobs));
  const keeper = new NetworkKeeper();
  await turn(keeper, fleet, start);
  await turn(keeper, fleet, start + hour);
  // An hour is too little to learn from.
  expect(jobs).toEqual([]);
  for (const minutes of [240, 241, 242]) await turn(keeper, fleet, start + minutes * minute);
  expect(jobs).toHaveLength(1);
  expect(jobs[0]!.series).toHaveLength(2);
  expect(jobs[0]!.goesOn).toBeUndefined();
  expect(used).toHaveLength(1);
  expect(keeper.last).toMatchObject({ trainedAt: start + 241 * minute, series: 2, trainings: 1 });
  expect(keeper.last!.loss).toBeLessThanOrEqual(keeper.last!.firstLoss);

  const next = fleetOf(metadata, trainerOf(jobs));
  const reborn = new NetworkKeeper();
  await turn(reborn, next.fleet, start + 5 * hour);
  expect(next.used[0]!.weights).toEqual(used[0]!.weights);
  expect(reborn.last).toEqual(keeper.last);
  await turn(reborn, next.fleet, start + 6 * hour);
  expect(jobs).toHaveLength(1);
  await turn(reborn, next.fleet, start + 11 * hour);
  await turn(reborn, next.fleet, start + 11 * hour + minute);
  expect(jobs[1]!.goesOn!.weights).toEqual(used[0]!.weights);
  expect(reborn.last!.trainings).toBe(2);
});

test('a training that fails is told once and tried again later; many pools are sampled', async () => {
  let tries = 0;
  const failing: NetworkTrainer = {
    train: async ({ series }) => {
      tries++;
      expect(series.length).toBeGreaterThan(20);
      expect(series.length).toBeLessThanOrEqual(128);
      throw new Error('no memory');
    },
  };
  const { fleet, used } = fleetOf(memoryMetadata(), failing, 300);
  const keeper = new NetworkKeeper();
  const at = start + 5 * hour;
  await turn(keeper, fleet, at - hour);
  await turn(keeper, fleet, at);
  expect(() => keeper.run(fleet, at + minute)).toThrow('no memory');
  await turn(keeper, fleet, at + 2 * minute);
  expect(tries).toBe(1);
  await turn(keeper, fleet, at + 11 * minute);
  expect(tries).toBe(2);
  expect(used).toEqual([]);
});
