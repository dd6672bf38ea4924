/**
 * Alerts that others post (Prometheus, to us as its Alertmanager): known by their labels, firing until the end they name,
 * or for a while after they were last posted when they name none. Bounded: what finds no room is counted.
 */
import type { Labels } from '@jaegis/model';

export interface PostedAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
}

export interface GivenAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt?: number | undefined;
  readonly endsAt?: number | undefined;
}

export class PostedAlerts {
  readonly #alerts = new Map<string, PostedAlert>();
  readonly #max: number;
  readonly #resolveAfterMs: number;
  #refused = 0;

  constructor(options: { readonly maxAlerts?: number; readonly resolveAfterMs?: number } = {}) {
    this.#max = options.maxAlerts ?? 5_000;
    this.#resolveAfterMs = options.resolveAfterMs ?? 300_000;
  }

  /** Gives false when there is no room for a further one. */
  post(given: GivenAlert, now: number): boolean {
    const key = postedKey(given.labels);
    const endsAt = given.endsAt ?? now + this.#resolveAfterMs;
    if (endsAt <= now) {
      this.#alerts.delete(key);
      return true;
    }
    const before = this.#alerts.get(key);
    if (before === undefined && this.#alerts.size >= this.#max) {
      this.active(now);
      if (this.#alerts.size >= this.#max) {
        this.#refused++;
        return false;
      }
    }
    const startsAt = Math.min(given.startsAt ?? now, before?.startsAt ?? now);
    this.#alerts.set(key, { labels: given.labels, annotations: given.annotations, startsAt, endsAt });
    return true;
  }

  /** Those that fire; what has ended is forgotten. */
  active(now: number): readonly PostedAlert[] {
    for (const [key, { endsAt }] of this.#alerts) if (endsAt <= now) this.#alerts.delete(key);
    return [...this.#alerts.values()];
  }

  get refused(): number {
    return this.#refused;
  }
}

/** The same for the same labels in any order. */
export function postedKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
