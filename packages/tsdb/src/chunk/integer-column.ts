/**
 * Integers (up to 2^50 either way) in few bits: a predictor leaves small residuals, and those are Rice-coded with the
 * parameter that costs least. The predictor is chosen per column by the exact cost of each:
 *   level   x[i] - mean                        noise around a level (gauges)
 *   step    x[i] - x[i-1]                      random walks, rare changes
 *   bend    the change of the step             smooth counters, regular times
 *   line    x[i] - line from first to last     steady times and counters whose jitter does not add up
 *   drift   step - mean step                   counters with a rate and noise
 * Bad at: values that repeat a pattern (nothing looks further back than two values).
 *
 * Bits: predictor (3), k (6), parameters as zigzag varints (level: mean; step: first; bend: first, second; line and
 * drift: first, last), then a residual each: zigzag u; q = u >> k in unary (q ones and a zero), the low k bits of u.
 * q >= 24 is written as 24 ones and u in 54 bits. k = 63: all residuals are zero and none is written.
 * Golomb 1966, Rice 1979.
 */
import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';

const level = 0;
const step = 1;
const bend = 2;
const line = 3;
const drift = 4;
/** Those that are most often exact come first. */
const tried = [bend, step, level, line, drift] as const;
const allZero = 63;
const escapeOnes = 24;
const escapeBits = 54;

/** The largest magnitude that may be given; beyond it second differences would lose bits. */
export const integerLimit = 2 ** 50;

let residuals = new Float64Array(256);

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unzigzag(value: number): number {
  // Not `value & 1`: u reaches 2^53.
  const half = Math.floor(value / 2);
  return value - half * 2 === 0 ? half : -half - 1;
}

/** How many residuals a predictor writes: those after the values that its parameters give outright. */
function firstResidual(predictor: number): number {
  return predictor === level ? 0 : predictor === bend ? 2 : 1;
}

/** Fills `residuals` from `firstResidual` on with zigzagged residuals; returns their sum. */
function predict(values: Float64Array, count: number, predictor: number): number {
  switch (predictor) {
    case step:
      return predictSteps(values, count, 0);
    case drift:
      return predictSteps(values, count, Math.round((values[count - 1]! - values[0]!) / (count - 1)));
    case bend:
      return predictBends(values, count);
    case level:
      return predictLevel(values, count);
    default:
      return predictLine(values, count);
  }
}

function predictSteps(values: Float64Array, count: number, slope: number): number {
  let sum = 0;
  let before = values[0]! + slope;
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    const u = zigzag(value - before);
    before = value + slope;
    residuals[i] = u;
    sum += u;
  }
  return sum;
}

function predictBends(values: Float64Array, count: number): number {
  let sum = 0;
  let before = values[1]!;
  let change = before - values[0]!;
  for (let i = 2; i < count; i++) {
    const value = values[i]!;
    const u = zigzag(value - before - change);
    change = value - before;
    before = value;
    residuals[i] = u;
    sum += u;
  }
  return sum;
}

function predictLevel(values: Float64Array, count: number): number {
  const mean = columnMean(values, count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const u = zigzag(values[i]! - mean);
    residuals[i] = u;
    sum += u;
  }
  return sum;
}

function predictLine(values: Float64Array, count: number): number {
  const first = values[0]!;
  const total = values[count - 1]! - first;
  let sum = 0;
  for (let i = 1; i < count; i++) {
    const u = zigzag(values[i]! - lineAt(first, total, i, count));
    residuals[i] = u;
    sum += u;
  }
  return sum;
}

function columnMean(values: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return Math.round(sum / count);
}

function lineAt(first: number, total: number, i: number, count: number): number {
  return first + Math.round((total * i) / (count - 1));
}

/** Bits that residuals [from, count) take with parameter `k`. */
function costOf(from: number, count: number, k: number): number {
  const scale = 2 ** -k;
  let bits = 0;
  for (let i = from; i < count; i++) {
    const q = Math.floor(residuals[i]! * scale);
    bits += q >= escapeOnes ? escapeOnes + escapeBits : q + 1 + k;
  }
  return bits;
}

/** The optimum for a geometric distribution of this mean is near log2(mean * ln 2). */
function guessParameter(mean: number): number {
  return Math.max(0, Math.min(50, Math.floor(Math.log2(mean * Math.LN2 + 1))));
}

/** About how many bits `count` residuals take that sum up to `sum`: good enough to tell the predictors apart. */
function estimateCost(count: number, sum: number): number {
  if (sum === 0) return 0;
  const k = guessParameter(sum / count);
  return count * (k + 0.5) + sum * 2 ** -k;
}

/** The parameter that costs least for the residuals at hand. */
function chooseParameter(from: number, count: number, sum: number): number {
  if (sum === 0) return allZero;
  const guess = guessParameter(sum / (count - from));
  let best = guess;
  let bestCost = costOf(from, count, guess);
  for (let down = guess - 1; down >= 0; down--) {
    // Outliers pull the mean up; walking down finds the parameter of the rest.
    const cost = costOf(from, count, down);
    if (cost >= bestCost) break;
    bestCost = cost;
    best = down;
  }
  return best === guess && costOf(from, count, guess + 1) < bestCost ? guess + 1 : best;
}

/** Writes the first `count` (>= 1) integers of `values`. */
export function writeIntegers(out: BitWriter, values: Float64Array, count: number): void {
  if (residuals.length < count) residuals = new Float64Array(count * 2);
  const best = count < 3 ? step : choosePredictor(values, count);
  const from = firstResidual(best);
  const k = chooseParameter(from, count, predict(values, count, best));
  out.write(best, 3);
  out.write(k, 6);
  writeParameters(out, values, count, best);
  if (k === allZero) return;
  for (let i = from; i < count; i++) writeRice(out, residuals[i]!, k);
}

function choosePredictor(values: Float64Array, count: number): number {
  let best = step;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const predictor of tried) {
    const sum = predict(values, count, predictor);
    const cost = estimateCost(count - firstResidual(predictor), sum) + parameterCost(values, count, predictor);
    if (cost < bestCost) {
      best = predictor;
      bestCost = cost;
    }
    // Nothing beats a column that is foretold exactly.
    if (sum === 0) break;
  }
  return best;
}

function parameterCost(values: Float64Array, count: number, predictor: number): number {
  const first = varintBits(zigzag(values[0]!));
  if (predictor === step) return first;
  if (predictor === level) return varintBits(zigzag(columnMean(values, count)));
  if (predictor === bend) return first + varintBits(zigzag(values[1]! - values[0]!));
  return first + varintBits(zigzag(values[count - 1]! - values[0]!));
}

function varintBits(value: number): number {
  let bits = 8;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bits += 8;
  return bits;
}

function writeParameters(out: BitWriter, values: Float64Array, count: number, predictor: number): void {
  if (predictor === level) {
    out.varint(zigzag(columnMean(values, count)));
    return;
  }
  out.varint(zigzag(values[0]!));
  if (predictor === bend) out.varint(zigzag(values[1]! - values[0]!));
  else if (predictor !== step) out.varint(zigzag(values[count - 1]! - values[0]!));
}

function writeRice(out: BitWriter, u: number, k: number): void {
  const q = u < 2 ** 31 && k < 31 ? u >>> k : Math.floor(u * 2 ** -k);
  // A row of 24 ones always means the escape, also where a longer one would fit.
  if (q < escapeOnes && q + 1 + k <= 31) {
    // q ones, a zero and the low bits at once.
    out.write((((1 << (q + 1)) - 2) << k) | (u & ((1 << k) - 1)), q + 1 + k);
    return;
  }
  if (q >= escapeOnes) {
    out.write(0xffffff, escapeOnes);
    out.write(Math.floor(u / 2 ** 32), escapeBits - 32);
    out.write(u % 2 ** 32, 32);
    return;
  }
  out.write(2 ** (q + 1) - 2, q + 1);
  if (k > 32) {
    out.write(Math.floor((u % 2 ** k) / 2 ** 32), k - 32);
    out.write(u % 2 ** 32, 32);
  } else {
    out.write(u % 2 ** 32, k);
  }
}

function readRice(input: BitReader, k: number): number {
  const q = input.ones(escapeOnes);
  if (q === escapeOnes) {
    const high = input.read(escapeBits - 32);
    return high * 2 ** 32 + input.read(32);
  }
  if (k <= 24) return q * (1 << k) + input.read(k);
  const high = k > 32 ? input.read(k - 32) : 0;
  return q * 2 ** k + high * 2 ** 32 + input.read(Math.min(k, 32));
}

/** The step of a column that begins with 0 and rises evenly; `undefined` for any other, and then nothing is taken. */
export function readEvenSteps(input: BitReader): number | undefined {
  const { position } = input;
  if (input.read(3) === bend && input.read(6) === allZero && input.varint() === 0) return unzigzag(input.varint());
  input.position = position;
  return undefined;
}

/** Reads `count` integers into `out[from...]`. */
export function readIntegers(input: BitReader, count: number, out: Float64Array, from: number): void {
  const predictor = input.read(3);
  const k = input.read(6);
  const first = unzigzag(input.varint());
  const second = predictor === level || predictor === step ? 0 : unzigzag(input.varint());
  const begin = from + firstResidual(predictor);
  const end = from + count;
  if (k === allZero) out.fill(0, begin, end);
  else if (k <= fastParameter) readResiduals(input, k, { out, from: begin, to: end });
  else for (let i = begin; i < end; i++) out[i] = unzigzag(readRice(input, k));
  // What the predictor foretold is added in a second walk: both are tight loops.
  if (predictor === level) {
    for (let i = from; i < end; i++) out[i]! += first;
    return;
  }
  out[from] = first;
  if (predictor === line) {
    for (let i = 1; i < count; i++) out[from + i]! += lineAt(first, second, i, count);
  } else if (predictor === bend) {
    if (count > 1) addBends(out, { from, to: end }, { first, change: second });
  } else {
    const slope = predictor === drift ? Math.round(second / (count - 1)) : 0;
    let before = first;
    for (let i = from + 1; i < end; i++) {
      before += slope + out[i]!;
      out[i] = before;
    }
  }
}

function addBends(
  out: Float64Array,
  range: { from: number; to: number },
  begin: { first: number; change: number },
): void {
  let { change } = begin;
  let before = begin.first + change;
  out[range.from + 1] = before;
  for (let i = range.from + 2; i < range.to; i++) {
    change += out[i]!;
    before += change;
    out[i] = before;
  }
}

/** Up to this parameter a residual is mostly within the bits that one look gives. */
const fastParameter = 20;

/** Rice-coded residuals, signed again. One look of 25 bits mostly gives one whole; where it does not, step by step. */
function readResiduals(input: BitReader, k: number, into: { out: Float64Array; from: number; to: number }): void {
  const { out, to } = into;
  let i = into.from;
  while (i < to) {
    i = input.riceRun(k, out, i, to);
    if (i < to) out[i++] = unzigzag(readRice(input, k));
  }
}
