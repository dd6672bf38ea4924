/**
 * What people say of alarms moves the thresholds of like series (the same signal in the same pool). A point is d decades rarer
 * than the alarm budget asks for (alarm-budget.ts: beyond the threshold its score is 1 - 0.05 * 2^-d); feedback sets the least
 * d that may alarm:
 *   not an anomaly  +1 (must be ten times rarer),  missed something  -1,  useful  towards 0 by 0.25,  within -2 and 4.
 * It fades to nothing with a half life of 30 days: a fleet changes.
 * Bad at: telling apart two reasons behind one signal. Below 0 it spends more than the alarm budget, as it was asked to.
 */
import { alarmSurprise, scoreOf } from '../detect/alarm-budget.ts';

const most = 4;
const least = -2;
const mostKeys = 2_000;
const halfLifeMs = 30 * 86_400_000;
const usefulStep = 0.25;
const steps = { not_a_problem: 1, missed_something: -1, useful: 0, wrong_cause: 0 } as const;

const usualAlarmAt = alarmSurprise(5_000);

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
      const before = this.#at(key, now);
      const towardsZero = verdict === 'useful' ? Math.sign(before) * Math.min(usefulStep, Math.abs(before)) : 0;
      const decades = Math.min(Math.max(before + steps[verdict] - towardsZero, least), most);
      if (decades === 0) this.#shifts.delete(key);
      else if (this.#shifts.has(key) || this.#shifts.size < mostKeys) this.#shifts.set(key, { decades, at: now });
    }
  }

  /**
   * The score from which on a point of this series may alarm: 0.95 when nobody has said anything. `alarmAt` is the surprise
   * at which it alarms then; that of a series with a value every 5 s when left out.
   */
  leastScore(series: { readonly pool: string; readonly signal: string }, now: number, alarmAt = usualAlarmAt): number {
    return scoreOf(alarmAt + this.#at(keyOf(series), now), alarmAt);
  }

  /** Whether a threshold was lowered: points below the budget's own may alarm. */
  get hasLowered(): boolean {
    for (const { decades } of this.#shifts.values()) if (decades < 0) return true;
    return false;
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
      if (typeof decades !== 'number' || typeof at !== 'number') continue;
      if (!(decades >= least && decades <= most) || decades === 0) continue;
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
