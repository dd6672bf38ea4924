import type { SystemReport } from '@jaegis/model';
import type { MadeFleet } from './made-fleet.ts';

/** How much is watched, and what was found. */
export function madeDetection(fleet: MadeFleet, isEmpty: boolean): SystemReport['detection'] {
  const series = isEmpty ? 0 : fleet.agents.length * 50;
  return {
    rows: isEmpty ? 0 : fleet.agents.length * 14,
    microsecondsPerPoint: isEmpty ? null : 0.84,
    anomaliesOpen: fleet.pools.some((pool) => pool.isTroubled) ? 1 : 0,
    received: {
      series,
      seriesLimit: 1_000_000,
      warming: isEmpty ? 0 : 12,
      awaited: 0,
      refused: 0,
      shed: 0,
      anomaliesOpen: 0,
      toldLastHour: isEmpty ? 0 : 3,
      untold: 0,
      bytes: series * 293,
      delayMsP99: isEmpty ? null : 41,
    },
  };
}
