/**
 * The newest samples of each series, not yet compressed: places of (time since the buffer's base, value), in slabs that
 * hold 2,048 buffers each. A buffer belongs to a series only while it is written to; one that falls silent is closed and
 * gives its place back.
 *
 * First all first places of a slab's buffers lie side by side, then all second ones, and so on: place i of a buffer is at
 * its offset + i x `stride`. The series of a batch are neighbours with about as many samples each, so what a batch writes
 * lies together, and so does what they read when they close one after the other. With each buffer in one piece every
 * sample of a batch was a miss of the cache, which was a quarter of the time that reading a log takes.
 */
const slabBits = 11;
const slabMask = 2 ** slabBits - 1;
/** From a place of a buffer to its next. Not a power of two: else the places of a buffer would share few lines of a cache. */
export const stride = 2 ** slabBits + 16;

export class OpenBuffers {
  /** Places in a buffer; at most 255. */
  readonly size: number;
  /** Milliseconds since the base of the buffer. */
  readonly times: Uint32Array[] = [];
  readonly values: Float64Array[] = [];
  readonly #free: number[] = [];
  #end = 0;

  constructor(size: number) {
    this.size = size;
  }

  take(): number {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
    if ((this.#end & slabMask) === 0) {
      this.times.push(new Uint32Array(this.size * stride));
      this.values.push(new Float64Array(this.size * stride));
    }
    return this.#end++;
  }

  release(slot: number): void {
    this.#free.push(slot);
  }

  /** Forgets the first `count` of the `had` samples of a buffer. */
  dropFirst(slot: number, count: number, had: number): void {
    const [times, values] = [this.times[slabOf(slot)]!, this.values[slabOf(slot)]!];
    let to = offsetOf(slot);
    for (let from = to + count * stride, left = had - count; left > 0; left--, from += stride, to += stride) {
      times[to] = times[from]!;
      values[to] = values[from]!;
    }
  }

  /** Makes room at place `at` of a buffer that has `count` samples and is not full. */
  makeRoom(slot: number, at: number, count: number): void {
    const [times, values] = [this.times[slabOf(slot)]!, this.values[slabOf(slot)]!];
    const first = offsetOf(slot) + at * stride;
    for (let to = offsetOf(slot) + count * stride; to > first; to -= stride) {
      times[to] = times[to - stride]!;
      values[to] = values[to - stride]!;
    }
  }

  /** Makes the times of the first `count` samples greater: the base of the buffer is to be earlier. */
  delay(slot: number, count: number, by: number): void {
    const times = this.times[slabOf(slot)]!;
    for (let i = 0, at = offsetOf(slot); i < count; i++, at += stride) times[at] = times[at]! + by;
  }

  get bytes(): number {
    return this.times.length * this.size * stride * 12;
  }
}

/** Where the first place of a buffer is in the arrays of its slab. */
export function offsetOf(slot: number): number {
  return slot & slabMask;
}

export function slabOf(slot: number): number {
  return slot >>> slabBits;
}
