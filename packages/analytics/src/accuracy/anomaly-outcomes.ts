/**
 * Single anomalies, scored by the company they keep. An anomaly says that something is out of the ordinary, which nobody can
 * prove; but where it matters, something else says so too: an alert of its pool that fires at some time from `beforeMs` before
 * it to `afterMs` after it. The same is asked of the stretch an hour earlier, in which no anomaly was meant: that is how often
 * chance gives company. Shares fade with a half life of 50 anomalies.
 * Bad at: pools in which nothing but anomalies can speak up; alone is not false.
 */
const beforeMs = 300_000;
const afterMs = 900_000;
const controlMs = 3_600_000;
const fade = 0.986;
const mostOpen = 2_000;
const mostPools = 2_000;
/** A pool whose alert was not seen for so long has none: rounds come every few seconds. */
const gapMs = 60_000;

/** Of our own signals (`own`) or of series that came in (`received`). */
export type AnomalySource = 'own' | 'received';

interface Tally {
  scored: number;
  company: number;
  alone: number;
  /** Of the stretches an hour earlier: how many there were, and had an alert. */
  controls: number;
  chance: number;
}

export interface AnomalyOutcomeStats {
  /** Whose outcome is known, since the beginning. */
  readonly scored: number;
  /** Faded shares of anomalies, and of stretches an hour earlier, with an alert; `null` before the first. */
  readonly company: number | null;
  readonly chance: number | null;
  /** Waiting for their outcome. */
  readonly open: number;
}

const sources: readonly AnomalySource[] = ['own', 'received'];

export class AnomalyOutcomes {
  readonly #since: number;
  readonly #open = new Map<string, { readonly pool: string; readonly at: number; readonly source: AnomalySource }>();
  /** When an alert of a pool fired: stretches, newest last. */
  readonly #trouble = new Map<string, { from: number; to: number }[]>();
  readonly #tallies: Record<AnomalySource, Tally> = { own: emptyTally(), received: emptyTally() };
  #settledAt = Number.NEGATIVE_INFINITY;
  #refused = 0;

  /** Alerts are told from `since` on: of what was before, nothing is known. */
  constructor(since: number) {
    this.#since = since;
  }

  /** Anomalies that were not scored, because too many were open. */
  get refused(): number {
    return this.#refused;
  }

  /** An anomaly began at `at`; told again, nothing changes. Without a pool it is in nobody's company, and not scored. */
  tell(id: string, anomaly: { readonly pool: string; readonly at: number; readonly source: AnomalySource }): void {
    if (anomaly.pool === '' || this.#open.has(id) || anomaly.at + afterMs <= this.#settledAt) return;
    if (this.#open.size >= mostOpen) this.#refused++;
    else this.#open.set(id, anomaly);
  }

  /** Every few seconds: the pools of which an alert fires now, alerts about anomalies left out. */
  see(pools: Iterable<string>, now: number): void {
    for (const pool of pools) {
      const known = this.#trouble.get(pool);
      const last = known?.at(-1);
      if (last !== undefined && now - last.to <= gapMs) last.to = now;
      else if (known !== undefined) known.push({ from: now, to: now });
      else if (this.#trouble.size < mostPools) this.#trouble.set(pool, [{ from: now, to: now }]);
    }
    this.#settle(now);
  }

  stats(source: AnomalySource): AnomalyOutcomeStats {
    const { scored, company, alone, controls, chance } = this.#tallies[source];
    return {
      scored,
      company: company + alone > 0 ? company / (company + alone) : null,
      chance: controls > 0 ? chance / controls : null,
      open: [...this.#open.values()].filter((each) => each.source === source).length,
    };
  }

  /** What was scored; what is open begins anew after a restart, for who fired meanwhile is not known. */
  toJSON(): { readonly version: 1; readonly tallies: Readonly<Record<AnomalySource, Readonly<Tally>>> } {
    return { version: 1, tallies: this.#tallies };
  }

  /** A fresh one when the state is not what `toJSON` wrote. */
  static fromJSON(state: unknown, since: number): AnomalyOutcomes {
    const outcomes = new AnomalyOutcomes(since);
    const known = state as { version?: unknown; tallies?: Record<string, unknown> } | null | undefined;
    if (known?.version !== 1) return outcomes;
    for (const source of sources) {
      const tally = known.tallies?.[source];
      if (isTally(tally)) outcomes.#tallies[source] = { ...tally };
    }
    return outcomes;
  }

  #settle(now: number): void {
    this.#settledAt = now;
    for (const [id, { pool, at, source }] of this.#open) {
      if (now < at + afterMs) continue;
      this.#open.delete(id);
      const tally = this.#tallies[source];
      tally.scored++;
      tally.company *= fade;
      tally.alone *= fade;
      if (this.#isTroubled(pool, at)) tally.company++;
      else tally.alone++;
      if (at - controlMs - beforeMs < this.#since) continue;
      tally.controls = fade * tally.controls + 1;
      tally.chance = fade * tally.chance + Number(this.#isTroubled(pool, at - controlMs));
    }
    const forgotten = now - controlMs - beforeMs - afterMs - gapMs;
    for (const [pool, stretches] of this.#trouble) {
      while (stretches.length > 0 && stretches[0]!.to < forgotten) stretches.shift();
      if (stretches.length === 0) this.#trouble.delete(pool);
    }
  }

  #isTroubled(pool: string, at: number): boolean {
    const stretches = this.#trouble.get(pool) ?? [];
    return stretches.some(({ from, to }) => to >= at - beforeMs && from <= at + afterMs);
  }
}

function emptyTally(): Tally {
  return { scored: 0, company: 0, alone: 0, controls: 0, chance: 0 };
}

function isTally(value: unknown): value is Tally {
  if (typeof value !== 'object' || value === null) return false;
  const known = value as Record<string, unknown>;
  return Object.keys(emptyTally()).every((name) => Number.isFinite(known[name]) && (known[name] as number) >= 0);
}
