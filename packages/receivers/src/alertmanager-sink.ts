/**
 * Alerts to an Alertmanager, by its API v2 (POST /api/v2/alerts), as Prometheus sends them: each when it fires, again every
 * minute while it does, each time with an end a few minutes ahead (so that it ends by itself when we are gone), and once
 * more with its real end. What could not be delivered is tried again with backoff; only the newest state of an alert waits,
 * so the wait is bounded by the alerts there are. Grouping, silences and routes are the Alertmanager's.
 */
import type { Alert, ReceiverConfig } from '@jaegis/model';
import { backoffMs, type Clock, type Rng } from '@jaegis/std';
import { annotationsOf, labelsOf } from './alertmanager-body.ts';
import { DeliveryTally } from './delivery-tally.ts';
import { Poster, type PostResult } from './poster.ts';
import type { ReceiverStats } from './receiver.ts';

export interface AlertmanagerConfig extends Pick<ReceiverConfig, 'name' | 'severities'> {
  readonly alertmanager: NonNullable<ReceiverConfig['alertmanager']>;
}

export interface AlertSinkTools {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly rng: Rng;
  /** For one request. Default 10 s. */
  readonly timeoutMs?: number;
}

/** Something that wants to know which alerts fire, all the time. */
export interface AlertSink {
  readonly name: string;
  /** All alerts that fire now. To be called often; what is gone since the last call has ended. */
  alerts(firing: readonly Alert[], now: number): void;
  readonly stats: ReceiverStats;
  close(): Promise<void>;
}

const resendMs = 60_000;
/** Four resends: one lost request must not end an alert. */
const validMs = 4 * resendMs;
const alertsPerRequest = 100;
const firstRetryMs = 1_000;
const maxRetryMs = 30_000;

interface Entry {
  readonly alert: Alert;
  /** `null` while it fires. */
  readonly endedAt: number | null;
}

/** Begins with nothing known to fire; nothing is sent before the first `alerts`. */
export function createAlertmanagerSink(config: AlertmanagerConfig, tools: AlertSinkTools): AlertSink {
  return new AlertmanagerSink(config, tools);
}

class AlertmanagerSink implements AlertSink {
  readonly name: string;
  readonly #config: AlertmanagerConfig;
  readonly #tools: Required<AlertSinkTools>;
  readonly #poster: Poster;
  readonly #firing = new Map<string, Alert>();
  readonly #waiting = new Map<string, Entry>();
  #resentAt = Number.NEGATIVE_INFINITY;
  #worker: Promise<void> | undefined;
  #isClosed = false;
  readonly #tally = new DeliveryTally();

  constructor(config: AlertmanagerConfig, tools: AlertSinkTools) {
    this.name = config.name;
    this.#config = config;
    this.#tools = { timeoutMs: 10_000, ...tools };
    this.#poster = new Poster(this.#tools);
  }

  get stats(): ReceiverStats {
    return {
      ...this.#tally.stats,
      skipped: 0,
      refused: 0,
      pending: this.#waiting.size,
    };
  }

  alerts(firing: readonly Alert[], now: number): void {
    if (this.#isClosed) return;
    const isResend = now - this.#resentAt >= resendMs || now < this.#resentAt;
    if (isResend) this.#resentAt = now;
    const present = new Set<string>();
    for (const alert of firing) {
      if (!this.#config.severities.includes(alert.severity)) continue;
      present.add(alert.id);
      const isNew = !this.#firing.has(alert.id);
      this.#firing.set(alert.id, alert);
      if (isNew || isResend) this.#waiting.set(alert.id, { alert, endedAt: null });
    }
    for (const [id, alert] of this.#firing) {
      if (present.has(id)) continue;
      this.#firing.delete(id);
      this.#waiting.set(id, { alert, endedAt: now });
    }
    if (this.#waiting.size > 0) this.#worker ??= this.#work();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#poster.interrupt();
    await this.#worker;
  }

  async #work(): Promise<void> {
    for (let attempt = 1; this.#waiting.size > 0 && !this.#isClosed; ) {
      const batch = [...this.#waiting].slice(0, alertsPerRequest);
      const result = await this.#post(batch.map(([, entry]) => entry));
      if (this.#isClosed) break;
      if (result.kind === 'retry') {
        this.#tally.note(result.error);
        this.#tally.retried();
        await this.#poster.pause(
          Math.max(
            result.afterMs ?? 0,
            backoffMs(attempt, { firstMs: firstRetryMs, maxMs: maxRetryMs }, this.#tools.rng),
          ),
        );
        attempt++;
        continue;
      }
      attempt = 1;
      // What has changed meanwhile waits on.
      for (const [id, entry] of batch) if (this.#waiting.get(id) === entry) this.#waiting.delete(id);
      if (result.kind === 'taken') this.#tally.took(batch.length, this.#tools.clock.now());
      else this.#tally.gaveUp(batch.length, result.error);
    }
    this.#worker = undefined;
  }

  #post(entries: readonly Entry[]): Promise<PostResult> {
    const { url, headers } = this.#config.alertmanager;
    const now = this.#tools.clock.now();
    return this.#poster.post(
      `${url.replace(/\/+$/, '')}/api/v2/alerts`,
      headers,
      entries.map((entry) => bodyOf(entry, now)),
    );
  }
}

function bodyOf({ alert, endedAt }: Entry, now: number) {
  return {
    labels: labelsOf(alert),
    annotations: annotationsOf(alert),
    startsAt: new Date(alert.firedAt ?? alert.activeAt).toISOString(),
    endsAt: new Date(endedAt ?? now + validMs).toISOString(),
  };
}
