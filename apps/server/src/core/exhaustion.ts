import { type TimeToLimit, timeToLimit } from '@jaegis/analytics';
import type { Fleet } from './fleet.ts';
import { takenBy } from './quotas.ts';

/** One reading a minute, for a day at most: what fills in months is not said by hours of readings. */
const everyMs = 60_000;
const mostReadings = 1_440;
/** Quotas and pools with a budget are bounded by the configuration; the rest are three. */
const mostResources = 1_000;

interface Track {
  readonly times: number[];
  readonly values: number[];
  limit: number;
  found: TimeToLimit | null;
}

export interface Exhaustion {
  /** `series` is the store's limit of them, `quota` one of replicas that pools share. */
  readonly resource: 'disk' | 'memory' | 'series' | 'quota' | 'budget';
  /** Whose: a pool's or, for a quota, its own name; empty for this machine. */
  readonly pool: string;
  readonly used: number;
  readonly limit: number;
  /** Of the oldest reading, epoch milliseconds. */
  readonly since: number;
  readonly fills: TimeToLimit;
}

/** Readings of what can run out, and when it will. */
export class ExhaustionWatch {
  readonly #tracks = new Map<string, Track>();
  #readAt = 0;

  /** Every minute, whenever called. */
  read(fleet: Fleet, now: number): void {
    if (now - this.#readAt < everyMs) return;
    this.#readAt = now;
    const host = fleet.host?.host;
    const { totalBytes, freeBytes } = host?.disk ?? { totalBytes: null, freeBytes: null };
    if (totalBytes !== null && freeBytes !== null) this.#add('disk/', totalBytes - freeBytes, totalBytes, now);
    const memory = host?.memory;
    if (memory?.usedBytes != null && memory.totalBytes !== null)
      this.#add('memory/', memory.usedBytes, memory.totalBytes, now);
    const { series, seriesLimit } = fleet.store.stats();
    this.#add('series/', series, seriesLimit, now);
    for (const quota of fleet.config.quotas) {
      const used = quota.pools.reduce((sum, name) => sum + takenBy(fleet.pools.get(name)), 0);
      this.#add(`quota/${quota.name}`, used, quota.replicas, now);
    }
    for (const entry of fleet.pools.list()) {
      const cost = entry.config?.cost;
      if (cost?.budget_per_day === undefined || cost.per_replica_hour === undefined) continue;
      const spent = entry.usage.replicaHours * cost.per_replica_hour;
      this.#add(`budget/${entry.name}`, spent, cost.budget_per_day, now);
    }
  }

  /** What fills, soonest first. */
  list(): Exhaustion[] {
    const found: Exhaustion[] = [];
    for (const [key, { times, values, limit, found: fills }] of this.#tracks) {
      if (fills === null) continue;
      const slash = key.indexOf('/');
      const [resource, pool] = [key.slice(0, slash) as Exhaustion['resource'], key.slice(slash + 1)];
      found.push({ resource, pool, used: values.at(-1)!, limit, since: times[0]!, fills });
    }
    return found.sort((a, b) => a.fills.at - b.fills.at);
  }

  #add(key: string, value: number, limit: number, now: number): void {
    let track = this.#tracks.get(key);
    if (track === undefined) {
      if (this.#tracks.size >= mostResources) return;
      track = { times: [], values: [], limit, found: null };
      this.#tracks.set(key, track);
    }
    // A budget starts again at midnight, a disk was cleaned: what was before says nothing of what comes.
    if (value < 0.7 * (track.values.at(-1) ?? 0)) {
      track.times.length = 0;
      track.values.length = 0;
    }
    track.limit = limit;
    track.times.push(now);
    track.values.push(value);
    if (track.times.length > mostReadings) {
      track.times.shift();
      track.values.shift();
    }
    track.found = timeToLimit(track.times, track.values, limit);
  }
}
