/**
 * What people say of alarms moves the thresholds of like series (the same signal in the same pool). Beyond its threshold an
 * anomaly's score is 1 - 0.05 * 2^-d, d being how many decades rarer the point is than the alarm budget asks for; feedback
 * sets the least d that may alarm:
 *   not an anomaly  +1 (must be ten times rarer),  missed something  -1,  useful  -0.25,  never below 0 nor above 4.
 * It fades to nothing with a half life of 30 days: a fleet changes.
 * Bad at: telling apart two reasons behind one signal; and it cannot go below the budget's own threshold.
 */
const most = 4;
const mostKeys = 2_000;
const halfLifeMs = 30 * 86_400_000;
const steps = { not_a_problem: 1, missed_something: -1, useful: -0.25, wrong_cause: 0 } as const;

export type AlarmVerdict = keyof typeof steps;

export class AlarmTuning {
  readonly #shifts = new Map<string, { decades: number; at: number }>();

  /** `signals` are those of the incident's anomalies, each with its pool. Refused when 2,000 kinds of series are known. */
  learn(
    signals: readonly { readonly pool: string; readonly signal: string }[],
    verdict: AlarmVerdict,
    now: number,
  ): void {
    for (const key of new Set(signals.map(keyOf))) {
      const decades = Math.min(Math.max(this.#at(key, now) + steps[verdict], 0), most);
      if (decades === 0) this.#shifts.delete(key);
      else if (this.#shifts.has(key) || this.#shifts.size < mostKeys) this.#shifts.set(key, { decades, at: now });
    }
  }

  /** The score from which on an anomaly of this series may alarm: 0.95 when nobody has said anything. */
  leastScore(series: { readonly pool: string; readonly signal: string }, now: number): number {
    return 1 - 0.05 * 2 ** -this.#at(keyOf(series), now);
  }

  /** Series whose threshold was moved, by how many decades. */
  list(now: number): { pool: string; signal: string; decades: number }[] {
    return [...this.#shifts.keys()].map((key) => {
      const slash = key.lastIndexOf('/');
      return { pool: key.slice(0, slash), signal: key.slice(slash + 1), decades: this.#at(key, now) };
    });
  }

  toJSON(): Record<string, { decades: number; at: number }> {
    return Object.fromEntries(this.#shifts);
  }

  /** What is not as `toJSON` wrote it is left out. */
  static fromJSON(state: unknown): AlarmTuning {
    const tuning = new AlarmTuning();
    if (typeof state !== 'object' || state === null) return tuning;
    for (const [key, value] of Object.entries(state as Record<string, { decades?: unknown; at?: unknown } | null>)) {
      const decades = value?.decades;
      const at = value?.at;
      if (typeof decades !== 'number' || typeof at !== 'number' || !(decades > 0 && decades <= most)) continue;
      if (tuning.#shifts.size < mostKeys) tuning.#shifts.set(key, { decades, at });
    }
    return tuning;
  }

  #at(key: string, now: number): number {
    const shift = this.#shifts.get(key);
    return shift === undefined ? 0 : shift.decades * 0.5 ** (Math.max(0, now - shift.at) / halfLifeMs);
  }
}

function keyOf({ pool, signal }: { readonly pool: string; readonly signal: string }): string {
  return `${pool}/${signal}`;
}
