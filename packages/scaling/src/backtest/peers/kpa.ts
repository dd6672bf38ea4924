import type { Sizer } from '../plant.ts';

// Knative's pod autoscaler as its documentation and its autoscaler's description say it: desired = ceil(average over the
// stable window of 60 s / target); when the panic window of 6 s (here: the newest step) asks for twice what is ready, it
// panics: for 60 s it takes the higher of both and never goes down. Scale-up at most 1000 x, scale-down at most by half
// of what is ready at once. On `concurrency` (its default) the measure is requests in service and waiting, with one
// request at a time in a replica; on `rps` it is arrivals.

export interface KpaOptions {
  /** Of one replica's capacity, 0..1. */
  readonly target: number;
  readonly on: 'concurrency' | 'rps';
  readonly capacityRps: number;
  readonly stepS: number;
}

const stableWindowS = 60;
const panicThreshold = 2;
const maxScaleUp = 1_000;
const maxScaleDown = 2;

export function kpa(options: KpaOptions): Sizer {
  const { target, on, capacityRps, stepS } = options;
  const size = Math.max(1, Math.round(stableWindowS / stepS));
  const window = new Float64Array(size);
  let filled = 0;
  let sum = 0;
  let panicUntilS = -1;
  let mostInPanic = 0;
  return {
    name: `kpa-${on}`,
    size(seen) {
      const busy = on === 'rps' ? seen.rateRps / capacityRps : seen.utilization * seen.ready + seen.queue;
      const slot = seen.step % size;
      sum += busy - window[slot]!;
      window[slot] = busy;
      filled = Math.min(size, filled + 1);
      const ready = Math.max(1, seen.ready);
      const bound = (n: number): number =>
        Math.min(Math.max(n, Math.floor(ready / maxScaleDown)), Math.ceil(maxScaleUp * ready));
      const stable = bound(Math.ceil(sum / filled / target - 1e-9));
      const panic = Math.ceil(busy / target - 1e-9);
      if (panic / ready >= panicThreshold) {
        if (panicUntilS < seen.nowS) mostInPanic = 0;
        panicUntilS = seen.nowS + stableWindowS;
      }
      if (panicUntilS < seen.nowS) return stable;
      mostInPanic = Math.max(mostInPanic, stable, bound(panic));
      return mostInPanic;
    },
  };
}
