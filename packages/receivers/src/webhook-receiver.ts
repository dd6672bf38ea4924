/**
 * Posts notifications to a URL, one after the other in the order given, so that "resolved" never overtakes "opened".
 * What may pass (no connection, 408, 429, 5xx) is tried again with backoff and jitter until the notification's deadline;
 * what will not (any other status) is given up at once. Both are visible in `stats`. A full queue refuses and counts.
 */
import type { Notification, ReceiverConfig } from '@jaegis/model';
import { BoundedQueue, backoffMs, type Clock, type Rng } from '@jaegis/std';
import { alertmanagerBody } from './alertmanager-body.ts';
import type { Delivery, Receiver, ReceiverStats } from './receiver.ts';
import { retryAfterMs } from './retry-after.ts';

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

type Attempt =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly error: string; readonly afterMs: number | undefined }
  | { readonly kind: 'hopeless'; readonly error: string };

const closedReason = 'closed before it was delivered';

export function createWebhookReceiver(config: WebhookConfig, tools: WebhookTools): Receiver {
  return new WebhookReceiver(config, tools);
}

class WebhookReceiver implements Receiver {
  readonly name: string;
  readonly #config: WebhookConfig;
  readonly #tools: Required<WebhookTools>;
  readonly #queue: BoundedQueue<Job>;
  #current: Job | undefined;
  #isClosed = false;
  // Ends what is waited for right now, a try or a pause.
  #interrupt: () => void = () => {};
  #worker: Promise<void> | undefined;
  #sent = 0;
  #failed = 0;
  #skipped = 0;
  #retries = 0;
  #lastError = '';
  #lastSentAt: number | null = null;

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
    this.#queue = new BoundedQueue(this.#tools.queueLimit);
  }

  get stats(): ReceiverStats {
    return {
      sent: this.#sent,
      failed: this.#failed,
      skipped: this.#skipped,
      refused: this.#queue.refused,
      retries: this.#retries,
      pending: this.#queue.length + (this.#current === undefined ? 0 : 1),
      lastError: this.#lastError,
      lastSentAt: this.#lastSentAt,
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
      this.#lastError = `${this.#queue.length} notifications are waiting, must be < ${this.#tools.queueLimit}`;
      settle({ state: 'refused', reason: this.#lastError });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#interrupt();
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
      if (attempt.kind === 'done') {
        this.#sent++;
        this.#lastError = '';
        this.#lastSentAt = clock.now();
        return { state: 'delivered', attempts, tookMs: Math.max(0, clock.now() - job.queuedAt) };
      }
      if (attempt.kind === 'hopeless') return this.#fail(attempt.error, attempts);
      this.#lastError = attempt.error;
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
      this.#retries++;
      await this.#pause(pauseMs);
    }
  }

  async #attempt(notification: Notification): Promise<Attempt> {
    const { clock, timeoutMs, externalUrl } = this.#tools;
    const abort = new AbortController();
    let isTimeout = false;
    const cancel = clock.after(timeoutMs, () => {
      isTimeout = true;
      abort.abort();
    });
    this.#interrupt = () => abort.abort();
    try {
      const response = await this.#tools.fetch(this.#config.webhook.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'jaegis',
          ...this.#config.webhook.headers,
          'x-jaegis-notification': encodeURIComponent(notification.id),
        },
        body: JSON.stringify(alertmanagerBody(notification, { receiver: this.name, externalUrl })),
        // The headers may hold a secret, which belongs to the configured address only.
        redirect: 'manual',
        signal: abort.signal,
      });
      await response.body?.cancel();
      return judge(response, clock.now());
    } catch (error) {
      return {
        kind: 'retry',
        error: isTimeout ? `no answer within ${timeoutMs} ms` : messageOf(error),
        afterMs: undefined,
      };
    } finally {
      cancel();
      this.#interrupt = () => {};
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#tools.clock.after(ms, resolve);
      this.#interrupt = () => {
        cancel();
        resolve();
      };
    });
  }

  #fail(reason: string, attempts: number): Delivery {
    this.#failed++;
    this.#lastError = reason;
    return { state: 'failed', reason, attempts };
  }
}

function judge(response: { status: number; headers: { get(name: string): string | null } }, now: number): Attempt {
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: 'done' };
  const error = `answered ${status === 0 ? 'with a redirect' : status}`;
  const mayPass = status === 408 || status === 429 || status >= 500;
  if (!mayPass) return { kind: 'hopeless', error };
  return { kind: 'retry', error, afterMs: retryAfterMs(response.headers.get('retry-after'), now) };
}

/** fetch says only "fetch failed"; what happened is in its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
