// What of a pool a simulated plant can run. The plants measure rates, the queue and how busy replicas are; an objective on
// anything else would be a signal that never comes, which rightly keeps a real pool from giving anything back.
import type { PoolConfig } from '@jaegis/model';

/** In a plant a pool's saturation is how busy its replicas are. */
const utilizations: ReadonlySet<string> = new Set(['cpu_utilization', 'saturation']);
const measured: ReadonlySet<string> = new Set(['cpu_utilization', 'queue_length', 'request_rate']);

/** Whether a signal is a share of what a replica can do, 0..1. */
export function isUtilization(signal: string): boolean {
  return utilizations.has(signal);
}

/** The pool as a plant can run it, and in words what of it is left out there. */
export function simulable(pool: PoolConfig): { readonly pool: PoolConfig; readonly leftOut: readonly string[] } {
  const objectives = pool.objectives.map((each) =>
    utilizations.has(each.signal) ? { ...each, signal: 'cpu_utilization' } : each,
  );
  const leftOut = objectives
    .filter((each) => !measured.has(each.signal))
    .map((each) => `the objective on ${each.signal.replaceAll('_', ' ')}`);
  if (pool.cost?.budget_per_day !== undefined) leftOut.push('the budget of the day');
  return {
    pool: { ...pool, objectives: objectives.filter((each) => measured.has(each.signal)), mode: 'auto' },
    leftOut,
  };
}
