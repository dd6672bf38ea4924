/**
 * Latency of an agent that is too young for a detector to know it. Its readings, means of half a minute, are kept for a
 * minute and a half; the newest is far when its median and its 95th percentile are both four times, and a quarter of a second,
 * beyond the highest of those from before its own window. Three far readings are told, and hold until the median is back
 * within twice what was usual. The median, because one slow request of few moves the percentile for half a minute.
 * Who is given more than before may be slower: that is the scaler's business. What comes after a gap begins anew.
 * Bad at: agents that are slow from their first request on, rises in small steps, and anything after ten minutes, when the
 * detectors know the agent.
 */
import { formatValue } from '@jaegis/std';

export interface LatencyReading {
  /** Seconds; `null` = not known. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** Requests per second over the same half minute. */
  readonly rate: number | null;
}

interface Slot {
  readonly at: number;
  readonly p50: number;
  readonly p95: number;
  readonly rate: number;
}

const youngMs = 10 * 60_000;
const gapMs = 30_000;
const windowMs = 30_000;
const keptMs = 90_000;
const leastSlots = 4;
const leastRequests = 5;
const times = 4;
const leastSeconds = 0.25;
const moreWork = 1.15;
const farReadings = 3;
const backWithin = 2;

export class YoungLatency {
  #firstAt: number | null = null;
  #kept: Slot[] = [];
  /** The highest of before while readings are far, and how many were. */
  #usual: Omit<Slot, 'at'> | undefined;
  #far = 0;

  /** Takes the newest reading; the reason when the agent has become slow, `undefined` when it has not or that is not known. */
  observe(at: number, { p50, p95, rate }: LatencyReading): string | undefined {
    this.#firstAt ??= at;
    if (at - this.#firstAt > youngMs && this.#far === 0) {
      this.#kept = [];
      return undefined;
    }
    if (p50 === null || p95 === null || rate === null || rate * (windowMs / 1_000) < leastRequests) {
      return this.#told(p50);
    }
    const last = this.#kept.at(-1);
    if (last !== undefined && (at < last.at || at - last.at > gapMs)) this.#forget();
    this.#kept.push({ at, p50, p95, rate });
    while (this.#kept[0]!.at < at - keptMs) this.#kept.shift();
    const usual = this.#usual ?? highest(this.#kept.filter((slot) => slot.at <= at - windowMs - 5_000));
    if (usual === undefined) return undefined;
    const isFar = isBeyond(p50, usual.p50) && isBeyond(p95, usual.p95);
    if (isFar && rate <= moreWork * usual.rate) {
      this.#usual = usual;
      this.#far = Math.min(this.#far + 1, farReadings);
    } else if (p50 <= backWithin * usual.p50) {
      this.#usual = undefined;
      this.#far = 0;
    }
    return this.#told(p50);
  }

  #told(p50: number | null): string | undefined {
    if (this.#far < farReadings || this.#usual === undefined || p50 === null) return undefined;
    return `p50 latency ${formatValue(p50, 'seconds')}, at most ${formatValue(this.#usual.p50, 'seconds')} in the minute before`;
  }

  #forget(): void {
    this.#kept = [];
    this.#usual = undefined;
    this.#far = 0;
  }
}

function highest(slots: readonly Slot[]): Omit<Slot, 'at'> | undefined {
  if (slots.length < leastSlots) return undefined;
  const most = (name: 'p50' | 'p95' | 'rate') => Math.max(...slots.map((slot) => slot[name]));
  return { p50: most('p50'), p95: most('p95'), rate: most('rate') };
}

function isBeyond(value: number, usual: number): boolean {
  return value > times * usual && value - usual > leastSeconds;
}
