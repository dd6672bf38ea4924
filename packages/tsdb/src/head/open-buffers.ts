/**
 * The newest samples of each series, not yet compressed: places of (time since the buffer's base, value), in slabs that
 * hold 2,048 buffers each. A buffer belongs to a series only while it is written to; one that falls silent is closed and
 * gives its place back.
 */
const slabBits = 11;
const slabMask = 2 ** slabBits - 1;

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
      this.times.push(new Uint32Array(this.size << slabBits));
      this.values.push(new Float64Array(this.size << slabBits));
    }
    return this.#end++;
  }

  release(slot: number): void {
    this.#free.push(slot);
  }

  /** Forgets the first `count` of the `had` samples of a buffer. */
  dropFirst(slot: number, count: number, had: number): void {
    const from = this.offsetOf(slot);
    this.times[slabOf(slot)]!.copyWithin(from, from + count, from + had);
    this.values[slabOf(slot)]!.copyWithin(from, from + count, from + had);
  }

  /** Makes the times of the first `count` samples greater: the base of the buffer is to be earlier. */
  delay(slot: number, count: number, by: number): void {
    const times = this.times[slabOf(slot)]!;
    const from = this.offsetOf(slot);
    for (let i = from; i < from + count; i++) times[i] = times[i]! + by;
  }

  get bytes(): number {
    return this.times.length * (this.size << slabBits) * 12;
  }

  /** Where a buffer begins in the arrays of its slab. */
  offsetOf(slot: number): number {
    return (slot & slabMask) * this.size;
  }
}

export function slabOf(slot: number): number {
  return slot >>> slabBits;
}
