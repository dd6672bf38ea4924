import { poolConfigSchema } from '@jaegis/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scalingConfig } from '../scaling-config.ts';
import { type Load, parseBins, toLoad } from './load.ts';
import { measure, violationsOf } from './measures.ts';
import { hpa } from './peers/hpa.ts';
import { kpa } from './peers/kpa.ts';
import { oracle, staticPeak } from './peers/oracle.ts';
import { slidingMax } from './peers/sliding.ts';
import { type PlantOptions, runPlant } from './plant.ts';
import { runBacktest, writeSeries } from './run-backtest.ts';

const plant: PlantOptions = {
  startupS: 20,
  capacityRps: 10,
  sloWaitS: 10,
  minReplicas: 1,
  maxReplicas: 100,
  drainS: 10,
};
const loadOf = (demand: readonly number[]): Load => ({
  stepS: 10,
  demand: Float64Array.from(demand),
  startAt: 1_704_067_200_000,
});

describe('the plant', () => {
  test('orders serve after the start-up time, what waits is worked off in order', () => {
    const wants = [1, 3, 3, 3, 3, 1, 1];
    const record = runPlant(loadOf([10, 30, 30, 30, 0, 0, 0]), { name: 'w', size: (seen) => wants[seen.step]! }, plant);
    expect([...record.ready]).toEqual([1, 1, 1, 3, 3, 1, 1]);
    expect([...record.pending]).toEqual([0, 2, 2, 0, 0, 0, 0]);
    expect([...record.draining]).toEqual([0, 0, 0, 0, 0, 2, 0]);
    expect([...record.queue]).toEqual([0, 0, 200, 400, 400, 100, 0, 0]);
    // The first of the second step wait 0, its last 200/300*10 + ...: those behind the first 100 of the next ten seconds.
    const late = violationsOf(record);
    expect(late[0]).toBe(0);
    expect(late[1]).toBeGreaterThan(0);
    expect(late[2]).toBe(300);
    expect(late[3]).toBeCloseTo(300);
    expect(late[5]).toBe(0);
    expect(measure(record).replicaHours).toBeCloseTo(((1 + 3 + 3 + 3 + 3 + 3 + 1) * 10) / 3_600);
  });

  test('pending ones are cancelled first, the newest order first', () => {
    const wants = [1, 4, 6, 5, 3];
    const record = runPlant(loadOf([10, 10, 10, 10, 10]), { name: 'w', size: (seen) => wants[seen.step]! }, plant);
    expect([...record.pending]).toEqual([0, 3, 5, 1, 0]);
    expect([...record.ready]).toEqual([1, 1, 1, 4, 3]);
  });

  test('keeps its books for any load and any wish', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 2, maxLength: 60 }),
        fc.array(fc.integer({ min: -5, max: 80 }), { minLength: 60, maxLength: 60 }),
        (demand, wants) => {
          const load = loadOf(demand);
          const record = runPlant(load, { name: 'w', size: (seen) => wants[seen.step]! }, plant);
          for (let k = 0; k < demand.length; k++) {
            expect(record.ready[k]! + record.pending[k]!).toBe(record.desired[k]);
            expect(record.queue[k + 1]).toBeCloseTo(record.queue[k]! + demand[k]! * 10 - record.served[k]!, 6);
          }
          const late = violationsOf(record);
          for (let k = 0; k < demand.length; k++) expect(late[k]).toBeLessThanOrEqual(demand[k]! * 10 + 1e-9);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the peers', () => {
  const wave = loadOf(Array.from({ length: 2_000 }, (_, i) => 200 + 150 * Math.sin(i / 150)));

  test('the oracle lets nobody wait and pays least', () => {
    const best = measure(runPlant(wave, oracle(wave, plant), plant));
    expect(best.violationsPercent).toBe(0);
    // Only what the first start-up time needs more than the first step comes too late for everybody.
    expect(best.tauU).toBeLessThanOrEqual(0.1);
    const most = measure(runPlant(wave, staticPeak(wave, plant), plant));
    expect(best.replicaHours).toBeLessThan(0.7 * most.replicaHours);
  });

  test('the HPA follows its rules', () => {
    const hpaAt = hpa({ target: 0.5, on: 'cpu', capacityRps: 10 });
    const seen = { step: 0, nowS: 0, rateRps: 0, utilization: 0.54, queue: 0, ready: 10, pending: 0, draining: 0 };
    expect(hpaAt.size(seen)).toBe(10);
    expect(hpaAt.size({ ...seen, nowS: 15, utilization: 0.6 })).toBe(12);
    // At most twice as many within 15 s, and 300 s of the highest on the way down.
    expect(hpaAt.size({ ...seen, nowS: 30, ready: 12, utilization: 1 })).toBe(24);
    expect(hpaAt.size({ ...seen, nowS: 45, ready: 24, utilization: 0.1 })).toBe(24);
    expect(hpaAt.size({ ...seen, nowS: 320, ready: 24, utilization: 0.1 })).toBe(24);
    expect(hpaAt.size({ ...seen, nowS: 335, ready: 24, utilization: 0.1 })).toBe(5);
  });

  test('Knative panics on a burst and does not go down meanwhile', () => {
    const sizer = kpa({ target: 1, on: 'rps', capacityRps: 10, stepS: 10 });
    const seen = { step: 0, nowS: 0, rateRps: 40, utilization: 1, queue: 0, ready: 4, pending: 0, draining: 0 };
    expect(sizer.size(seen)).toBe(4);
    expect(sizer.size({ ...seen, step: 1, nowS: 10, rateRps: 200 })).toBe(20);
    expect(sizer.size({ ...seen, step: 2, nowS: 20, rateRps: 10 })).toBe(20);
    for (let step = 3; step < 9; step++) sizer.size({ ...seen, step, nowS: step * 10, rateRps: 40, ready: 20 });
    expect(sizer.size({ ...seen, step: 9, nowS: 90, rateRps: 40, ready: 20 })).toBe(10);
  });

  test('sliding extremes equal the naive ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 }),
        fc.nat(5),
        fc.nat(5),
        (list, back, ahead) => {
          const found = slidingMax(Float64Array.from(list), { back, ahead });
          const naive = list.map((_, i) => Math.max(...list.slice(Math.max(0, i - back), i + ahead + 1)));
          expect([...found]).toEqual(naive);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('loads', () => {
  test('counts become rates; lines between bins, or even bins', () => {
    const bins = parseBins('t_s,requests\n0,60\n60,120\n120,180\n');
    if (typeof bins === 'string') throw new Error(bins);
    expect([...toLoad(bins, 10, 'even').demand.slice(0, 7)]).toEqual([1, 1, 1, 1, 1, 1, 2]);
    const lines = toLoad(bins, 10).demand;
    expect(lines[0]).toBe(1);
    expect(lines[6]).toBeCloseTo(1 + 35 / 60);
    expect(lines[17]).toBe(3);
  });

  test('says which line is wrong', () => {
    expect(parseBins('a,b\n1,2\n')).toContain('must have time or t_s');
    expect(parseBins('t_s,requests\n0,1\nx,2\n')).toContain('line 3');
    expect(parseBins('t_s,requests\n5,1\n0,2\n')).toContain('must be after');
  });

  test('any text gives bins or a message, never a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.oneof(fc.string(), fc.double()), { maxLength: 3 })), (rows) => {
        const bins = parseBins(`time,requests\n${rows.map((row) => row.join(',')).join('\n')}`);
        expect(typeof bins === 'string' || bins.times.length >= 2).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

test('the brain meets the objective on three made days at less than the HPA', () => {
  const day = 8_640;
  let seed = 1;
  const noise = (): number => ((seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5) * 0.1;
  const demand = Array.from(
    { length: 3 * day },
    (_, i) => (200 + 120 * Math.sin((i / day) * 2 * Math.PI)) * (1 + noise()),
  );
  const load = loadOf(demand);
  const pool = { name: 'p', replicas: { min: 1, max: 100 }, capacity: { requests_per_second: 10 }, startup: '60s' };
  const config = scalingConfig(poolConfigSchema.parse(pool), { intervalMs: 10_000 });
  const { rows, record } = runBacktest(load, config, { plant: { ...plant, startupS: 60 }, withHindsight: false });
  const [brain, hpaRow] = rows;
  expect(brain!.violationsPercent).toBeLessThanOrEqual(0.5);
  expect(brain!.replicaHours).toBeLessThan(0.95 * hpaRow!.replicaHours);
  expect(brain!.reversalsPerHour).toBeLessThan(8);
  // What the series says is what the table says.
  const lines = [...writeSeries(record)].slice(1).map((line) => line.split(','));
  const late = lines.reduce((sum, cells) => sum + Number(cells[6]), 0);
  const arrived = lines.reduce((sum, cells) => sum + Number(cells[1]) * 10, 0);
  expect((100 * late) / arrived).toBeCloseTo(brain!.violationsPercent, 6);
});
