/**
 * Memory that only grows. Two windows over resident memory, each the lower envelope (minimum per slot, so that a garbage
 * collector's sawtooth shows its floor): the last 36 readings for fast leaks, 64 slots of a minute for slow ones. In each
 * the Theil-Sen slope (median of all pairwise slopes; Sen 1968) and the share of pairs that rise (Kendall). Growth counts
 * when it is steady (four pairs in five rise), not slowing down (start-up does: the newer half must rise at least half as
 * fast as the older), larger than noise, and for the fast window urgent: the limit near or the size up by half. A rush
 * towards the limit counts after five readings.
 * Growth while the agent gets busier is not called a leak by the fast windows, unless its limit is a minute away. A process
 * or machine that stood still catches up afterwards, as one that starts does: where readings are missing for `gapMs` the fast
 * windows begin anew. In its first ten minutes a process fills the heap that its collector thinks right for it, half again
 * and more, until the first great collection shows the floor: a rush must be nearly half as high again then, and the fast window
 * counts what doubles or is two minutes from its limit.
 * Bad at: leaks slower than a tenth in an hour without a limit, caches that fill steadily for an hour.
 */
import { formatDuration, formatValue } from '@jaegis/std';

export interface LeakVerdict {
  readonly growing: boolean;
  /** Of the window that decided; 0 while nothing is known. */
  readonly bytesPerSecond: number;
  /** Epoch milliseconds when the limit is reached at this pace; `null` without a limit or growth. */
  readonly limitAt: number | null;
  readonly reason: string;
}

interface Slot {
  readonly at: number;
  /** The lowest reading of the slot. */
  readonly bytes: number;
  /** How busy it was; `null` = not known. */
  readonly load?: number | null;
  /** The highest one; the same where the slot is one reading. */
  readonly high?: number;
}

const gapMs = 30_000;
const fastReadings = 36;
const slowSlots = 64;
const slowSlotMs = 60_000;
/** A process may grow as it likes while it starts: for so long, where its pool says nothing else. */
const usualStartUpMs = 60_000;
const minBytes = 16 * 2 ** 20;
const steadyShare = 0.8;
const urgentMs = 15 * 60_000;
const rushMs = 5 * 60_000;
const young = { ms: 10 * 60_000, urgentMs: 2 * 60_000, large: 1, rush: 0.4 };
const rushReadings = [9, 5];

export class LeakWatch {
  readonly #startUpMs: number;
  #fast: Slot[] = [];
  #slow: Slot[] = [];
  #firstAt: number | null = null;
  #resumedAt = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly startUpMs?: number } = {}) {
    this.#startUpMs = options.startUpMs ?? usualStartUpMs;
  }

  /**
   * Takes the newest reading. A reading that is not a positive number is missing; one that halves is a new process, and
   * the watch starts again. `limitBytes` may be `null`. `load` says how busy it is, in any unit that grows with its work.
   */
  observe(at: number, bytes: number | null, limitBytes: number | null = null, load: number | null = null): LeakVerdict {
    if (bytes === null || !Number.isFinite(bytes) || bytes <= 0) return this.#judge(limitBytes);
    const last = this.#fast.at(-1);
    if (last !== undefined && (at < last.at || bytes < last.bytes / 2)) this.reset();
    if (last !== undefined && at === last.at) return this.#judge(limitBytes);
    this.#firstAt ??= at;
    if (last !== undefined && at - last.at > gapMs) {
      this.#fast = [];
      this.#resumedAt = at;
    }
    this.#fast.push({ at, bytes, load });
    if (this.#fast.length > fastReadings) this.#fast.shift();
    const slot = this.#slow.at(-1);
    if (slot === undefined || at - slot.at >= slowSlotMs) {
      this.#slow.push({ at, bytes, high: bytes });
      if (this.#slow.length > slowSlots) this.#slow.shift();
    } else {
      const high = Math.max(bytes, slot.high ?? slot.bytes);
      this.#slow[this.#slow.length - 1] = { at: slot.at, bytes: Math.min(bytes, slot.bytes), high };
    }
    return this.#judge(limitBytes);
  }

  /** For a process that was started again. */
  reset(): void {
    this.#fast = [];
    this.#slow = [];
    this.#firstAt = null;
    this.#resumedAt = Number.NEGATIVE_INFINITY;
  }

  #judge(limitBytes: number | null): LeakVerdict {
    const now = this.#fast.at(-1);
    if (now === undefined || this.#firstAt === null) return steady(0, 'memory is not known');
    const settledAt = this.#firstAt + this.#startUpMs;
    const caughtUpAt = Math.max(settledAt, this.#resumedAt + Math.min(this.#startUpMs, usualStartUpMs));
    const settled = this.#fast.filter((slot) => slot.at >= caughtUpAt);
    const isYoung = now.at - this.#firstAt < young.ms;
    const quick =
      judgeRush(settled, { now, limitBytes, isBusier: isBusier(this.#fast), isYoung }) ??
      this.#judgeFast(settled, { now, limitBytes, isYoung });
    if (quick !== undefined) return quick;
    const slow = growthOf(this.#slow.filter((slot) => slot.at >= settledAt));
    if (slow !== undefined && slow.lengthMs >= 20 * slowSlotMs && slow.grown >= Math.max(minBytes, 0.1 * slow.from)) {
      return growing(slow, { now, limitBytes });
    }
    return steady(slow?.slope ?? 0, `memory steady at ${formatValue(now.bytes, 'bytes')}`);
  }

  #judgeFast(
    settled: readonly Slot[],
    { now, limitBytes, isYoung }: { now: Slot; limitBytes: number | null; isYoung: boolean },
  ): LeakVerdict | undefined {
    const growth = growthOf(envelope(settled, 3));
    if (growth === undefined || growth.lengthMs < 60_000 || growth.grown < minBytes / 2) return undefined;

    // What it had an hour ago it may have again: only a height that is new counts.
    const from = now.at - growth.lengthMs;
    const before = this.#slow.reduce(
      (high, slot) => (slot.at < from ? Math.max(high, slot.high ?? slot.bytes) : high),
      0,
    );
    if (now.bytes < 1.08 * before) return undefined;
    if (isBusier(this.#fast)) return undefined;
    const leftMs = limitBytes === null ? Number.POSITIVE_INFINITY : msToLimit(growth, now, limitBytes);
    const isUrgent = leftMs < (isYoung ? young.urgentMs : urgentMs) && growth.grown >= 0.08 * growth.from;
    const isLarge = growth.grown >= Math.max(2 * minBytes, (isYoung ? young.large : 0.5) * growth.from);
    return isUrgent || isLarge ? growing(growth, { now, limitBytes }) : undefined;
  }
}

/** The lowest of each `width` readings: at least five results, else the readings themselves. */
function envelope(slots: readonly Slot[], width: number): readonly Slot[] {
  if (slots.length < 5 * width) return slots;
  const out: Slot[] = [];
  for (let end = slots.length; end >= width; end -= width) {
    out.unshift(slots.slice(end - width, end).reduce((low, slot) => (slot.bytes < low.bytes ? slot : low)));
  }
  return out;
}

interface Growth {
  /** Bytes per second in the newer half: the pace now. */
  readonly slope: number;
  readonly grown: number;
  readonly from: number;
  readonly lengthMs: number;
}

/** Undefined unless the growth is steady and not slowing down. */
function growthOf(slots: readonly Slot[]): Growth | undefined {
  if (slots.length < 5) return undefined;
  // Counting is quick, and nearly always enough: slopes are sorted only where most pairs rise.
  if (risingShare(slots) < steadyShare) return undefined;
  const all = theilSen(slots);
  if (all.slope <= 0) return undefined;
  const middle = Math.floor(slots.length / 2);
  const older = theilSen(slots.slice(0, middle + 1));
  const newer = theilSen(slots.slice(middle));
  if (newer.slope < 0.5 * Math.max(older.slope, all.slope)) return undefined;
  const lengthMs = slots.at(-1)!.at - slots[0]!.at;
  return { slope: newer.slope, grown: (all.slope * lengthMs) / 1_000, from: slots[0]!.bytes, lengthMs };
}

function risingShare(slots: readonly Slot[]): number {
  let rising = 0;
  let pairs = 0;
  for (let i = 0; i < slots.length; i++) {
    const { at, bytes } = slots[i]!;
    for (let k = i + 1; k < slots.length; k++) {
      const later = slots[k]!;
      if (later.at <= at) continue;
      pairs++;
      if (later.bytes > bytes) rising++;
    }
  }
  return pairs === 0 ? 0 : rising / pairs;
}

/** Median of all pairwise slopes in bytes per second, and the share of pairs that rise. */
export function theilSen(slots: readonly Slot[]): { readonly slope: number; readonly rising: number } {
  const slopes: number[] = [];
  let rising = 0;
  for (let i = 0; i < slots.length; i++) {
    for (let k = i + 1; k < slots.length; k++) {
      const seconds = (slots[k]!.at - slots[i]!.at) / 1_000;
      if (seconds <= 0) continue;
      const slope = (slots[k]!.bytes - slots[i]!.bytes) / seconds;
      slopes.push(slope);
      if (slope > 0) rising++;
    }
  }
  if (slopes.length === 0) return { slope: 0, rising: 0 };
  slopes.sort((a, b) => a - b);
  return { slope: slopes[Math.floor(slopes.length / 2)]!, rising: rising / slopes.length };
}

/**
 * A rush: memory that rises steadily over the last five or nine readings to a height it never had, and meets its limit
 * within minutes. There is no time to wait for more evidence.
 */
function judgeRush(
  slots: readonly Slot[],
  o: { now: Slot; limitBytes: number | null; isBusier: boolean; isYoung: boolean },
): LeakVerdict | undefined {
  const { now, limitBytes } = o;
  if (limitBytes === null) return undefined;
  for (const length of rushReadings) {
    if (slots.length < length) continue;
    const recent = slots.slice(-length);
    const growth = growthOf(recent);
    if (growth === undefined || growth.lengthMs < 15_000) continue;
    // A busier agent has the benefit of the doubt until there is no more time for it.
    if (o.isBusier && msToLimit(growth, now, limitBytes) > 60_000) continue;
    const before = slots.slice(0, -length).reduce((high, slot) => Math.max(high, slot.bytes), growth.from);
    const isNewHigh = now.bytes > before + Math.max(minBytes, (o.isYoung ? young.rush : 0.15) * before);
    if (isNewHigh && msToLimit(growth, now, limitBytes) < rushMs) return growing(growth, { now, limitBytes });
  }
  return undefined;
}

/** Busier than it was at some time of the window, its start-up included: more work needs more room, and a heap takes minutes to settle at it. */
function isBusier(slots: readonly Slot[]): boolean {
  const last = slots.at(-1)?.load ?? null;
  if (last === null) return false;
  const least = slots.reduce((low, slot) => Math.min(low, slot.load ?? Number.POSITIVE_INFINITY), last);
  return last > 1.5 * least + 2;
}

function msToLimit(growth: Growth, now: Slot, limitBytes: number): number {
  return (Math.max(0, limitBytes - now.bytes) / growth.slope) * 1_000;
}

function growing(growth: Growth, o: { now: Slot; limitBytes: number | null }): LeakVerdict {
  const pace = `memory grows by ${formatValue(growth.slope * 60, 'bytes')} a minute, steadily for ${formatDuration(growth.lengthMs)}`;
  const size = formatValue(o.now.bytes, 'bytes');
  if (o.limitBytes === null) {
    return { growing: true, bytesPerSecond: growth.slope, limitAt: null, reason: `${pace}, now ${size}` };
  }
  const leftMs = msToLimit(growth, o.now, o.limitBytes);
  const limit = formatValue(o.limitBytes, 'bytes');
  const when =
    leftMs === 0 ? `is over its limit of ${limit}` : `reaches its limit of ${limit} in ${formatDuration(leftMs)}`;
  return {
    growing: true,
    bytesPerSecond: growth.slope,
    limitAt: o.now.at + leftMs,
    reason: `${pace}, now ${size}: ${when}`,
  };
}

function steady(bytesPerSecond: number, reason: string): LeakVerdict {
  return { growing: false, bytesPerSecond, limitAt: null, reason };
}
