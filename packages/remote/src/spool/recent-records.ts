/** The newest records of a spool as they were before they were encoded, in the order of the spool, up to a number of bytes. */
import type { SpooledRecord, SpoolPosition } from './spool-reader.ts';

interface PlacedRecord extends SpooledRecord {
  readonly start: SpoolPosition;
}

/** Some 800,000 samples: seconds of a heavy load. */
const defaultLimit = 16 * 2 ** 20;
const bytesPerSample = 20;

export class RecentRecords {
  readonly #limit: number;
  #records: PlacedRecord[] = [];
  /** Those before it are gone; they are taken out of the array many at a time. */
  #first = 0;
  #bytes = 0;

  constructor(limitBytes = defaultLimit) {
    this.#limit = limitBytes;
  }

  /** After all others. */
  add(record: PlacedRecord): void {
    this.#records.push(record);
    this.#bytes += bytesOf(record);
    while (this.#bytes > this.#limit) this.#bytes -= bytesOf(this.#records[this.#first++]!);
    if (this.#first * 2 <= this.#records.length) return;
    this.#records = this.#records.slice(this.#first);
    this.#first = 0;
  }

  /** The record that begins at a place. */
  at({ segment, offset }: SpoolPosition): SpooledRecord | undefined {
    let low = this.#first;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { start } = this.#records[middle]!;
      if (start.segment < segment || (start.segment === segment && start.offset < offset)) low = middle + 1;
      else high = middle;
    }
    const found = this.#records[low];
    return found?.start.segment === segment && found.start.offset === offset ? found : undefined;
  }
}

function bytesOf({ samples }: SpooledRecord): number {
  return samples.series.length * bytesPerSample + 200;
}
