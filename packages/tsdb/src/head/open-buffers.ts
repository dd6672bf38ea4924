/**
 * The newest samples of each series, not yet compressed: 32 places of (time since the buffer's base, value), in slabs
 * that hold 2,048 buffers each. A buffer belongs to a series only while it is written to; one that falls silent is
 * closed and gives its place back.
 */
export const bufferSize = 32;
const slabBits = 11;
const slabMask = 2 ** slabBits - 1;

export class OpenBuffers {
  /** Milliseconds since the base of the buffer. */
  readonly times: Uint32Array[] = [];
  readonly values: Float64Array[] = [];
  readonly #free: number[] = [];
  #end = 0;

  take(): number {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
    if ((this.#end & slabMask) === 0) {
      this.times.push(new Uint32Array(bufferSize << slabBits));
      this.values.push(new Float64Array(bufferSize << slabBits));
    }
    return this.#end++;
  }

  release(slot: number): void {
    this.#free.push(slot);
  }

  get bytes(): number {
    return this.times.length * (bufferSize << slabBits) * 12;
  }
}

export function slabOf(slot: number): number {
  return slot >>> slabBits;
}

/** Where a buffer begins in the arrays of its slab. */
export function offsetOf(slot: number): number {
  return (slot & slabMask) * bufferSize;
}
