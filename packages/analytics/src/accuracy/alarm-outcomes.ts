/**
 * Warnings before the problem, scored when the truth is known. A warning says "this will happen by `dueAt`"; later
 *   came      the problem happened: lead time = problem - warning
 *   not come  it was due, a slack has passed, and nothing happened
 *   missed    the problem happened without a warning
 * precision = came / (came + not come), recall = came / (came + missed). Old outcomes fade with a half life of 50.
 * A problem that lasts counts once; it is over when it is not seen at a `settle`.
 * Bad at: warnings that were heeded. What was averted looks like what would never have come.
 */
const fade = 0.986;
const mostOpen = 1_000;
const mostLeads = 64;
/** After the due time, this share of the warning's whole length is waited for, at least `leastSlackMs`. */
const slackShare = 0.5;
const leastSlackMs = 60_000;

export interface AlarmOutcomesState {
  readonly version: 1;
  readonly open: readonly (readonly [key: string, warnedAt: number, dueAt: number])[];
  readonly came: number;
  readonly notCome: number;
  readonly missed: number;
  readonly scored: number;
  readonly leadsMs: readonly number[];
}

export class AlarmOutcomes {
  readonly #open = new Map<string, { warnedAt: number; dueAt: number }>();
  #going = new Set<string>();
  #seen = new Set<string>();
  #came = 0;
  #notCome = 0;
  #missed = 0;
  #scored = 0;
  #leadsMs: number[] = [];

  /** A warning stands. The first one counts for the lead time, the newest for the due time; refused when 1,000 are open. */
  warn(key: string, at: number, dueAt: number): void {
    const known = this.#open.get(key);
    if (known !== undefined) known.dueAt = Math.max(known.dueAt, dueAt);
    else if (this.#open.size < mostOpen && !this.#going.has(key)) this.#open.set(key, { warnedAt: at, dueAt });
  }

  /** Whether a warning is open. */
  isWarned(key: string): boolean {
    return this.#open.has(key);
  }

  /** The problem is there. */
  happen(key: string, at: number): void {
    this.#seen.add(key);
    if (this.#going.has(key)) return;
    this.#going.add(key);
    const warning = this.#open.get(key);
    this.#open.delete(key);
    this.#fade();
    if (warning === undefined) {
      this.#missed++;
      return;
    }
    this.#came++;
    this.#leadsMs = [...this.#leadsMs, Math.max(0, at - warning.warnedAt)].slice(-mostLeads);
  }

  /** Once a round, after its warnings and problems: what was due long ago did not come. Gives the keys of those. */
  settle(now: number): string[] {
    this.#going = this.#seen;
    this.#seen = new Set();
    const over: string[] = [];
    for (const [key, { warnedAt, dueAt }] of this.#open) {
      if (now <= dueAt + Math.max(leastSlackMs, slackShare * (dueAt - warnedAt))) continue;
      this.#open.delete(key);
      this.#fade();
      this.#notCome++;
      over.push(key);
    }
    return over;
  }

  /** Shares are `null` before anything was scored. */
  stats(): {
    scored: number;
    precision: number | null;
    recall: number | null;
    leadMsMedian: number | null;
    open: number;
  } {
    const sorted = [...this.#leadsMs].sort((a, b) => a - b);
    const share = (part: number, rest: number) => (part + rest > 0 ? part / (part + rest) : null);
    return {
      scored: this.#scored,
      precision: share(this.#came, this.#notCome),
      recall: share(this.#came, this.#missed),
      leadMsMedian: sorted[sorted.length >> 1] ?? null,
      open: this.#open.size,
    };
  }

  toJSON(): AlarmOutcomesState {
    return {
      version: 1,
      open: [...this.#open].map(([key, { warnedAt, dueAt }]) => [key, warnedAt, dueAt] as const),
      came: this.#came,
      notCome: this.#notCome,
      missed: this.#missed,
      scored: this.#scored,
      leadsMs: this.#leadsMs,
    };
  }

  /** A fresh one when the state is not what `toJSON` wrote. */
  static fromJSON(state: unknown): AlarmOutcomes {
    const outcomes = new AlarmOutcomes();
    if (!isState(state)) return outcomes;
    for (const [key, warnedAt, dueAt] of state.open.slice(0, mostOpen)) outcomes.#open.set(key, { warnedAt, dueAt });
    outcomes.#came = state.came;
    outcomes.#notCome = state.notCome;
    outcomes.#missed = state.missed;
    outcomes.#scored = state.scored;
    outcomes.#leadsMs = state.leadsMs.slice(-mostLeads);
    return outcomes;
  }

  #fade(): void {
    this.#scored++;
    this.#came *= fade;
    this.#notCome *= fade;
    this.#missed *= fade;
  }
}

function isState(state: unknown): state is AlarmOutcomesState {
  if (typeof state !== 'object' || state === null) return false;
  const known = state as Record<string, unknown>;
  if (known['version'] !== 1 || !Array.isArray(known['open']) || !Array.isArray(known['leadsMs'])) return false;
  const isEntry = (each: unknown) =>
    Array.isArray(each) && typeof each[0] === 'string' && Number.isFinite(each[1]) && Number.isFinite(each[2]);
  return (
    ['came', 'notCome', 'missed', 'scored'].every((name) => Number.isFinite(known[name])) &&
    known['open'].every(isEntry) &&
    known['leadsMs'].every((each) => Number.isFinite(each))
  );
}
