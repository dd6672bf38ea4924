/** Samples on their way out, column by column: an object for each would be the greatest part of what sending costs. */
import type { OutgoingExemplar, OutgoingSeries } from './outgoing.ts';

/** What must know when a sample is done. */
export interface Batch {
  remaining: number;
}

export interface OutgoingSample {
  series: OutgoingSeries;
  timestamp: number;
  value: number;
  /** Those of the series that came since the sample before. */
  exemplars?: readonly OutgoingExemplar[] | undefined;
}

export class SampleColumns {
  series: OutgoingSeries[] = [];
  timestamps: number[] = [];
  values: number[] = [];
  exemplars: (readonly OutgoingExemplar[] | undefined)[] = [];
  batches: Batch[] = [];

  get length(): number {
    return this.series.length;
  }

  push({ series, timestamp, value, exemplars }: OutgoingSample, batch: Batch): void {
    this.series.push(series);
    this.timestamps.push(timestamp);
    this.values.push(value);
    this.exemplars.push(exemplars);
    this.batches.push(batch);
  }

  /** A copy of those from one place to before another. */
  slice(from: number, to = this.length): SampleColumns {
    return this.#map((column) => column.slice(from, to));
  }

  /** The older and the newer half. */
  halves(): [SampleColumns, SampleColumns] {
    const inTime = Array.from(this.timestamps.keys()).sort((a, b) => this.timestamps[a]! - this.timestamps[b]!);
    const half = Math.ceil(inTime.length / 2);
    const of = (places: readonly number[]) => this.#map((column) => places.map((place) => column[place]!));
    return [of(inTime.slice(0, half)), of(inTime.slice(half))];
  }

  #map(change: <T>(column: T[]) => T[]): SampleColumns {
    const result = new SampleColumns();
    result.series = change(this.series);
    result.timestamps = change(this.timestamps);
    result.values = change(this.values);
    result.exemplars = change(this.exemplars);
    result.batches = change(this.batches);
    return result;
  }
}
