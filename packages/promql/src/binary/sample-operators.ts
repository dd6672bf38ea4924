/** Operators on two samples where one at least is a histogram: which are allowed, and what is told where they are not. */
import type { Annotations, Place } from '../evaluate/annotations.ts';
import { addHistograms, divideHistogram, multiplyHistogram, subtractHistograms } from '../histogram/arithmetic.ts';
import { equalHistograms, type FloatHistogram } from '../histogram/float-histogram.ts';
import { trimHistogram } from '../histogram/trim.ts';
import type { BinaryOperator } from '../parse/ast.ts';

export type Sample = number | FloatHistogram;

/** A filter that holds gives its left sample; `undefined` where there is no result. */
export type SampleResult = { readonly sample: Sample } | { readonly holds: boolean } | undefined;

export interface OperatorContext {
  readonly annotations: Annotations;
  readonly place: Place;
}

export function operateOnSamples(
  op: BinaryOperator,
  left: Sample,
  right: Sample,
  context: OperatorContext,
): SampleResult {
  const result =
    typeof left === 'number'
      ? typeof right === 'number'
        ? undefined
        : numberWithHistogram(op, left, right)
      : typeof right === 'number'
        ? histogramWithNumber(op, left, right)
        : twoHistograms(op, { left, right }, context);
  if (result !== 'incompatible') return result;
  const kind = (sample: Sample) => (typeof sample === 'number' ? 'float' : 'histogram');
  context.annotations.info(
    `incompatible sample types encountered for binary operator ${JSON.stringify(op)}: ${kind(left)} ${op} ${kind(right)}`,
    context.place,
  );
  return undefined;
}

function numberWithHistogram(op: BinaryOperator, left: number, right: FloatHistogram): SampleResult | 'incompatible' {
  return op === '*' ? { sample: multiplyHistogram(right, left) } : 'incompatible';
}

function histogramWithNumber(op: BinaryOperator, left: FloatHistogram, right: number): SampleResult | 'incompatible' {
  switch (op) {
    case '*':
      return { sample: multiplyHistogram(left, right) };
    case '/':
      return { sample: divideHistogram(left, right) };
    case '</':
      return { sample: trimHistogram(left, right, 'upper') };
    case '>/':
      return { sample: trimHistogram(left, right, 'lower') };
    default:
      return 'incompatible';
  }
}

function twoHistograms(
  op: BinaryOperator,
  { left, right }: { left: FloatHistogram; right: FloatHistogram },
  context: OperatorContext,
): SampleResult | 'incompatible' {
  if (op === '==') return { holds: equalHistograms(left, right) };
  if (op === '!=') return { holds: !equalHistograms(left, right) };
  if (op !== '+' && op !== '-') return 'incompatible';
  const { annotations, place } = context;
  const result = op === '+' ? addHistograms([left, right]) : subtractHistograms(left, right);
  const what = op === '+' ? 'addition' : 'subtraction';
  if (result === undefined) {
    annotations.warn(`incompatible bucket layout encountered for binary operator ${op}`, place);
    return undefined;
  }
  if (result.resetsCollide) annotations.warn(`conflicting counter resets during histogram ${what}`, place);
  if (result.boundsChanged) annotations.info(`mismatched custom buckets were reconciled during ${what}`, place);
  return { sample: result.histogram };
}
