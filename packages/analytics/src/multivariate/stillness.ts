/**
 * Columns that move less than they ever do: a frozen reading, work that has stopped. Of each column's steps, in usual steps, a
 * short mean m is kept, and its logarithm is compared with the past's:
 *   part = max(0, (median - ln(m + 0.05)) / (median - 1st percentile)),   strangeness = mean of the largest parts.
 * It says little alone; beside models that look for too much it hears what is too little.
 * Bad at: columns that are usually still, which it never calls strange.
 */
import type { FittedModel, RowModel, ScaledRows } from './model.ts';
import { meanOfTop, topCount } from './top-columns.ts';
import { usualSize } from './usual-size.ts';

const meanRows = 10;
const least = 0.05;
const mostSteps = 50;
const leastWay = 0.2;
const rareShare = 0.01;
const leastStep = 0.01;
const mostSized = 8_192;
const settleRows = 100;

export const stillness: RowModel = {
  name: 'stillness',
  about: 'columns that move less than they ever do',
  fit,
};

function fit(rows: ScaledRows): FittedModel {
  const d = rows.columns;
  const model = new Stillness(usualSteps(rows), new Float64Array(d), new Float64Array(d).fill(1));
  const seen = Array.from({ length: d }, (): number[] => []);
  const stride = Math.max(1, Math.ceil(rows.rows / mostSized));
  const z = new Float64Array(d);
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < d; j++) z[j] = rows.z[i * d + j]!;
    model.advance(z);
    if (i >= settleRows && i % stride === 0) for (let j = 0; j < d; j++) seen[j]!.push(model.level(j));
  }
  for (let j = 0; j < d; j++) {
    const sorted = Float64Array.from(seen[j]!).sort();
    const median = sorted[sorted.length >> 1] ?? 0;
    model.median[j] = median;
    model.way[j] = Math.max(median - (sorted[Math.floor(rareShare * sorted.length)] ?? median), leastWay);
  }
  return model;
}

function usualSteps(rows: ScaledRows): Float64Array {
  const d = rows.columns;
  const stride = Math.max(1, Math.ceil(rows.rows / mostSized));
  return Float64Array.from({ length: d }, (_, j) => {
    const known: number[] = [];
    for (let i = 1; i < rows.rows; i += stride) {
      const step = Math.abs(rows.z[i * d + j]! - rows.z[(i - 1) * d + j]!);
      if (!Number.isNaN(step)) known.push(step);
    }
    return usualSize(known, leastStep);
  });
}

class Stillness implements FittedModel {
  readonly median: Float64Array;
  readonly way: Float64Array;
  readonly #steps: Float64Array;
  readonly #means: Float64Array;
  readonly #last: Float64Array;
  readonly #scratch: Float64Array;
  readonly #top: number;

  constructor(steps: Float64Array, median: Float64Array, way: Float64Array) {
    const d = steps.length;
    this.#steps = steps;
    this.median = median;
    this.way = way;
    this.#means = new Float64Array(d).fill(1);
    this.#last = new Float64Array(d).fill(Number.NaN);
    this.#scratch = new Float64Array(d);
    this.#top = topCount(d);
  }

  observe(z: Float64Array, _at: number, parts: Float64Array): number {
    this.advance(z);
    for (let j = 0; j < parts.length; j++) parts[j] = Math.max(0, (this.median[j]! - this.level(j)) / this.way[j]!);
    return meanOfTop(parts, this.#top, this.#scratch);
  }

  /** Logarithm of the short mean of a column's steps. */
  level(column: number): number {
    return Math.log(least + this.#means[column]!);
  }

  /** A missing value is no step at all: it neither moves the column nor holds it still. */
  advance(z: Float64Array): void {
    for (let j = 0; j < z.length; j++) {
      const value = z[j]!;
      if (Number.isNaN(value)) continue;
      const step = Math.abs(value - this.#last[j]!) / this.#steps[j]!;
      this.#last[j] = value;
      if (!Number.isNaN(step)) this.#means[j]! += (Math.min(step, mostSteps) - this.#means[j]!) / meanRows;
    }
  }
}
