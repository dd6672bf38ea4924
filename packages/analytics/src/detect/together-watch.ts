/**
 * When anomalies of series nobody knows the meaning of are worth an alarm: when many come together. The size of what is wrong
 * in a pool is the most metrics that one agent has strange at once, or the most agents that one metric is strange of, whichever
 * is more. From the first strange series until a minute without one is an episode. What a pool's episodes were like (how many a
 * week, and their mean peak 1 + m) says how large one must be to keep to the alarm budget, with peaks taken as geometric:
 *   episodes a week * (m / (1 + m)) ^ (size - 1) <= false alarms allowed, and 3 at least.
 * A larger one counts as one of just that size, so that one fault does not deafen and a pool that alarms for nothing calms
 * itself within some alarms. Pools that begin within two minutes of each other are one alarm: a deploy that shifts ten
 * thousand series of twenty pools is one thing. Bad at: a fault that shows in one or two metrics of one agent only.
 */
import type { Anomaly } from '@jaegis/model';
import { falseAlarmsPerAgentWeek } from './alarm-budget.ts';

const leastSize = 3;
const mostSize = 200;
const weekMs = 7 * 86_400_000;
const calmMs = 60_000;
const joinMs = 120_000;
/** What a pool is believed to be like before anything is known of it: one episode a week, every third of two. */
const firstEpisodes = 1;
const firstWeeks = 1;
const firstExcess = 0.5;
const halfLifeWeeks = 4;
const mostPools = 2_000;

/** Many series of one pool, or of several, that are strange together. */
export interface TogetherAlarm {
  /** The pool in which it was seen first: it names the alarm. */
  readonly pool: string;
  readonly since: number;
  /** Pools that are strange now, the one with the most series first. */
  readonly pools: readonly string[];
  readonly series: number;
  /** Strange metrics, the one with the most series first. */
  readonly metrics: readonly string[];
  /** Their agents, as far as they are known. */
  readonly agents: readonly string[];
  /** The worst of them. */
  readonly worst: Anomaly;
}

interface PoolState {
  /** Episodes and the sum of their peaks less one, faded; over so many weeks, faded. */
  episodes: number;
  excess: number;
  weeks: number;
  fadedAt: number;
  peak: number;
  strangeAt: number;
  isAlarming: boolean;
}

interface Strange {
  readonly anomalies: Anomaly[];
  readonly size: number;
}

export class TogetherWatch {
  readonly #budget: number;
  readonly #pools = new Map<string, PoolState>();
  #alarms: { readonly pool: string; readonly since: number; joinedAt: number; readonly members: Set<string> }[] = [];
  #refused = 0;

  /** `allowed`: false alarms a week that a pool may cost. */
  constructor(allowed: number = falseAlarmsPerAgentWeek) {
    this.#budget = allowed;
  }

  /** Takes all anomalies that are strange at this moment; gives what is worth an alarm. Call it every few seconds. */
  look(anomalies: readonly Anomaly[], now: number): TogetherAlarm[] {
    const strange = strangeByPool(anomalies);
    for (const [pool, { size }] of strange) this.#note(pool, size, now);
    for (const [pool, state] of this.#pools) {
      if (strange.has(pool)) continue;
      state.isAlarming = false;
      if (state.peak > 0 && now - state.strangeAt >= calmMs) this.#endEpisode(state, this.sizeOf(pool), now);
    }
    return this.#alarming(strange, now);
  }

  /** How large an episode of this pool must be to alarm. */
  sizeOf(pool: string): number {
    const state = this.#pools.get(pool);
    const episodes = (state?.episodes ?? 0) + firstEpisodes;
    const perWeek = episodes / ((state?.weeks ?? 0) + firstWeeks);
    const excess = ((state?.excess ?? 0) + firstExcess) / episodes;
    const size = 1 + Math.log(perWeek / this.#budget) / Math.log((1 + excess) / excess);
    return Math.min(Math.max(Math.ceil(size), leastSize), mostSize);
  }

  /** Pools that there was no room for. */
  get refused(): number {
    return this.#refused;
  }

  toJSON(): Record<string, readonly [episodes: number, excess: number, weeks: number, at: number]> {
    return Object.fromEntries(
      [...this.#pools].map(([pool, { episodes, excess, weeks, fadedAt }]) => [
        pool,
        [episodes, excess, weeks, fadedAt],
      ]),
    );
  }

  /** Takes back what `toJSON` gave; what is not as it wrote it is left out. */
  restore(state: unknown): void {
    if (typeof state !== 'object' || state === null) return;
    for (const [pool, kept] of Object.entries(state)) {
      const numbers: unknown[] = Array.isArray(kept) ? kept : [];
      if (numbers.length !== 4 || !numbers.every((each) => typeof each === 'number' && each >= 0)) continue;
      const [episodes, excess, weeks, fadedAt] = numbers as [number, number, number, number];
      if (this.#pools.size < mostPools) this.#pools.set(pool, { ...fresh(fadedAt), episodes, excess, weeks });
    }
  }

  #note(pool: string, size: number, now: number): void {
    let state = this.#pools.get(pool);
    if (state === undefined) {
      if (this.#pools.size >= mostPools) {
        this.#refused++;
        return;
      }
      state = fresh(now);
      this.#pools.set(pool, state);
    }
    state.strangeAt = now;
    state.peak = Math.max(state.peak, size);
    const wanted = this.sizeOf(pool);
    // It is over when half of it is gone: at the edge it would flap.
    state.isAlarming = size >= (state.isAlarming ? Math.max(2, wanted / 2) : wanted);
  }

  #endEpisode(state: PoolState, mostPeak: number, now: number): void {
    const weeks = Math.max(0, now - state.fadedAt) / weekMs;
    const fade = 0.5 ** (weeks / halfLifeWeeks);
    state.episodes = state.episodes * fade + 1;
    state.excess = state.excess * fade + Math.min(state.peak, mostPeak) - 1;
    state.weeks = state.weeks * fade + weeks;
    state.fadedAt = now;
    state.peak = 0;
  }

  #alarming(strange: ReadonlyMap<string, Strange>, now: number): TogetherAlarm[] {
    const told = new Set(this.#alarms.flatMap((alarm) => [...alarm.members]));
    for (const pool of strange.keys()) {
      if (this.#pools.get(pool)?.isAlarming !== true || told.has(pool)) continue;
      const near = this.#alarms.find((alarm) => now - alarm.joinedAt <= joinMs);
      if (near === undefined) this.#alarms.push({ pool, since: now, joinedAt: now, members: new Set([pool]) });
      else {
        near.members.add(pool);
        near.joinedAt = now;
      }
    }
    const alarms: TogetherAlarm[] = [];
    for (const { pool, since, members } of this.#alarms) {
      for (const member of members) if (this.#pools.get(member)?.isAlarming !== true) members.delete(member);
      const own = [...members].flatMap((member) => strange.get(member) ?? []);
      if (own.length > 0) alarms.push(describe(pool, since, own));
    }
    this.#alarms = this.#alarms.filter(({ members }) => members.size > 0);
    return alarms;
  }
}

function fresh(now: number): PoolState {
  return { episodes: 0, excess: 0, weeks: 0, fadedAt: now, peak: 0, strangeAt: now, isAlarming: false };
}

function strangeByPool(open: readonly Anomaly[]): Map<string, Strange> {
  const byPool = new Map<string, Anomaly[]>();
  for (const anomaly of open) {
    const known = byPool.get(anomaly.pool);
    if (known === undefined) byPool.set(anomaly.pool, [anomaly]);
    else known.push(anomaly);
  }
  return new Map([...byPool].map(([pool, anomalies]) => [pool, { anomalies, size: sizeOf(anomalies) }]));
}

function sizeOf(anomalies: readonly Anomaly[]): number {
  const metricsOf = new Map<string, Set<string>>();
  const agentsOf = new Map<string, Set<string>>();
  let size = 0;
  const put = (sets: Map<string, Set<string>>, key: string, value: string) => {
    const set = sets.get(key) ?? new Set();
    sets.set(key, set.add(value));
    size = Math.max(size, set.size);
  };
  for (const { agent, series, signal } of anomalies) {
    const who = agent ?? series['instance'] ?? '';
    put(metricsOf, who, signal);
    put(agentsOf, signal, who);
  }
  return size;
}

function describe(pool: string, since: number, strange: readonly Strange[]): TogetherAlarm {
  const anomalies = strange.flatMap((each) => each.anomalies);
  return {
    pool,
    since,
    pools: byCount(anomalies.map((each) => each.pool)),
    series: anomalies.length,
    metrics: byCount(anomalies.map(({ signal }) => signal)),
    agents: byCount(anomalies.flatMap(({ agent }) => agent ?? [])),
    worst: anomalies.reduce((a, b) => (b.score > a.score ? b : a)),
  };
}

/** Each once, the most frequent first. */
function byCount(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
}
