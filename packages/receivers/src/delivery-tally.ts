import type { ReceiverStats } from './receiver.ts';

/** How deliveries went: the part of a receiver's statistics that does not depend on what waits in it. */
export class DeliveryTally {
  #sent = 0;
  #failed = 0;
  #retries = 0;
  #lastError = '';
  #lastSentAt: number | null = null;

  get stats(): Pick<ReceiverStats, 'sent' | 'failed' | 'retries' | 'lastError' | 'lastSentAt'> {
    return {
      sent: this.#sent,
      failed: this.#failed,
      retries: this.#retries,
      lastError: this.#lastError,
      lastSentAt: this.#lastSentAt,
    };
  }

  /** `count` were taken by the other side; what went wrong before is over. */
  took(count: number, now: number): void {
    this.#sent += count;
    this.#lastError = '';
    this.#lastSentAt = now;
  }

  /** `count` were given up. */
  gaveUp(count: number, error: string): void {
    this.#failed += count;
    this.#lastError = error;
  }

  retried(): void {
    this.#retries++;
  }

  /** Something went wrong that is neither given up nor tried again yet. */
  note(error: string): void {
    this.#lastError = error;
  }
}
