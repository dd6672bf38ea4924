/**
 * Each column is forecast one row ahead from all columns (vector autoregression with ridge):
 *   z[t] ~ W · (z[t-1], z[t-2], slow mean of z, two harmonics of the day, 1),   W = (XᵀX + λI)⁻¹ XᵀZ.
 * The harmonics are there once two days are known: load that rises every morning is no surprise. What W cannot say, in units of its usual size, is the surprise of a column: a jump, a correlation that broke, a pattern
 * that never was. Strangeness is the mean of ln(1 + surprise) over the most surprising columns: the logarithm keeps one wild
 * column from drowning several odd ones. With few rows each column is forecast from itself only.
 * Bad at: the middle of a long fault that holds still, which is predictable; and spikes that recur on another clock.
 */
import { solveSymmetric } from './linear-algebra.ts';
import type { FittedModel, RowModel, ScaledRows } from './model.ts';
import { meanOfTop, topCount } from './top-columns.ts';
import { usualSize } from './usual-size.ts';

const slowRate = 0.1;
const ridge = 10;
/** While learning, what is further out counts as this: a fault in the past should not become the rule. */
const learnedSpreads = 5;
/** While judging, likewise: one wild number must not break the forecast of all columns. */
const judgedSpreads = 20;
/** Rows per unknown below which a forecast from all columns would only repeat the past. */
const rowsPerUnknown = 4;
const mostUnknowns = 260;
/** More rows than this teach nothing new and cost time. */
const mostFitted = 16_384;
const leastResidual = 0.01;
/** A sine and a cosine each. */
const harmonics = 2;
const daysNeeded = 2;
const dayMs = 86_400_000;

export const vectorAutoregression: RowModel = {
  name: 'vector-autoregression',
  about: 'forecasts each column from all columns one row ahead; what breaks the forecast is strange',
  fit,
};

/** What a row is forecast from: the last two rows and the slow mean, with gaps filled by what was last known. */
class Past {
  readonly one: Float64Array;
  readonly two: Float64Array;
  readonly slow: Float64Array;
  /** The time of the row that is forecast. */
  readonly day: Float64Array;
  #seen = 0;

  constructor(columns: number, dayParts: number) {
    this.day = new Float64Array(dayParts);
    this.one = new Float64Array(columns);
    this.two = new Float64Array(columns);
    this.slow = new Float64Array(columns);
  }

  get isReady(): boolean {
    return this.#seen >= 2;
  }

  /** Looks at the row of this time, epoch milliseconds. */
  turnTo(at: number): void {
    const angle = (2 * Math.PI * (at % dayMs)) / dayMs;
    for (let k = 0; k < this.day.length; k += 2) {
      this.day[k] = Math.sin((k / 2 + 1) * angle);
      this.day[k + 1] = Math.cos((k / 2 + 1) * angle);
    }
  }

  /** The newest row moves in; values beyond ±`most` count as that. */
  push(z: ArrayLike<number>, from: number, most: number): void {
    const { one, two, slow } = this;
    for (let j = 0; j < one.length; j++) {
      const value = z[from + j]!;
      const known = Number.isNaN(value) ? one[j]! : Math.min(Math.max(value, -most), most);
      two[j] = this.#seen === 0 ? known : one[j]!;
      one[j] = known;
      slow[j] = this.#seen === 0 ? known : slow[j]! + slowRate * (known - slow[j]!);
    }
    this.#seen++;
  }
}

/** Three features a column and a constant: of one column alone, or of all, which then know the time of day as well. */
interface Weights {
  /** features x columns when `isJoint`, else 4 x columns. */
  readonly w: Float64Array;
  readonly isJoint: boolean;
  /** Features that say the time of day; they stand last, before the constant. */
  readonly dayParts: number;
}

function fit(rows: ScaledRows): FittedModel {
  const d = rows.columns;
  const span = rows.rows === 0 ? 0 : rows.at[rows.rows - 1]! - rows.at[0]!;
  const dayParts = span >= daysNeeded * dayMs ? 2 * harmonics : 0;
  const unknowns = 3 * d + dayParts + 1;
  const isJoint = unknowns <= mostUnknowns && rows.rows >= rowsPerUnknown * unknowns;
  const weights = isJoint ? fitJoint(rows, dayParts) : fitAlone(rows);
  return new Forecast(weights, residualSizes(rows, weights));
}

function strideOf(rows: ScaledRows): number {
  return Math.max(1, Math.ceil(rows.rows / mostFitted));
}

function fitJoint(rows: ScaledRows, dayParts: number): Weights {
  const d = rows.columns;
  const n = 3 * d + dayParts + 1;
  const gram = new Float64Array(n * n);
  const cross = new Float64Array(n * d);
  const x = new Float64Array(n);
  const past = new Past(d, dayParts);
  const stride = strideOf(rows);
  for (let i = 0; i < rows.rows; i++) {
    if (past.isReady && i % stride === 0) {
      past.turnTo(rows.at[i]!);
      laySide(past, x);
      for (let a = 0; a < n; a++) {
        const xa = x[a]!;
        if (xa === 0) continue;
        for (let b = 0; b <= a; b++) gram[a * n + b]! += xa * x[b]!;
        for (let j = 0; j < d; j++) {
          const value = clip(rows.z[i * d + j]!);
          // A missing target is its own forecast from the last row: it teaches persistence, a little.
          cross[a * d + j]! += xa * (Number.isNaN(value) ? past.one[j]! : value);
        }
      }
    }
    past.push(rows.z, i * d, learnedSpreads);
  }
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) gram[b * n + a] = gram[a * n + b]!;
    gram[a * n + a]! += ridge;
  }
  // λ makes the matrix definite; only overflow could spoil it, and z is bounded.
  if (!solveSymmetric(gram, cross, n, d)) return fitAlone(rows);
  return { w: cross, isJoint: true, dayParts };
}

function laySide(past: Past, x: Float64Array): void {
  const d = past.one.length;
  x.set(past.one, 0);
  x.set(past.two, d);
  x.set(past.slow, 2 * d);
  x.set(past.day, 3 * d);
  x[x.length - 1] = 1;
}

function fitAlone(rows: ScaledRows): Weights {
  const d = rows.columns;
  const gram = new Float64Array(16 * d);
  const cross = new Float64Array(4 * d);
  const past = new Past(d, 0);
  const x = new Float64Array(4);
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; past.isReady && j < d; j++) {
      const value = clip(rows.z[i * d + j]!);
      if (Number.isNaN(value)) continue;
      x[0] = past.one[j]!;
      x[1] = past.two[j]!;
      x[2] = past.slow[j]!;
      x[3] = 1;
      for (let a = 0; a < 4; a++) {
        for (let b = 0; b < 4; b++) gram[16 * j + 4 * a + b]! += x[a]! * x[b]!;
        cross[4 * j + a]! += x[a]! * value;
      }
    }
    past.push(rows.z, i * d, learnedSpreads);
  }
  const w = new Float64Array(4 * d);
  for (let j = 0; j < d; j++) {
    const own = gram.slice(16 * j, 16 * j + 16);
    for (let a = 0; a < 4; a++) own[5 * a]! += 1;
    const solution = cross.slice(4 * j, 4 * j + 4);
    if (solveSymmetric(own, solution, 4, 1)) for (let a = 0; a < 4; a++) w[a * d + j] = solution[a]!;
    else w[j] = 1;
  }
  return { w, isJoint: false, dayParts: 0 };
}

/** NaN stays NaN. */
function clip(z: number): number {
  return Math.min(Math.max(z, -learnedSpreads), learnedSpreads);
}

/** Of the row at this time, into `out`. */
function forecast({ w, isJoint }: Weights, past: Past, at: number, out: Float64Array): void {
  const d = out.length;
  const { one, two, slow, day } = past;
  if (!isJoint) {
    for (let j = 0; j < d; j++)
      out[j] = w[j]! * one[j]! + w[d + j]! * two[j]! + w[2 * d + j]! * slow[j]! + w[3 * d + j]!;
    return;
  }
  past.turnTo(at);
  const constant = 3 * d + day.length;
  for (let j = 0; j < d; j++) out[j] = w[constant * d + j]!;
  for (let k = 0; k < day.length; k++) for (let j = 0; j < d; j++) out[j]! += day[k]! * w[(3 * d + k) * d + j]!;
  for (let a = 0; a < d; a++) {
    const x1 = one[a]!;
    const x2 = two[a]!;
    const x3 = slow[a]!;
    const at1 = a * d;
    const at2 = (d + a) * d;
    const at3 = (2 * d + a) * d;
    for (let j = 0; j < d; j++) out[j]! += x1 * w[at1 + j]! + x2 * w[at2 + j]! + x3 * w[at3 + j]!;
  }
}

function residualSizes(rows: ScaledRows, weights: Weights): Float64Array {
  const d = rows.columns;
  const past = new Past(d, weights.dayParts);
  const expected = new Float64Array(d);
  const stride = strideOf(rows);
  const sizes: number[][] = Array.from({ length: d }, () => []);
  for (let i = 0; i < rows.rows; i++) {
    if (past.isReady && i % stride === 0) {
      forecast(weights, past, rows.at[i]!, expected);
      for (let j = 0; j < d; j++) {
        const value = clip(rows.z[i * d + j]!);
        if (!Number.isNaN(value)) sizes[j]!.push(Math.abs(value - expected[j]!));
      }
    }
    past.push(rows.z, i * d, learnedSpreads);
  }
  return Float64Array.from(sizes, (known) => usualSize(known, leastResidual));
}

class Forecast implements FittedModel {
  readonly #weights: Weights;
  readonly #sizes: Float64Array;
  readonly #past: Past;
  readonly #expected: Float64Array;
  readonly #scratch: Float64Array;
  readonly #top: number;

  constructor(weights: Weights, sizes: Float64Array) {
    const d = sizes.length;
    this.#weights = weights;
    this.#sizes = sizes;
    this.#past = new Past(d, weights.dayParts);
    this.#expected = new Float64Array(d);
    this.#scratch = new Float64Array(d);
    this.#top = topCount(d);
  }

  observe(z: Float64Array, at: number, parts: Float64Array): number {
    parts.fill(0);
    if (this.#past.isReady) {
      forecast(this.#weights, this.#past, at, this.#expected);
      for (let j = 0; j < z.length; j++) {
        const value = Math.min(Math.max(z[j]!, -judgedSpreads), judgedSpreads);
        if (!Number.isNaN(value)) parts[j] = Math.log1p(Math.abs(value - this.#expected[j]!) / this.#sizes[j]!);
      }
    }
    this.#past.push(z, 0, judgedSpreads);
    return meanOfTop(parts, this.#top, this.#scratch);
  }
}
