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

/** A network that has learned once; in an empty fleet, one that waits. */
export function madeNetwork(
  fleet: MadeFleet,
  { isEmpty, now }: { isEmpty: boolean; now: number },
): SystemReport['network'] {
  const [first] = fleet.pools;
  const pool = first?.name ?? '';
  return {
    state: isEmpty ? 'waiting' : 'trained',
    nextAt: now + (isEmpty ? 420_000 : 3 * 3_600_000),
    needed: 480,
    longest: first === undefined ? null : { pool, points: isEmpty ? 31 : 1_920, stepMs: 15_000 },
    last: isEmpty ? null : { trainedAt: now - 3 * 3_600_000, series: 14, trainings: 2, loss: 0.86, firstLoss: 0.91 },
    shares: isEmpty ? [] : [{ pool, signal: 'request_rate', reach: 'hour', share: 0.14 }],
    error: '',
  };
}
