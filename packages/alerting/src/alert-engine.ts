/**
 * Conditions become alerts: pending until they have held for `for`, firing until they have been gone for
 * `resolve_after` (Prometheus' `for` and `keep_firing_for`). An alert that keeps coming back is held longer each time, up
 * to eight times `resolve_after`, so that a flapping condition is one alert and not ten. Ids are made from the
 * condition's key and the time it began: the same after a restart.
 */
import type { Alert, AlertingConfig } from '@jaegis/model';
import type { AlertCondition } from './alert-condition.ts';
import { fingerprint } from './fingerprint.ts';

export interface AlertEngineOptions extends Pick<AlertingConfig, 'for' | 'resolve_after'> {
  /** Most alerts pending or firing at once; a further one is refused and counted. */
  readonly maxAlerts?: number;
}

interface Tracked {
  alert: Alert;
  /** `null` after a restore, until the first evaluation. */
  trueAt: number | null;
  holdMs: number;
}

const flapWindowMs = 1_800_000;
const flapMemory = 10_000;

export class AlertEngine {
  readonly #o: Required<AlertEngineOptions>;
  readonly #tracked = new Map<string, Tracked>();
  // When the alerts of a key lately ended.
  readonly #ends = new Map<string, number[]>();
  #refused = 0;

  constructor(config: AlertEngineOptions) {
    this.#o = { ...config, maxAlerts: config.maxAlerts ?? 5_000 };
  }

  /**
   * Takes everything that is true at `now` and returns the alerts whose state or severity changed. A pending alert
   * whose condition went away comes back once as `inactive`. Of alerts that are `unknown` nobody can say yet whether
   * they are true: they stay as they are.
   */
  evaluate(
    conditions: readonly AlertCondition[],
    now: number,
    unknown: (alert: Alert) => boolean = () => false,
  ): Alert[] {
    const changed: Alert[] = [];
    const present = new Set<string>();
    for (const condition of conditions) {
      const mark = fingerprint(condition.key);
      if (present.has(mark)) continue;
      const alert = this.#hold(mark, condition, now);
      if (alert !== undefined) changed.push(alert);
      present.add(mark);
    }
    for (const [mark, tracked] of this.#tracked) {
      if (present.has(mark) || unknown(tracked.alert)) continue;
      const alert = this.#miss(mark, tracked, now);
      if (alert !== undefined) changed.push(alert);
    }
    return changed;
  }

  /** Pending and firing, oldest first, with the newest words for each. */
  active(): Alert[] {
    return [...this.#tracked.values()].map(({ alert }) => alert).sort((a, b) => a.activeAt - b.activeAt);
  }

  get(id: string): Alert | undefined {
    const tracked = this.#tracked.get(markOf(id));
    return tracked?.alert.id === id ? tracked.alert : undefined;
  }

  /** Notes to which incident an alert belongs; the alert as it is now, or `undefined` when it is over. */
  assign(id: string, incident: string): Alert | undefined {
    const tracked = this.#tracked.get(markOf(id));
    if (tracked?.alert.id !== id) return undefined;
    tracked.alert = { ...tracked.alert, incident };
    return tracked.alert;
  }

  /** After a restart: those that were pending or firing go on, and have `resolve_after` to be seen again. */
  restore(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      if (alert.state !== 'pending' && alert.state !== 'firing') continue;
      if (this.#tracked.size >= this.#o.maxAlerts) {
        this.#refused++;
        continue;
      }
      this.#tracked.set(markOf(alert.id), { alert, trueAt: null, holdMs: this.#o.resolve_after });
    }
  }

  /** Conditions that found no room. */
  get refused(): number {
    return this.#refused;
  }

  #hold(mark: string, condition: AlertCondition, now: number): Alert | undefined {
    const forMs = condition.forMs ?? this.#o.for;
    const known = this.#tracked.get(mark);
    if (known === undefined) return this.#begin(mark, condition, { now, forMs });
    const before = known.alert;
    known.trueAt = now;
    const fires = before.state === 'pending' && now - before.activeAt >= forMs;
    const alert = { ...before, ...wordsOf(condition, this.#endsOf(mark, now)) };
    known.alert = fires ? { ...alert, state: 'firing', firedAt: now } : alert;
    return fires || before.severity !== condition.severity ? known.alert : undefined;
  }

  #begin(mark: string, condition: AlertCondition, o: { now: number; forMs: number }): Alert | undefined {
    if (this.#tracked.size >= this.#o.maxAlerts) {
      this.#refused++;
      return undefined;
    }
    const { now, forMs } = o;
    const ends = this.#endsOf(mark, now);
    const alert: Alert = {
      id: `alert-${mark}-${Math.floor(now).toString(36)}`,
      state: forMs <= 0 ? 'firing' : 'pending',
      activeAt: now,
      firedAt: forMs <= 0 ? now : null,
      resolvedAt: null,
      incident: null,
      ...wordsOf(condition, ends),
    };
    // Once or twice is life; the third time in half an hour is a flap.
    const holdMs = this.#o.resolve_after * (ends < 2 ? 1 : 2 ** Math.min(3, ends - 1));
    this.#tracked.set(mark, { alert, trueAt: now, holdMs });
    return alert;
  }

  #miss(mark: string, tracked: Tracked, now: number): Alert | undefined {
    const { alert } = tracked;
    if (alert.state === 'pending') {
      this.#tracked.delete(mark);
      return { ...alert, state: 'inactive', resolvedAt: now };
    }
    // A clock that was set back must not make an alert immortal.
    if (tracked.trueAt === null || tracked.trueAt > now) tracked.trueAt = now;
    if (now - tracked.trueAt < tracked.holdMs) return undefined;
    this.#tracked.delete(mark);
    const ends = this.#ends.get(mark) ?? [];
    this.#ends.delete(mark);
    if (this.#ends.size >= flapMemory) this.#ends.delete(this.#ends.keys().next().value!);
    this.#ends.set(mark, [...ends.slice(-9), now]);
    return { ...alert, state: 'resolved', resolvedAt: now };
  }

  #endsOf(mark: string, now: number): number {
    return this.#ends.get(mark)?.filter((at) => at <= now && now - at <= flapWindowMs).length ?? 0;
  }
}

function wordsOf(condition: AlertCondition, ends: number) {
  const { kind, severity, pool, agent, signal, summary } = condition;
  const flaps = ends >= 2 ? ` (came back ${ends} times in the last 30 min)` : '';
  const reason = `${condition.reason}${flaps}`;
  const numbers = { value: condition.value ?? null, expected: condition.expected ?? null };
  const labels = condition.labels ?? {};
  const annotations = condition.annotations === undefined ? {} : { annotations: condition.annotations };
  return { kind, severity, pool, agent, signal, summary, reason, labels, ...annotations, ...numbers };
}

/** `alert-MARK-TIME`. */
function markOf(id: string): string {
  return id.split('-')[1] ?? '';
}
