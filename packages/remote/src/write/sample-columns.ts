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

/** Samples in columns. Those of numbers may be longer than `length`. */
export class SampleColumns {
  length = 0;
  series: OutgoingSeries[] = [];
  timestamps = new Float64Array(0);
  values = new Float64Array(0);
  exemplars: (readonly OutgoingExemplar[] | undefined)[] = [];
  batches: Batch[] = [];

  push({ series, timestamp, value, exemplars }: OutgoingSample, batch: Batch): void {
    if (this.length === this.timestamps.length) {
      this.timestamps = longer(this.timestamps);
      this.values = longer(this.values);
    }
    this.timestamps[this.length] = timestamp;
    this.values[this.length] = value;
    this.series.push(series);
    this.exemplars.push(exemplars);
    this.batches.push(batch);
    this.length++;
  }

  /** A copy of the first. */
  first(count: number): SampleColumns {
    const result = new SampleColumns();
    result.length = Math.min(count, this.length);
    result.series = this.series.slice(0, result.length);
    result.timestamps = this.timestamps.slice(0, result.length);
    result.values = this.values.slice(0, result.length);
    result.exemplars = this.exemplars.slice(0, result.length);
    result.batches = this.batches.slice(0, result.length);
    return result;
  }

  /** Takes out the first. */
  drop(count: number): void {
    this.timestamps.copyWithin(0, count, this.length);
    this.values.copyWithin(0, count, this.length);
    for (const column of [this.series, this.exemplars, this.batches]) column.splice(0, count);
    this.length -= count;
  }

  /** The older and the newer half. */
  halves(): [SampleColumns, SampleColumns] {
    const inTime = Array.from(this.series.keys()).sort((a, b) => this.timestamps[a]! - this.timestamps[b]!);
    const half = Math.ceil(inTime.length / 2);
    return [this.#of(inTime.slice(0, half)), this.#of(inTime.slice(half))];
  }

  #of(places: readonly number[]): SampleColumns {
    const result = new SampleColumns();
    for (const place of places)
      result.push(
        {
          series: this.series[place]!,
          timestamp: this.timestamps[place]!,
          value: this.values[place]!,
          exemplars: this.exemplars[place],
        },
        this.batches[place]!,
      );
    return result;
  }
}

function longer(column: Float64Array): Float64Array<ArrayBuffer> {
  const result = new Float64Array(Math.max(64, column.length * 2));
  result.set(column);
  return result;
}
