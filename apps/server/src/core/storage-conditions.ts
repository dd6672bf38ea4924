import type { Condition } from './conditions.ts';
import type { Fleet } from './fleet.ts';

/** A hiccup of the disk is over by then. */
const patienceMs = 10_000;

/**
 * The disk that keeps metrics or metadata fails. Said from what the stores say themselves: a rule over our own metrics
 * could not, for those are not kept then either.
 */
export function storageConditions(fleet: Fleet): Condition[] {
  const error = storageErrorOf(fleet);
  if (error === '') return [];
  const { waiting } = fleet.metadata.stats();
  const kept = waiting === 0 ? '' : `; ${waiting} records of decisions, incidents and agents wait in memory`;
  return [
    {
      key: 'storage',
      kind: 'storage_failed',
      severity: 'critical',
      pool: 'jaegis',
      agent: null,
      signal: null,
      summary: /ENOSPC|full/i.test(error) ? 'The disk of JAEGIS is full' : 'The disk of JAEGIS fails',
      reason: `${error}; samples are refused with 503 and senders repeat them for a while${kept}; free some space below ${fleet.options.data_dir}`,
      forMs: patienceMs,
    },
  ];
}

/** The last failure of the disk, empty while it works. */
export function storageErrorOf(fleet: Fleet): string {
  return fleet.store.stats().storageError || fleet.metadata.stats().error;
}
