import { poolConfigSchema } from '@jaegis/model';
import { type BacktestRow, type Load, runBacktest, scalingConfig } from '@jaegis/scaling';
import { readTrace } from './scaling-traces.ts';

/** One trace at one start-up time; everything that is the same in every run of it. */
export interface ScalingCase {
  readonly folder: string;
  readonly trace: string;
  readonly startupS: number;
  /** At most so many of its first days. */
  readonly days: number;
}

export const stepS = 10;
export const capacityRps = 10;
const peakReplicas = 40;

/** The default policy, which does not know the trace, and every peer on it. */
export function runCase({ folder, trace, startupS, days }: ScalingCase): readonly BacktestRow[] {
  const whole = readTrace(folder, trace, { stepS, peakReplicas, capacityRps }).load;
  const load: Load = { ...whole, demand: whole.demand.slice(0, days * 8_640) };
  const pool = { name: 'p', replicas: { min: 1, max: 1_000 }, capacity: { requests_per_second: capacityRps } };
  const config = scalingConfig(poolConfigSchema.parse({ ...pool, startup: `${startupS}s` }), {
    intervalMs: stepS * 1_000,
  });
  const plant = { startupS, capacityRps, sloWaitS: 10, minReplicas: 1, maxReplicas: 1_000, drainS: 10 };
  return runBacktest(load, config, { plant, withHindsight: true }).rows;
}
