/** From a question ("this hour with another policy") to what the worker runs, and from its outcome to the report. */
import {
  issueWords,
  type PoolConfig,
  poolConfigSchema,
  type WhatIfName,
  type WhatIfPolicy,
  type WhatIfReport,
  type WhatIfRow,
  type WhatIfSettings,
} from '@jaegis/model';
import {
  isUtilization,
  type Load,
  scalingConfig,
  simulable,
  type WhatIfCase,
  type WhatIfOutcome,
} from '@jaegis/scaling';
import type { MetricsStore } from '@jaegis/tsdb';
import type { PoolEntry } from '../core/pool-book.ts';
import { type RecordedLoad, recordedLoad } from './recorded-load.ts';

export interface WhatIfQuestion {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly other: WhatIfPolicy;
}

/** What goes to the worker: plain data. */
export interface WhatIfJob {
  readonly load: Load;
  /** The first step that counts. */
  readonly from: number;
  readonly cases: readonly WhatIfCase[];
}

export interface PreparedWhatIf {
  readonly job: WhatIfJob;
  readonly report: (outcomes: readonly WhatIfOutcome[]) => WhatIfReport;
}

/** A question that cannot be answered, in the API's words. */
export interface Unanswerable {
  readonly status: 400 | 409;
  readonly code: string;
  readonly message: string;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
export const longestMs = 8 * dayMs;
const shortestMs = 5 * minuteMs;
const sloWaitMs = 10_000;
const drainS = 10;
const mostPoints = 480;

/** Longer stretches in wider steps: at most about 30,000 decisions a policy. */
function stepOf(lengthMs: number): number {
  return lengthMs <= 2 * hourMs ? 5_000 : lengthMs <= 26 * hourMs ? 10_000 : 30_000;
}

/** As much again before it, an hour at least and a day at most, as far as it was recorded. */
function warmUpOf(lengthMs: number): number {
  return Math.min(dayMs, Math.max(2 * hourMs, lengthMs / 4));
}

export function prepareWhatIf(
  store: MetricsStore,
  entry: PoolEntry,
  question: WhatIfQuestion,
): PreparedWhatIf | Unanswerable {
  const { from, to, other } = question;
  const cannot = `Cannot backtest pool ${entry.name}:`;
  if (entry.config === undefined)
    return { status: 409, code: 'not_configured', message: `${cannot} it is only watched, must be configured` };
  const learned = entry.state.capacity;
  const capacity = entry.config.capacity?.requests_per_second ?? learned.perReplica ?? learned.byUtilization;
  if (capacity === null || !(capacity > 0))
    return {
      status: 409,
      code: 'capacity_unknown',
      message: `${cannot} the capacity of a replica is not known yet, must be learned or configured (capacity.requests_per_second)`,
    };
  const startupMs = entry.config.startup ?? entry.state.capacity.startupMs ?? minuteMs;
  const changed = withPolicy({ ...entry.config, startup: startupMs }, other);
  if (typeof changed === 'string') return { status: 400, code: 'bad_request', message: `${cannot} ${changed}` };

  const stepMs = stepOf(to - from);
  const start = Math.floor((from - warmUpOf(to - from)) / stepMs) * stepMs;
  const recorded = recordedLoad(store, entry.name, { from: start, to, stepMs });
  const first = recorded === undefined ? 0 : Math.max(0, Math.round((from - recorded.startAt) / stepMs));
  if (recorded === undefined || (recorded.demand.length - first) * stepMs < shortestMs)
    return {
      status: 409,
      code: 'no_recording',
      message: `${cannot} ${recorded === undefined ? 'no demand was recorded' : `${Math.round(((recorded.demand.length - first) * stepMs) / 1_000)} s of demand were recorded`} in that time, must be at least ${shortestMs / minuteMs} min`,
    };
  const caseOf = (pool: PoolConfig): WhatIfCase => ({
    config: scalingConfig(simulable(pool).pool, { intervalMs: stepMs }),
    plant: {
      startupS: (pool.startup ?? startupMs) / 1_000,
      capacityRps: capacity,
      sloWaitS: sloWaitMs / 1_000,
      minReplicas: Math.max(1, pool.replicas.min),
      maxReplicas: Math.max(1, pool.replicas.max),
      drainS,
    },
  });
  const current: PoolConfig = { ...entry.config, startup: startupMs };
  return {
    job: {
      load: { stepS: stepMs / 1_000, demand: recorded.demand, startAt: recorded.startAt },
      from: first,
      cases: [caseOf(current), caseOf(changed)],
    },
    report: (outcomes) =>
      reportOf({ entry, recorded, first, stepMs, capacity, outcomes, settings: [current, changed].map(settingsOf) }),
  };
}

/** The pool with what the question changes; a message where that cannot be. */
function withPolicy(pool: PoolConfig, other: WhatIfPolicy): PoolConfig | string {
  const replicas = {
    min: other.minReplicas ?? pool.replicas.min,
    max: other.maxReplicas ?? pool.replicas.max,
  };
  const objectives =
    other.utilization === undefined
      ? pool.objectives
      : [
          ...pool.objectives.filter((each) => !isUtilization(each.signal)),
          { signal: 'cpu_utilization' as const, target: other.utilization },
        ];
  const { replicas: bounds, policy } = poolConfigSchema.shape;
  const checkedBounds = bounds.safeParse(replicas);
  if (!checkedBounds.success) return `replicas.${issueWords(checkedBounds.error.issues[0]!, replicas)}`;
  const wanted = other.policy ?? pool.policy;
  const checkedPolicy = policy.safeParse(wanted);
  if (!checkedPolicy.success) return `policy ${issueWords(checkedPolicy.error.issues[0]!, wanted)}`;
  return {
    ...pool,
    replicas,
    objectives,
    policy: checkedPolicy.data,
    startup: other.startupMs ?? pool.startup,
  };
}

function leftOut(pool: PoolConfig): string[] {
  const words = [...simulable(pool).leftOut];
  if (pool.predictive.mode === 'forecast-and-scale')
    words.push('the forecast: only what was tried on the load itself leads');
  return words;
}

function settingsOf(pool: PoolConfig): WhatIfSettings {
  return {
    policy: pool.policy,
    minReplicas: pool.replicas.min,
    maxReplicas: pool.replicas.max,
    utilization: pool.objectives.find((each) => isUtilization(each.signal))?.target ?? null,
    startupMs: pool.startup ?? minuteMs,
  };
}

function reportOf(o: {
  readonly entry: PoolEntry;
  readonly recorded: RecordedLoad;
  readonly first: number;
  readonly stepMs: number;
  readonly capacity: number;
  readonly outcomes: readonly WhatIfOutcome[];
  readonly settings: readonly WhatIfSettings[];
}): WhatIfReport {
  const { entry, recorded, first, stepMs, outcomes } = o;
  const price = entry.config?.cost?.per_replica_hour ?? null;
  const from = recorded.startAt + first * stepMs;
  const demand = recorded.demand.subarray(first);
  const steps = demand.length;
  const isRecorded = recorded.isRecorded.subarray(first);
  const had = recorded.replicas.subarray(first);
  const costOf = (replicaHours: number) => (price === null ? null : replicaHours * price);
  const row = (name: WhatIfName, outcome: WhatIfOutcome, which: 'measures' | 'oracle'): WhatIfRow => {
    const { replicaHours, violationsPercent, p99WaitS, scaleEventsPerHour } = outcome[which];
    return {
      name,
      replicaHours,
      cost: costOf(replicaHours),
      xOracle: replicaHours / outcome.oracle.replicaHours,
      violationsPercent,
      p99WaitMs: p99WaitS * 1_000,
      scaleEventsPerHour,
    };
  };
  const [current, other] = outcomes as [WhatIfOutcome, WhatIfOutcome];
  const seen = had.filter((count) => !Number.isNaN(count));
  // Where the replicas of a stretch are not known it is not billed twice: the mean of what is known stands for it.
  const recordedHours = seen.length === 0 ? null : (mean(seen) * steps * stepMs) / hourMs;
  const rows: WhatIfRow[] = [row('current', current, 'measures'), row('other', other, 'measures')];
  if (recordedHours !== null)
    rows.unshift({
      name: 'recorded',
      replicaHours: recordedHours,
      cost: costOf(recordedHours),
      xOracle: recordedHours / current.oracle.replicaHours,
      violationsPercent: null,
      p99WaitMs: null,
      scaleEventsPerHour: null,
    });
  rows.push(row('oracle', current, 'oracle'));
  const width = Math.ceil(steps / mostPoints);
  const thin = (values: Float64Array): number[] =>
    Array.from({ length: Math.ceil(steps / width) }, (_, i) => mean(values.subarray(i * width, (i + 1) * width)));
  const known = (values: Float64Array): (number | null)[] =>
    thin(values).map((value) => (Number.isFinite(value) ? value : null));
  return {
    pool: entry.name,
    from,
    to: from + steps * stepMs,
    stepMs,
    warmUpMs: first * stepMs,
    missingShare: 1 - isRecorded.reduce((sum, is) => sum + is, 0) / steps,
    capacityPerReplica: o.capacity,
    sloWaitMs,
    pricePerReplicaHour: price,
    settings: { current: o.settings[0]!, other: o.settings[1]! },
    leftOut: leftOut(entry.config!),
    rows,
    series: {
      times: Array.from({ length: Math.ceil(steps / width) }, (_, i) => from + i * width * stepMs),
      demand: known(demand.map((rate, k) => (isRecorded[k] === 1 ? rate : Number.NaN))),
      recorded: known(had),
      current: thin(current.replicas),
      other: thin(other.replicas),
    },
  };
}

/** Of those that are numbers; NaN of none. */
function mean(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}
