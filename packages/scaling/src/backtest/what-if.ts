/**
 * Several policies on one recorded load, each by the product's own decisions in the simulated pool (plant.ts). The load
 * begins before what is asked about, so that each policy knows it as it would have; measures are of the rest alone. Each
 * is held against the oracle of its own pool (its bounds, its start-up time).
 * Bad at: forecasts and signals other than rate, queue and utilization, which the plant does not have.
 */
import type { ScalingConfig } from '../scaling-config.ts';
import { brain } from './brain.ts';
import type { Load } from './load.ts';
import { type Measures, measure } from './measures.ts';
import { oracle } from './peers/oracle.ts';
import { type PlantOptions, type PlantRecord, runPlant, type Sizer } from './plant.ts';

export interface WhatIfCase {
  readonly config: ScalingConfig;
  readonly plant: PlantOptions;
}

export interface WhatIfOutcome {
  readonly measures: Measures;
  readonly oracle: Measures;
  /** What is paid for in each step that counts: ready, starting and draining. */
  readonly replicas: Float64Array;
}

const progressSteps = 50;

/** `from`: the first step that counts. `onProgress` is given shares of the whole, rising to 1. */
export function runWhatIf(
  load: Load,
  o: { readonly from: number; readonly cases: readonly WhatIfCase[]; readonly onProgress?: (share: number) => void },
): WhatIfOutcome[] {
  const { from, cases, onProgress = () => {} } = o;
  const size = load.demand.length;
  const stride = Math.max(1, Math.ceil(size / progressSteps));
  const outcomes = cases.map(({ config, plant }, i) => {
    const policy = brain(config, load.startAt);
    const watched: Sizer = {
      name: policy.name,
      size: (seen) => {
        if (seen.step % stride === 0) onProgress((i + seen.step / size) / cases.length);
        return policy.size(seen);
      },
    };
    const record = since(runPlant(load, watched, plant), from);
    const { ready, pending, draining } = record;
    return {
      measures: measure(record),
      oracle: measure(since(runPlant(load, oracle(load, plant), plant), from)),
      replicas: ready.map((count, k) => count + pending[k]! + draining[k]!),
    };
  });
  onProgress(1);
  return outcomes;
}

/** The record without its first steps. What waits in the queue then came before, and is served first all the same. */
function since(record: PlantRecord, from: number): PlantRecord {
  const { load } = record;
  return {
    load: {
      stepS: load.stepS,
      demand: load.demand.subarray(from),
      startAt: load.startAt + from * load.stepS * 1_000,
    },
    options: record.options,
    desired: record.desired.subarray(from),
    ready: record.ready.subarray(from),
    pending: record.pending.subarray(from),
    draining: record.draining.subarray(from),
    queue: record.queue.subarray(from),
    served: record.served.subarray(from),
    reasons: record.reasons.slice(from),
  };
}
