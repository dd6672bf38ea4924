/**
 * How much of an agent's capacity is asked for: arrivals per second × mean time in a slot / slots (the utilization law's
 * rho, from arrivals instead of completions). Unlike the share of time it was busy, which stops at 1, it goes on rising
 * under overload and so says how many replicas would do. Counts arrivals in one-second slots over `windowMs`.
 */
export class OfferedLoad {
  readonly #slots: number;
  readonly #counts: Float64Array;
  #second = 0;
  #startedAt: number;
  #meanSeconds: number | null = null;

  constructor(options: { windowMs: number; now: number }) {
    this.#slots = Math.ceil(options.windowMs / 1_000);
    this.#counts = new Float64Array(this.#slots);
    this.#second = Math.floor(options.now / 1_000);
    this.#startedAt = options.now;
  }

  /** A job asked for a slot, whether or not it gets one. */
  arrived(now: number): void {
    this.#turn(now);
    const place = this.#second % this.#slots;
    this.#counts[place] = this.#counts[place]! + 1;
  }

  /** A job was in its slot for so long. */
  served(seconds: number): void {
    this.#meanSeconds = this.#meanSeconds === null ? seconds : this.#meanSeconds * 0.9 + seconds * 0.1;
  }

  /** 0 when idle, 1 when just busy all the time, above 1 when work piles up; `null` until something was served. */
  saturation(now: number, concurrency: number): number | null {
    this.#turn(now);
    if (this.#meanSeconds === null) return null;
    const seconds = Math.min(this.#slots, Math.max(1, (now - this.#startedAt) / 1_000));
    const arrivals = this.#counts.reduce((sum, count) => sum + count, 0);
    return ((arrivals / seconds) * this.#meanSeconds) / concurrency;
  }

  #turn(now: number): void {
    const second = Math.floor(now / 1_000);
    const passed = Math.min(this.#slots, second - this.#second);
    for (let i = 1; i <= passed; i++) this.#counts[(this.#second + i) % this.#slots] = 0;
    if (second > this.#second) this.#second = second;
  }
}
