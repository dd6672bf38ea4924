import type { TuningRecord } from '@jaegis/model';
import type { Fleet } from './fleet.ts';
import type { PoolEntry } from './pool-book.ts';

/** Says what was tuned or undone since `before`: log, timeline, counter; and keeps it over a restart. */
export function tellTuning(fleet: Fleet, entry: PoolEntry, before: readonly TuningRecord[], now: number): void {
  const { records } = entry.state.effect;
  if (records === before) return;
  const known = new Map(before.map((record) => [record.id, record.state]));
  for (const record of records) {
    if (known.get(record.id) === record.state) continue;
    const { parameter, from, to, reason, state, message, pool } = record;
    const what =
      state === 'trial'
        ? `${pool}: ${parameter} tuned from ${from} to ${to}`
        : `${pool}: ${parameter} ${state === 'kept' ? `stays at ${to}` : `is ${from} again`}`;
    const why = state === 'trial' ? reason : message;
    fleet.log.info({ pool, parameter, from, to, state }, `${what}: ${why}`);
    fleet.addFact({ at: now, pool, what, reason: why });
    fleet.selfMetrics.count('jaegis_scaling_tunings_total', { pool, parameter, state });
  }
  fleet.pools.save(entry);
}

/** Every change of a parameter, newest first. */
export function tuningRecords(fleet: Fleet, pool: string | undefined): TuningRecord[] {
  return fleet.pools
    .sized()
    .filter((entry) => pool === undefined || entry.name === pool)
    .flatMap((entry) => entry.state.effect.records)
    .sort((a, b) => b.at - a.at || b.id.localeCompare(a.id));
}
