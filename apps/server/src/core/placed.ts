import type { Decision } from '@jaegis/model';
import { place } from '@jaegis/scaling';
import type { ScaleOptions } from '@jaegis/targets';
import type { PoolEntry } from './pool-book.ts';

/** How many replicas of a pool run, or start, in each region. */
export function placedNow(entry: PoolEntry): Record<string, number> {
  const placed: Record<string, number> = {};
  for (const { place: found, state } of entry.observation?.instances ?? []) {
    const region = found?.region ?? null;
    if (region !== null && state !== 'draining') placed[region] = (placed[region] ?? 0) + 1;
  }
  return placed;
}

/** The same for the first order, before anything was decided. */
export function firstPlaces(entry: PoolEntry, replicas: number): Pick<ScaleOptions, 'regions' | 'zones'> {
  const zones = entry.scaling?.constraints.zones?.names;
  const rules = entry.scaling?.placement ?? null;
  return {
    ...(rules === null ? {} : { regions: place(rules, { replicas, current: placedNow(entry) }).regions }),
    ...(zones === undefined ? {} : { zones }),
  };
}

/** What an order says of places. */
export function placesOf(entry: PoolEntry, decision: Decision): Pick<ScaleOptions, 'regions' | 'zones'> {
  const zones = entry.scaling?.constraints.zones?.names;
  const regions = decision.placement?.regions;
  return { ...(regions == null ? {} : { regions }), ...(zones === undefined ? {} : { zones }) };
}
