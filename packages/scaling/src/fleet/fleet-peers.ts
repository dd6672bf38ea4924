import { slidingMax, slidingMin } from '../backtest/peers/sliding.ts';
import type { FleetOptions, FleetSizer } from './fleet-plant.ts';
import type { Jobs } from './jobs.ts';

// What others run on a queue: the HorizontalPodAutoscaler on queue length per worker (an AverageValue, as KEDA sets it
// up): every 15 s ceil(queue / target), nothing within the tolerance of 0.1, up at most 100 % or 4 per 15 s, down to the
// highest recommendation of 300 s. `waiting` counts jobs that wait, `all` also those that run (what a broker calls
// unacknowledged). And the oracle, which knows when every job will come and keeps none waiting.

const syncS = 15;
const tolerance = 0.1;
const downWindowS = 300;

export function queueHpa(o: { target: number; counts: 'waiting' | 'all' }): FleetSizer {
  let nextSyncS = 0;
  let wanted = -1;
  let window: { at: number; desired: number }[] = [];
  let changes: { at: number; added: number }[] = [];
  return {
    name: `hpa-queue-${o.counts}`,
    size(seen) {
      const current = wanted < 0 ? seen.ready + seen.pending : wanted;
      wanted = current;
      if (seen.nowS < nextSyncS) return current;
      nextSyncS += syncS;
      const queue = seen.waiting + (o.counts === 'all' ? seen.running : 0);
      const ratio = queue / (o.target * Math.max(1, current));
      const raw = Math.abs(ratio - 1) <= tolerance ? current : Math.ceil(queue / o.target - 1e-9);
      window = window.filter((point) => seen.nowS - point.at < downWindowS && point.desired > raw);
      window.push({ at: seen.nowS, desired: raw });
      changes = changes.filter((change) => seen.nowS - change.at < syncS);
      if (raw > current) {
        const start = current - changes.reduce((sum, change) => sum + change.added, 0);
        wanted = Math.max(current, Math.min(raw, Math.max(2 * start, start + 4)));
        changes.push({ at: seen.nowS, added: wanted - current });
      } else if (raw < current) wanted = Math.min(current, window[0]!.desired);
      return wanted;
    },
  };
}

/** As many as jobs would run at once if none ever waited, kept over valleys shorter than a start. */
export function fleetOracle(jobs: Jobs, options: FleetOptions): FleetSizer {
  const { stepS, startupS, minReplicas } = options;
  const { arrivals, services } = jobs;
  const last = arrivals.reduce((most, at, i) => Math.max(most, at + services[i]!), 0);
  const size = Math.ceil(last / stepS) + 1;
  const need = new Float64Array(size).fill(minReplicas);
  const edges = new Int32Array(size + 1);
  for (let i = 0; i < arrivals.length; i++) {
    const from = Math.floor(arrivals[i]! / stepS);
    const to = Math.min(size - 1, Math.floor((arrivals[i]! + services[i]!) / stepS));
    edges[from] = edges[from]! + 1;
    edges[to + 1] = edges[to + 1]! - 1;
  }
  let at = 0;
  for (let k = 0; k < size; k++) {
    at += edges[k]!;
    need[k] = Math.max(minReplicas, at);
  }
  const steps = Math.round(startupS / stepS);
  const kept = slidingMin(slidingMax(need, { back: steps, ahead: 0 }), { back: 0, ahead: steps });
  const ordered = slidingMax(kept, { back: 0, ahead: steps });
  return { name: 'oracle', size: (seen) => ordered[Math.min(size - 1, seen.step)]! };
}
