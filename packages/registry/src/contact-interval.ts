/**
 * How often an agent that only sends telemetry is heard from. The longest gap of the last ten to twenty minutes is what
 * silence is measured against: exporters send on a timer (OpenTelemetry's default is 60 s), but traces come only with
 * traffic, so a mean would be far too short. Bad at agents that go quiet on purpose for longer than `ceilingMs`.
 */
export class ContactInterval {
  static readonly ceilingMs = 600_000;
  static readonly #generationMs = 600_000;
  readonly #floorMs: number;
  #newest: number;
  #previous: number;
  #turnedAt: number;

  /** Until gaps were seen, OpenTelemetry's default export interval of 60 s is assumed. */
  constructor(floorMs: number, now: number) {
    this.#floorMs = floorMs;
    this.#newest = 60_000;
    this.#previous = 0;
    this.#turnedAt = now;
  }

  gap(gapMs: number, now: number): void {
    if (now - this.#turnedAt >= ContactInterval.#generationMs) {
      this.#previous = this.#newest;
      this.#newest = 0;
      this.#turnedAt = now;
    }
    if (gapMs > this.#newest) this.#newest = gapMs;
  }

  get ms(): number {
    return Math.min(ContactInterval.ceilingMs, Math.max(this.#floorMs, this.#newest, this.#previous));
  }
}
