import type { Load } from './load.ts';
import { type Measures, measureCost } from './measures.ts';
import { hpa } from './peers/hpa.ts';
import { kpa } from './peers/kpa.ts';
import { type PlantOptions, runPlant, type Sizer } from './plant.ts';

// The strongest form of a reactive peer: its target is chosen after the fact, the one that needs the fewest
// replica-hours while at most 0.5 % of the requests violate. Nobody who has to choose a target beforehand does better.

export interface Hindsight {
  readonly peer: string;
  readonly target: number;
  readonly measures: Pick<Measures, 'replicaHours' | 'violationsPercent'>;
}

export const allowedPercent = 0.5;
// From the leanest down: once three in a row meet the objective at more and more cost, no lower one is cheaper.
const coarse = Array.from({ length: 20 }, (_, i) => (105 - 5 * i) / 100);
const enoughWorse = 3;

/** The cheapest target of one peer that meets the objective; `null` when none does. */
function bestTarget(load: Load, options: PlantOptions, make: (target: number) => Sizer): Hindsight | null {
  let best: Hindsight | null = null;
  const tried = new Set<number>();
  const meets = new Set<number>();
  const met = (target: number): boolean => meets.has(target);
  const attempt = (target: number): void => {
    if (target <= 0 || tried.has(target)) return;
    tried.add(target);
    const sizer = make(target);
    const measures = measureCost(runPlant(load, sizer, options));
    if (measures.violationsPercent > allowedPercent) return;
    meets.add(target);
    if (best === null || measures.replicaHours < best.measures.replicaHours)
      best = { peer: sizer.name, target, measures };
  };
  let worse = 0;
  for (const target of coarse) {
    const last = best as Hindsight | null;
    attempt(target);
    if (last !== null && best === last && met(target)) worse++;
    else if (best !== last) worse = 0;
    if (worse >= enoughWorse) break;
  }
  const found = best as Hindsight | null;
  if (found !== null)
    for (const by of [-0.04, -0.03, -0.02, -0.01, 0.01, 0.02, 0.03, 0.04]) attempt(round(found.target + by));
  return best;
}

function round(target: number): number {
  return Math.round(target * 100) / 100;
}

/** The best of each reactive peer, by name of the peer. */
export function hindsightPeers(load: Load, options: PlantOptions): Readonly<Record<string, Hindsight | null>> {
  const { capacityRps } = options;
  const { stepS } = load;
  return {
    'hpa-cpu': bestTarget(load, options, (target) => hpa({ target, on: 'cpu', capacityRps })),
    'hpa-rate': bestTarget(load, options, (target) => hpa({ target, on: 'rate', capacityRps })),
    'kpa-rps': bestTarget(load, options, (target) => kpa({ target, on: 'rps', capacityRps, stepS })),
    'kpa-concurrency': bestTarget(load, options, (target) => kpa({ target, on: 'concurrency', capacityRps, stepS })),
  };
}
