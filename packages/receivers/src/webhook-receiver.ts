/**
 * Posts notifications to a URL, one after the other in the order given, so that "resolved" never overtakes "opened".
 * What may pass (no connection, 408, 429, 5xx) is tried again with backoff and jitter until the notification's deadline;
 * what will not (any other status) is given up at once. Both are visible in `stats`. A full queue refuses and counts.
 */
import type { Notification, ReceiverConfig } from '@jaegis/model';
import { BoundedQueue, backoffMs, type Clock, type Rng } from '@jaegis/std';
import { alertmanagerBody } from './alertmanager-body.ts';
import { DeliveryTally } from './delivery-tally.ts';
import { Poster, type PostResult } from './poster.ts';
import type { Delivery, Receiver, ReceiverStats } from './receiver.ts';

export interface WebhookTools {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Where people find the dashboard; stands in the body as `externalURL`. */
  readonly externalUrl?: string;
  /** Most notifications waiting. */
  readonly queueLimit?: number;
  /** For one try. */
  readonly timeoutMs?: number;
  /** From `send` to giving up. */
  readonly deadlineMs?: number;
  readonly firstRetryMs?: number;
  readonly maxRetryMs?: number;
}

/** A receiver of the configuration that is a webhook. */
export type WebhookConfig = Pick<ReceiverConfig, 'name' | 'severities'> & {
  readonly webhook: NonNullable<ReceiverConfig['webhook']>;
};

interface Job {
  readonly notification: Notification;
  readonly queuedAt: number;
  readonly settle: (delivery: Delivery) => void;
}

const closedReason = 'closed before it was delivered';

/** A receiver for one URL; it sends nothing by itself and holds at most `queueLimit` notifications. */
export function createWebhookReceiver(config: WebhookConfig, tools: WebhookTools): Receiver {
  return new WebhookReceiver(config, tools);
}

class WebhookReceiver implements Receiver {
  readonly name: string;
  readonly #config: WebhookConfig;
  readonly #tools: Required<WebhookTools>;
  readonly #poster: Poster;
  readonly #queue: BoundedQueue<Job>;
  #current: Job | undefined;
  #isClosed = false;
  #worker: Promise<void> | undefined;
  readonly #tally = new DeliveryTally();
  #skipped = 0;

  constructor(config: WebhookConfig, tools: WebhookTools) {
    this.name = config.name;
    this.#config = config;
    this.#tools = {
      externalUrl: '',
      queueLimit: 1_000,
      timeoutMs: 10_000,
      deadlineMs: 600_000,
      firstRetryMs: 1_000,
      maxRetryMs: 60_000,
      ...tools,
    };
    this.#poster = new Poster(this.#tools);
    this.#queue = new BoundedQueue(this.#tools.queueLimit);
  }

  get stats(): ReceiverStats {
    return {
      ...this.#tally.stats,
      skipped: this.#skipped,
      refused: this.#queue.refused,
      pending: this.#queue.length + (this.#current === undefined ? 0 : 1),
    };
  }

  send(notification: Notification): Promise<Delivery> {
    const { severity } = notification.incident;
    const { severities } = this.#config;
    if (!severities.includes(severity)) {
      this.#skipped++;
      return Promise.resolve({
        state: 'skipped',
        reason: `severity is ${severity}, wanted ${severities.join(' or ')}`,
      });
    }
    if (this.#isClosed) return Promise.resolve(this.#fail(closedReason, 0));
    return new Promise((settle) => {
      if (this.#queue.push({ notification, queuedAt: this.#tools.clock.now(), settle })) {
        this.#worker ??= this.#work();
        return;
      }
      const reason = `${this.#queue.length} notifications are waiting, must be < ${this.#tools.queueLimit}`;
      this.#tally.note(reason);
      settle({ state: 'refused', reason });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#poster.interrupt();
    await this.#worker;
  }

  async #work(): Promise<void> {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      this.#current = job;
      job.settle(await this.#deliver(job));
      this.#current = undefined;
    }
    this.#worker = undefined;
  }

  async #deliver(job: Job): Promise<Delivery> {
    const { clock, rng, deadlineMs, firstRetryMs, maxRetryMs } = this.#tools;
    const deadline = job.queuedAt + deadlineMs;
    for (let attempts = 1; ; attempts++) {
      if (this.#isClosed) return this.#fail(closedReason, attempts - 1);
      const attempt = await this.#attempt(job.notification);
      if (attempt.kind === 'taken') {
        this.#tally.took(1, clock.now());
        return { state: 'delivered', attempts, tookMs: Math.max(0, clock.now() - job.queuedAt) };
      }
      if (attempt.kind === 'refused') return this.#fail(attempt.error, attempts);
      this.#tally.note(attempt.error);
      const pauseMs = Math.max(
        attempt.afterMs ?? 0,
        backoffMs(attempts, { firstMs: firstRetryMs, maxMs: maxRetryMs }, rng),
      );
      if (this.#isClosed) return this.#fail(closedReason, attempts);
      if (clock.now() + pauseMs > deadline) {
        return this.#fail(
          `given up after ${attempts} tries in ${Math.round(deadlineMs / 1_000)} s: ${attempt.error}`,
          attempts,
        );
      }
      this.#tally.retried();
      await this.#poster.pause(pauseMs);
    }
  }

  #attempt(notification: Notification): Promise<PostResult> {
    const { url, headers } = this.#config.webhook;
    return this.#poster.post(
      url,
      { ...headers, 'x-jaegis-notification': encodeURIComponent(notification.id) },
      alertmanagerBody(notification, { receiver: this.name, externalUrl: this.#tools.externalUrl }),
    );
  }

  #fail(reason: string, attempts: number): Delivery {
    this.#tally.gaveUp(1, reason);
    return { state: 'failed', reason, attempts };
  }
}
