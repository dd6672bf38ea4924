import type { TimelineEntry } from '@jaegis/model';

const headLimit = 20;
const limit = 200;

/** What happened, oldest first. Of a long story the beginning and the newest part are kept, and a line says what was left out. */
export class Timeline {
  #entries: TimelineEntry[];
  #leftOut = 0;

  constructor(entries: readonly TimelineEntry[] = []) {
    this.#entries = [...entries];
  }

  add(at: number, what: string, reason: string): void {
    this.#entries.push({ at, what, reason });
    if (this.#entries.length <= limit) return;
    const hadGap = this.#leftOut > 0;
    const [removed] = this.#entries.splice(headLimit + (hadGap ? 1 : 0), hadGap ? 1 : 2);
    this.#leftOut += hadGap ? 1 : 2;
    const gap = {
      at: hadGap ? this.#entries[headLimit]!.at : removed!.at,
      what: `${this.#leftOut} entries left out`,
      reason: `a timeline keeps its first ${headLimit} and its newest entries, ${limit} in all`,
    };
    if (hadGap) this.#entries[headLimit] = gap;
    else this.#entries.splice(headLimit, 0, gap);
  }

  entries(): readonly TimelineEntry[] {
    return [...this.#entries];
  }
}
