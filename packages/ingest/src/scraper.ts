import type { ScrapeConfig } from '@jaegis/model';
import type { Cancel } from '@jaegis/std';
import { type ScrapeStatus, ScrapeTarget, type ScrapeTools } from './scrape-target.ts';

/** Reads the metrics pages that the configuration names, each at its own interval, the first at once. */
export class Scraper {
  readonly #targets: readonly ScrapeTarget[];
  readonly #tools: ScrapeTools;
  #timers: Cancel[] = [];

  constructor(configs: readonly ScrapeConfig[], tools: ScrapeTools) {
    this.#tools = tools;
    this.#targets = configs.map((config) => new ScrapeTarget(config, tools));
  }

  /** Starting twice is harmless. */
  start(): void {
    if (this.#timers.length > 0) return;
    const { clock } = this.#tools;
    this.#timers = this.#targets.flatMap((target) => [
      clock.after(0, () => target.scrape()),
      clock.every(target.config.interval, () => target.scrape()),
    ]);
  }

  /** Stops reading. The targets keep their last samples; they are not told to be gone, only no longer asked. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
  }

  status(): readonly ScrapeStatus[] {
    return this.#targets.map((target) => target.status());
  }
}
