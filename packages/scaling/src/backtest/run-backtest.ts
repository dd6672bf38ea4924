import type { ScalingConfig } from '../scaling-config.ts';
import { brain } from './brain.ts';
import { hindsightPeers } from './hindsight.ts';
import type { Load } from './load.ts';
import { type Measures, measure, violationsOf } from './measures.ts';
import { hpa } from './peers/hpa.ts';
import { kpa } from './peers/kpa.ts';
import { oracle, staticPeak } from './peers/oracle.ts';
import { seasonalNaive } from './peers/seasonal-naive.ts';
import { type PlantOptions, type PlantRecord, runPlant, type Sizer } from './plant.ts';

// A policy against a recorded load, beside what else one could run: HPA and KPA at their documented defaults and at the
// target that turned out best, as many as the peak needs, last week's need, and the oracle.

export interface BacktestRow extends Measures {
  readonly policy: string;
  /** Of one replica's capacity; `null` where a policy has none. */
  readonly target: number | null;
  /** Replica-hours over the oracle's. */
  readonly xOracle: number;
  /** Whether the target was chosen after the fact. */
  readonly isHindsight: boolean;
}

export interface BacktestResult {
  readonly rows: readonly BacktestRow[];
  /** Of the policy under test. */
  readonly record: PlantRecord;
}

/** HPA's usual example and KPA's default utilization. */
const hpaDefault = 0.8;
const kpaDefault = 0.7;

/**
 * Runs the policy and its peers on the same load in the same plant (each a simulation of the whole load, some twenty more
 * with hindsight). The policy's row is the first, the oracle's the last; `record` has the policy's steps.
 */
export function runBacktest(
  load: Load,
  config: ScalingConfig,
  o: { plant: PlantOptions; withHindsight: boolean },
): BacktestResult {
  const { plant } = o;
  const { capacityRps } = plant;
  const record = runPlant(load, brain(config, load.startAt), plant);
  const best = measure(runPlant(load, oracle(load, plant), plant));
  const row = (
    policy: string,
    measures: Measures,
    rest: { target?: number; isHindsight?: boolean } = {},
  ): BacktestRow => ({
    policy,
    target: rest.target ?? null,
    xOracle: measures.replicaHours / best.replicaHours,
    isHindsight: rest.isHindsight ?? false,
    ...measures,
  });
  const run = (sizer: Sizer): Measures => measure(runPlant(load, sizer, plant));
  const rows: BacktestRow[] = [row('jaegis', measure(record))];
  const hpaAt = (target: number, on: 'cpu' | 'rate'): Sizer => hpa({ target, on, capacityRps });
  const kpaAt = (target: number, on: 'rps' | 'concurrency'): Sizer =>
    kpa({ target, on, capacityRps, stepS: load.stepS });
  rows.push(row('hpa-cpu', run(hpaAt(hpaDefault, 'cpu')), { target: hpaDefault }));
  rows.push(row('kpa-rps', run(kpaAt(kpaDefault, 'rps')), { target: kpaDefault }));
  if (o.withHindsight) {
    for (const found of Object.values(hindsightPeers(load, plant))) {
      if (found === null) continue;
      const { peer, target } = found;
      const sizer =
        peer === 'hpa-cpu' || peer === 'hpa-rate' ? hpaAt(target, peer === 'hpa-cpu' ? 'cpu' : 'rate') : undefined;
      const measures = run(sizer ?? kpaAt(target, peer === 'kpa-rps' ? 'rps' : 'concurrency'));
      rows.push(row(peer, measures, { target, isHindsight: true }));
    }
  }
  rows.push(row('seasonal-naive', run(seasonalNaive(load, plant))));
  rows.push(row('static-peak', run(staticPeak(load, plant))));
  rows.push(row('oracle', best));
  return { rows, record };
}

/** The step-by-step record as CSV lines, header first: contracts.md's `--series`. */
export function* writeSeries(record: PlantRecord): Generator<string> {
  yield 't_s,demand_rps,ready,pending,desired,queue,violations,reason';
  const { load, ready, pending, desired, queue, reasons } = record;
  const late = violationsOf(record);
  const short = (value: number): string => String(Number(value.toPrecision(10)));
  for (let k = 0; k < desired.length; k++) {
    const numbers = [k * load.stepS, load.demand[k]!, ready[k]!, pending[k]!, desired[k]!, queue[k]!, late[k]!];
    yield `${numbers.map(short).join(',')},${reasons[k] ?? ''}`;
  }
}
