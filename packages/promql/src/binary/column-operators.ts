/** Operators on whole columns: plain loops over typed arrays where all samples are numbers, sample by sample otherwise. */
import type { Column } from '../evaluate/column.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { type BinaryOperator, comparisonOperators } from '../parse/ast.ts';
import { floatOperators } from './float-operators.ts';
import { type OperatorContext, operateOnSamples, type Sample } from './sample-operators.ts';

export interface OperatorOptions {
  readonly op: BinaryOperator;
  readonly returnBool: boolean;
  readonly context: OperatorContext;
}

/** The side of a column operator: samples, and where there are any; a scalar is there at every step. */
export interface Side {
  readonly values: Float64Array;
  readonly present: Uint8Array | undefined;
  readonly histograms: Column['histograms'];
}

export interface OperatorResult {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly histograms: (FloatHistogram | undefined)[] | undefined;
}

/** @param kept The side whose samples pass through a comparison without `bool`. */
export function operateOnColumns(
  left: Side,
  right: Side,
  options: OperatorOptions & { kept: 'left' | 'right' },
): OperatorResult {
  const { op, returnBool, kept } = options;
  if (left.histograms !== undefined || right.histograms !== undefined || op === '</' || op === '>/')
    return sampleBySample(left, right, options);
  const apply = floatOperators.get(op)!;
  const count = left.values.length;
  const present = bothPresent(left.present, right.present, count);
  const isFilter = comparisonOperators.includes(op) && !returnBool;
  const values = isFilter ? (kept === 'left' ? left : right).values.slice() : new Float64Array(count);
  const a = left.values;
  const b = right.values;
  if (isFilter) {
    for (let step = 0; step < count; step++)
      if (present[step] === 1 && apply(a[step]!, b[step]!) === 0) present[step] = 0;
  } else if (op === '/') {
    // The most common of all, without a call for each step.
    for (let step = 0; step < count; step++) values[step] = a[step]! / b[step]!;
  } else {
    for (let step = 0; step < count; step++) values[step] = apply(a[step]!, b[step]!);
  }
  return { values, present, histograms: undefined };
}

function bothPresent(a: Uint8Array | undefined, b: Uint8Array | undefined, count: number): Uint8Array {
  const present = new Uint8Array(count);
  for (let step = 0; step < count; step++) present[step] = (a?.[step] ?? 1) & (b?.[step] ?? 1);
  return present;
}

function sampleBySample(
  left: Side,
  right: Side,
  options: OperatorOptions & { kept: 'left' | 'right' },
): OperatorResult {
  const { op, returnBool, context, kept } = options;
  const count = left.values.length;
  const present = bothPresent(left.present, right.present, count);
  const values = new Float64Array(count);
  const histograms = new Array<FloatHistogram | undefined>(count);
  for (let step = 0; step < count; step++) {
    if (present[step] === 0) continue;
    const a: Sample = left.histograms?.[step] ?? left.values[step]!;
    const b: Sample = right.histograms?.[step] ?? right.values[step]!;
    const result = combine(a, b, { op, returnBool, context, kept });
    if (result === undefined) present[step] = 0;
    else if (typeof result === 'number') values[step] = result;
    else histograms[step] = result;
  }
  return { values, present, histograms };
}

function combine(
  left: Sample,
  right: Sample,
  options: OperatorOptions & { kept: 'left' | 'right' },
): Sample | undefined {
  const { op, returnBool, context, kept } = options;
  if (typeof left === 'number' && typeof right === 'number') {
    const apply = floatOperators.get(op);
    if (apply !== undefined) {
      const value = apply(left, right);
      if (returnBool || !comparisonOperators.includes(op)) return value;
      return value === 0 ? undefined : kept === 'left' ? left : right;
    }
    context.annotations.info(
      `incompatible sample types encountered for binary operator ${JSON.stringify(op)}: float ${op} float`,
      context.place,
    );
    return undefined;
  }
  const result = operateOnSamples(op, left, right, context);
  if (result === undefined) return undefined;
  if ('sample' in result) return result.sample;
  if (returnBool) return result.holds ? 1 : 0;
  return result.holds ? (kept === 'left' ? left : right) : undefined;
}
