import type { Rollup, RollupField } from '../rollup/rollup.ts';
import type { SampleMemory } from './head-view.ts';
import type { Samples } from './join-samples.ts';

/** Memory that one series after the other is decoded into. */
export class Scratch implements SampleMemory {
  times = new Float64Array(0);
  values = new Float64Array(0);
  isChanged = false;
  /** A series of one sample. */
  readonly one: Samples = { timestamps: new Float64Array(1), values: new Float64Array(1) };

  #times: Float64Array | undefined;
  #view: Samples = this.one;
  #from = -1;
  #to = -1;
  #isSeen = true;

  /** Makes room for so many samples of the next series. */
  begin(count: number): void {
    // What was written and never looked at is not what the last view showed.
    if (!this.#isSeen) this.#from = -1;
    this.#isSeen = false;
    this.isChanged = false;
    if (count <= this.times.length) return;
    // Mostly the next series have as many; those that have more find room for more still.
    const room = this.times.length === 0 ? count : count * 2;
    this.times = new Float64Array(room);
    this.values = new Float64Array(room);
    this.isChanged = true;
  }

  /**
   * The samples in [from, to) of its memory. Series that are sent together mostly have the same times, and share a view: who
   * gets the same array of times again need not look at them.
   */
  view(from: number, to: number): Samples {
    if (this.isChanged || from !== this.#from || to !== this.#to) {
      this.#view = { timestamps: this.times.subarray(from, to), values: this.values.subarray(from, to) };
      this.#from = from;
      this.#to = to;
    }
    this.#isSeen = true;
    return this.#view;
  }

  /** The array that was given before, where it has the same times; otherwise this one. */
  sharedTimes(times: Float64Array): Float64Array {
    const before = this.#times;
    if (before?.length === times.length && times.every((time, i) => time === before[i])) return before;
    this.#times = times;
    return times;
  }

  /** One field of buckets one after the other, in [from, to] of time. */
  join(parts: readonly Rollup[], of: { field: RollupField; from: number; to: number }): Samples {
    this.begin(parts.reduce((sum, { length }) => sum + length, 0));
    this.isChanged = true;
    let at = 0;
    for (const part of parts) {
      this.times.set(part.times, at);
      this.values.set(part[of.field], at);
      at += part.length;
    }
    let first = 0;
    while (first < at && this.times[first]! < of.from) first++;
    while (at > first && this.times[at - 1]! > of.to) at--;
    return this.view(first, at);
  }
}
