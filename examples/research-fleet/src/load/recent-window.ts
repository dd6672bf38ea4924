/** Counts and durations of the last `windowMs`, for what a load generator says of itself. Holds at most `limit` records. */
export class RecentWindow {
  readonly #windowMs: number;
  readonly #limit: number;
  #records: { readonly at: number; readonly seconds: number; readonly ok: boolean }[] = [];

  constructor(options: { windowMs: number; limit?: number }) {
    this.#windowMs = options.windowMs;
    this.#limit = options.limit ?? 5_000;
  }

  add(record: { at: number; seconds: number; ok: boolean }): void {
    this.#records.push(record);
    if (this.#records.length > this.#limit) this.#records.splice(0, this.#records.length - this.#limit);
  }

  /** Rates per second; latencies in seconds of those that were answered; `null` where nothing was seen. */
  read(now: number): {
    answeredRate: number;
    failedRate: number;
    errorRate: number | null;
    p50: number | null;
    p95: number | null;
  } {
    this.#records = this.#records.filter((record) => record.at > now - this.#windowMs);
    const answered = this.#records.filter((record) => record.ok);
    const seconds = answered.map((record) => record.seconds).sort((x, y) => x - y);
    const windowSeconds = this.#windowMs / 1_000;
    const quantile = (q: number): number | null => seconds[Math.floor(q * (seconds.length - 1))] ?? null;
    return {
      answeredRate: answered.length / windowSeconds,
      failedRate: (this.#records.length - answered.length) / windowSeconds,
      errorRate: this.#records.length === 0 ? null : 1 - answered.length / this.#records.length,
      p50: quantile(0.5),
      p95: quantile(0.95),
    };
  }
}
