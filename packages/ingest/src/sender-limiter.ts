export interface SenderLimiterOptions {
  /** Tokens that each sender gets a second; one request takes one. */
  readonly ratePerSecond: number;
  /** Tokens that a sender may have saved up; a second's worth when left out. */
  readonly burst?: number;
  /** Most senders remembered; the one heard of longest ago is forgotten (and would start with a full bucket). */
  readonly maxSenders?: number;
}

/** A token bucket per sender. */
export class SenderLimiter {
  readonly #rate: number;
  readonly #burst: number;
  readonly #maxSenders: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  #forgotten = 0;
  #refused = 0;

  constructor(options: SenderLimiterOptions) {
    this.#rate = options.ratePerSecond;
    this.#burst = options.burst ?? Math.max(1, options.ratePerSecond);
    this.#maxSenders = options.maxSenders ?? 20_000;
  }

  /** Takes one token; without one, how long until there is. */
  take(sender: string, now: number): true | { readonly retryAfterMs: number } {
    const bucket = this.#buckets.get(sender);
    if (bucket === undefined) {
      this.#makeRoom();
      this.#buckets.set(sender, { tokens: this.#burst - 1, at: now });
      return true;
    }
    const earned = (Math.max(0, now - bucket.at) / 1_000) * this.#rate;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + earned);
    bucket.at = Math.max(now, bucket.at);
    // A Map keeps the order of insertion: putting it last makes the first one the longest unheard of.
    this.#buckets.delete(sender);
    this.#buckets.set(sender, bucket);
    if (bucket.tokens >= 1) {
      bucket.tokens--;
      return true;
    }
    this.#refused++;
    return { retryAfterMs: Math.ceil(((1 - bucket.tokens) / this.#rate) * 1_000) };
  }

  stats(): { senders: number; refused: number; forgotten: number } {
    return { senders: this.#buckets.size, refused: this.#refused, forgotten: this.#forgotten };
  }

  #makeRoom(): void {
    if (this.#buckets.size < this.#maxSenders) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      this.#forgotten++;
      return;
    }
  }
}
