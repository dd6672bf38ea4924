import type { Load } from '../load.ts';
import type { PlantOptions, Sizer } from '../plant.ts';
import { slidingMax, slidingMin } from './sliding.ts';

// Knows the future and lets nobody wait: need = ceil(demand / capacity) in every step. A replica is kept over a valley
// that is shorter than the start-up and drain time it would be paid for anew (a morphological closing of the need), and
// ordered one start-up time before it is needed. Least replica-hours of all policies that never use the queue.

export function oracle(load: Load, options: PlantOptions): Sizer {
  const { demand, stepS } = load;
  const startSteps = Math.max(0, Math.round(options.startupS / stepS));
  const drainSteps = Math.max(0, Math.round(options.drainS / stepS));
  const need = demand.map((rate) => Math.max(options.minReplicas, Math.ceil(rate / options.capacityRps - 1e-9)));
  // Levels of the pool at its start are there already: nothing has to be ordered for them.
  const gap = startSteps + drainSteps;
  const kept = slidingMin(slidingMax(need, { back: gap, ahead: 0 }), { back: 0, ahead: gap });
  const ordered = slidingMax(kept, { back: 0, ahead: startSteps });
  return { name: 'oracle', size: (seen) => ordered[seen.step]! };
}

/** As many as the highest step needs, all the time. */
export function staticPeak(load: Load, options: PlantOptions): Sizer {
  let peak = options.minReplicas;
  for (const rate of load.demand) peak = Math.max(peak, Math.ceil(rate / options.capacityRps - 1e-9));
  return { name: 'static', size: () => peak };
}
