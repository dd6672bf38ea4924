/**
 * Integers (up to 2^51 either way) in nearly as few bits as there is surprise in them. A predictor foretells each value,
 * what is left is split into sign, size class (how many bits) and digits; class, sign and the two leading digits are
 * coded with chances that are learned on the way (range-coder.ts), the rest as they are. Predictors, the best by the
 * sum of logarithms of what they leave:
 *   0 level  mean                          1 step  the last value            2 bend  last value + last step
 *   3 line   first to last                 4 drift last value + mean step
 *   5..8     mean + f * (last - mean), f = 1/4, 1/2, 3/4, 7/8: gauges that swing around a level
 * Bad at: patterns that repeat. What a reader must know beside the stream: how many values, the first of them, predictor and
 * depth in one byte (`shapeByte`), and a parameter (level, 5..8: mean; step: none; bend, drift, line: the second value less
 * the first, mean step, last value less the first). A size class takes `depth` decisions; with depth 0 all is as foretold.
 */
import { Cells, flip, type RangeDecoder, type RangeEncoder, rates, slowest } from './range-coder.ts';

const predictors = 9;
const tried = [1, 4, 0, 2, 3, 5, 6, 7, 8];
const level = 0;
const bend = 2;
const line = 3;
const drift = 4;
const factors = [0, 0, 0, 0, 0, 0.25, 0.5, 0.75, 0.875];

const classes = 64;
const contexts = 3;
const signCells = classes * contexts;
const digitCells = signCells + classes;
/** One set for all streams: never live across a call. */
const cells = new Cells(digitCells + classes * 4);

let residuals = new Float64Array(2048);

export interface IntegerParameters {
  predictor: number;
  /** Mean, second value, mean step, or last minus first; see above. */
  parameter: number;
  first: number;
  /** Decisions that a size class takes, 0..6. */
  depth: number;
}

/** Predictor and depth as one byte. */
export function shapeByte(parameters: IntegerParameters): number {
  return parameters.predictor + 16 * parameters.depth;
}

/** Throws `RangeError` for a byte that `shapeByte` does not give. */
export function readShape(byte: number): { predictor: number; depth: number } {
  const shape = { predictor: byte & 15, depth: byte >>> 4 };
  if (shape.predictor >= predictors || shape.depth > maxDepth) throw new RangeError(`no such integer stream: ${byte}`);
  return shape;
}

const maxDepth = 6;

function foretell(
  values: Float64Array,
  i: number,
  of: { predictor: number; parameter: number; first: number; count: number },
): number {
  const before = values[i - 1]!;
  const { predictor, parameter } = of;
  switch (predictor) {
    case level:
      return parameter;
    case bend:
      return i === 1 ? before + parameter : 2 * before - values[i - 2]!;
    case line:
      return of.first + Math.round((parameter * i) / (of.count - 1));
    case drift:
      return before + parameter;
    default:
      return predictor < 5 ? before : parameter + Math.round(factors[predictor]! * (before - parameter));
  }
}

/** The parameter of a predictor for these values. */
function parameterOf(values: Float64Array, count: number, predictor: number): number {
  if (predictor === 1 || count < 2) return 0;
  if (predictor === bend) return values[1]! - values[0]!;
  if (predictor === line) return values[count - 1]! - values[0]!;
  if (predictor === drift) return Math.round((values[count - 1]! - values[0]!) / (count - 1));
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return Math.round(sum / count);
}

/** Enough to tell the predictors apart: three stretches of the column. */
const stretch = 64;

/** About how many bits a predictor would need: the sum of the logarithms of what it leaves. */
function cost(values: Float64Array, count: number, predictor: number): number {
  const parameter = parameterOf(values, count, predictor);
  const of = { predictor, parameter, first: values[0]!, count };
  const bits = parameter === 0 ? 0 : Math.log2(Math.abs(parameter) + 1);
  if (count <= 4 * stretch) return bits + costBetween(values, { from: 1, to: count }, of);
  let sum = 0;
  for (const from of [1, (count >> 1) - (stretch >> 1), count - stretch])
    sum += costBetween(values, { from, to: from + stretch }, of);
  return bits + (sum * count) / (3 * stretch);
}

function costBetween(
  values: Float64Array,
  range: { from: number; to: number },
  of: { predictor: number; parameter: number; first: number; count: number },
): number {
  let bits = 0;
  let product = 1;
  for (let i = range.from; i < range.to; i++) {
    product *= Math.abs(values[i]! - foretell(values, i, of)) + 1;
    if (product > 1e200) {
      bits += Math.log2(product);
      product = 1;
    }
  }
  return bits + Math.log2(product);
}

/** Beyond this only differences of two are taken: the predictors that reach further would lose bits. */
const farLimit = 2 ** 49;

/** Finds the predictor that leaves least. What it leaves is kept for `encodeIntegers`, which must be called next. */
export function planIntegers(values: Float64Array, count: number): IntegerParameters {
  const predictor = choosePredictor(values, count);
  const of = { predictor, parameter: parameterOf(values, count, predictor), first: values[0]!, count };
  if (residuals.length < count) residuals = new Float64Array(count * 2);
  let largest = 0;
  for (let i = 1; i < count; i++) {
    const residual = values[i]! - foretell(values, i, of);
    residuals[i] = residual;
    largest = Math.max(largest, Math.abs(residual));
  }
  const depth = 32 - Math.clz32(classOf(largest));
  return { predictor, parameter: of.parameter, first: of.first, depth };
}

function choosePredictor(values: Float64Array, count: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(values[i]!));
  if (largest > farLimit) return 1;
  let best = 1;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const predictor of tried) {
    const bits = cost(values, count, predictor);
    if (bits >= bestCost) continue;
    bestCost = bits;
    best = predictor;
    // Foretold exactly: nothing is better.
    if (bits === 0) break;
  }
  return best;
}

/** 0 for 0, else how many bits the magnitude has. */
function classOf(magnitude: number): number {
  return magnitude < 2 ** 32 ? 32 - Math.clz32(magnitude) : 64 - Math.clz32(Math.floor(magnitude / 2 ** 32));
}

function contextOf(before: number, long: number): number {
  return before === 0 ? 0 : before * 8 >= long ? 2 : 1;
}

/** Writes what `planIntegers` left to `out`; the first value goes with the parameters. */
export function encodeIntegers(out: RangeEncoder, count: number, depth: number): void {
  if (depth === 0) return;
  cells.reset();
  let before = 0;
  let long = 0;
  for (let i = 1; i < count; i++) {
    const residual = residuals[i]!;
    const magnitude = Math.abs(residual);
    const size = classOf(magnitude);
    writeClass(out, size, { base: contextOf(before, long) * classes, depth });
    before = size;
    long += size - (long >> 3);
    if (size === 0) continue;
    out.bit(cells, signCells + size, residual < 0 ? 1 : 0);
    if (size === 1) continue;
    let rest = magnitude - 2 ** (size - 1);
    let left = size - 1;
    let place = 1;
    for (let digit = 0; digit < 2 && left > 0; digit++) {
      left--;
      const weight = 2 ** left;
      const bit = rest >= weight ? 1 : 0;
      if (bit === 1) rest -= weight;
      out.bit(cells, digitCells + size * 4 + place, bit);
      place = place * 2 + bit;
    }
    out.direct(rest, left);
  }
}

function writeClass(out: RangeEncoder, size: number, tree: { base: number; depth: number }): void {
  let place = 1;
  for (let shift = tree.depth - 1; shift >= 0; shift--) {
    const bit = (size >> shift) & 1;
    out.bit(cells, tree.base + place, bit);
    place = place * 2 + bit;
  }
}

/** Reads into out[from ... from + count). */
export function decodeIntegers(
  input: RangeDecoder,
  count: number,
  parameters: IntegerParameters,
  into: { values: Float64Array; from: number },
): void {
  const values = into.from === 0 ? into.values : into.values.subarray(into.from);
  values[0] = parameters.first;
  if (parameters.depth === 0) values.fill(0, 1, count);
  else readResiduals(input, { count, depth: parameters.depth }, values);
  addForetold(values, count, parameters);
}

/** What is decided about a residual, one after the other. */
const ofClass = 0;
const ofSign = 1;
const ofFirstDigit = 2;
const ofSecondDigit = 3;

/**
 * One loop with the decoder's state in variables of its own: this is where reading a block spends its time. Each turn is
 * `RangeDecoder.bit`, and then what the bit says.
 */
function readResiduals(input: RangeDecoder, of: { count: number; depth: number }, values: Float64Array): void {
  const { count, depth } = of;
  cells.reset();
  const { chances, seen } = cells;
  const { bytes, end } = input;
  let { at, range, code } = input;
  const leaf = 1 << depth;
  let before = 0;
  let long = 0;
  for (let i = 1; i < count; i++) {
    const base = contextOf(before, long) * classes;
    let what = ofClass;
    let cell = base + 1;
    let place = 1;
    let size = 0;
    let magnitude = 0;
    let isNegative = 0;
    for (;;) {
      const chance = chances[cell]!;
      const n = seen[cell]!;
      const bound = Math.imul(range >>> 12, chance);
      let bit = 0;
      if ((code ^ flip) < (bound ^ flip)) {
        range = bound;
        chances[cell] = chance + (((4080 - chance) * rates[n]!) >> 16);
      } else {
        code = (code - bound) | 0;
        range = (range - bound) | 0;
        chances[cell] = chance + (((16 - chance) * rates[n]!) >> 16);
        bit = 1;
      }
      if (n < slowest) seen[cell] = n + 1;
      while (range >>> 24 === 0) {
        range <<= 8;
        code = (code << 8) | (at < end ? bytes[at++]! : 0);
      }
      if (what === ofClass) {
        place = place * 2 + bit;
        cell = base + place;
        if (place < leaf) continue;
        size = place - leaf;
        if (size === 0) break;
        what = ofSign;
        cell = signCells + size;
      } else if (what === ofSign) {
        isNegative = bit;
        magnitude = 1;
        if (size === 1) break;
        what = ofFirstDigit;
        cell = digitCells + size * 4 + 1;
      } else {
        magnitude = magnitude * 2 + bit;
        if (what === ofSecondDigit || size === 2) break;
        what = ofSecondDigit;
        cell = digitCells + size * 4 + magnitude;
      }
    }
    if (size > 3) {
      input.resume(at, range, code);
      const left = size - 3;
      magnitude = magnitude * 2 ** left + input.direct(left);
      ({ at, range, code } = input);
    }
    values[i] = isNegative === 1 ? -magnitude : magnitude;
    before = size;
    long += size - (long >> 3);
  }
}

/** Puts what was foretold back onto what was left, in place. */
function addForetold(values: Float64Array, count: number, parameters: IntegerParameters): void {
  const { predictor, parameter, first } = parameters;
  if (predictor === level) {
    for (let i = 1; i < count; i++) values[i] = values[i]! + parameter;
    return;
  }
  if (predictor === 1 || predictor === drift) {
    let before = first;
    for (let i = 1; i < count; i++) {
      before += values[i]! + parameter;
      values[i] = before;
    }
    return;
  }
  const of = { predictor, parameter, first, count };
  for (let i = 1; i < count; i++) values[i] = foretell(values, i, of) + values[i]!;
}
