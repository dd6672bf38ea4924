import type { Seen, Sizer } from '../plant.ts';

// The HorizontalPodAutoscaler v2 as its documentation describes it: every 15 s desired = ceil(ready x value / target),
// nothing within the tolerance of 0.1; replicas that are not ready yet count as using nothing on the way up, which must
// not turn its direction; up at most 100 % or 4 pods per 15 s, whichever is more; down only to the highest
// recommendation of 300 s. On `cpu` the value is clipped at full use, on `rate` (requests per second and replica) not.

export interface HpaOptions {
  /** Of one replica's capacity, 0..1. */
  readonly target: number;
  readonly on: 'cpu' | 'rate';
  readonly capacityRps: number;
}

const syncS = 15;
const tolerance = 0.1;
const downWindowS = 300;

export function hpa(options: HpaOptions): Sizer {
  const { target, on, capacityRps } = options;
  let nextSyncS = 0;
  let wanted = -1;
  // Recommendations of the window as a monotonic queue: highest first.
  let window: { at: number; desired: number }[] = [];
  let changes: { at: number; added: number }[] = [];

  function recommend(seen: Seen, current: number): number {
    if (seen.ready === 0) return current;
    const value = on === 'cpu' ? seen.utilization : seen.rateRps / (capacityRps * seen.ready);
    const ratio = value / target;
    if (seen.pending > 0 && ratio > 1) {
      const rescaled = (ratio * seen.ready) / current;
      if (rescaled <= 1 + tolerance) return current;
      return Math.ceil(rescaled * current - 1e-9);
    }
    if (Math.abs(ratio - 1) <= tolerance) return current;
    return Math.ceil(ratio * seen.ready - 1e-9);
  }

  return {
    name: `hpa-${on}`,
    size(seen) {
      const current = wanted < 0 ? seen.ready + seen.pending : wanted;
      wanted = current;
      if (seen.nowS < nextSyncS) return current;
      nextSyncS += syncS;
      const raw = recommend(seen, current);
      window = window.filter((point) => seen.nowS - point.at < downWindowS && point.desired > raw);
      window.push({ at: seen.nowS, desired: raw });
      changes = changes.filter((change) => seen.nowS - change.at < syncS);
      if (raw > current) {
        const start = current - changes.reduce((sum, change) => sum + change.added, 0);
        const most = Math.max(2 * start, start + 4);
        wanted = Math.max(current, Math.min(raw, most));
      } else if (raw < current) wanted = Math.min(current, window[0]!.desired);
      if (wanted > current) changes.push({ at: seen.nowS, added: wanted - current });
      return wanted;
    },
  };
}
