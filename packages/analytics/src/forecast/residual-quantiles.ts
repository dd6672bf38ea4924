/**
 * Offsets from the mean at the asked quantiles, per horizon bucket. Where there are residuals enough, their empirical
 * quantiles at the split-conformal level (n + 1 instead of n; Vovk et al.), made a twentieth wider because the weights were
 * chosen on the same residuals. Mixed in, by how few residuals there are, is an honest prior: a random walk with the
 * series' own typical step, growing with the square root of the distance, never below a tenth of the level.
 * Offsets never narrow with distance and never cross.
 * Bad at: spread that depends on the hour or the level.
 */
import { quantileOf } from './prepare.ts';
import { besideOf, comparedSteps, type Validation } from './rolling-validation.ts';

const widen = 1.05;
/** The first steps need more: weights are most flattering where one step of each origin is all there is. */
const widenNear = 0.15;
/** Share of the conformal correction that is used: residuals of many origins pooled are wide enough without all of it. */
const caution = 0.3;
/** So many effective residuals weigh as much as the prior. */
const priorWeight = 6;

export interface Offsets {
  /** `at[q][step]`, ascending in q. */
  readonly at: readonly Float64Array[];
}

export function residualOffsets(
  validation: Validation,
  values: Float64Array,
  o: { horizon: number; quantiles: readonly number[] },
): Offsets {
  const step = typicalStep(values);
  const swing = usualSwing(values);
  const level = Math.abs(values[values.length - 1] ?? 0);
  const at = o.quantiles.map(() => new Float64Array(o.horizon));
  const normal = o.quantiles.map(normalQuantile);
  const { edges } = validation;
  const found = validation.residuals.map((_, b) => seenIn(validation, b, o.quantiles));
  for (let b = 0; b + 1 < edges.length; b++) {
    for (let h = edges[b]!; h < edges[b + 1]!; h++) {
      const { other, share } = besideOf(edges, b, h);
      const walk = Math.min(step * Math.sqrt(h + 1), swing);
      const spread = Math.max(walk, 0.1 * level * Math.min(1, 0.3 + 0.1 * h));
      const own = (1 - share) * found[b]!.own + share * found[other]!.own;
      for (let q = 0; q < at.length; q++) {
        const seen = (1 - share) * found[b]!.seen[q]! + share * found[other]!.seen[q]!;
        at[q]![h] = seen + (1 - own) * spread * normal[q]!;
      }
    }
  }
  for (let q = 0; q < at.length; q++) keepOpening(at[q]!, o.quantiles[q]!);
  return { at };
}

/** What a bucket's residuals say, and how far they count against the prior: `seen` has that share in it already. */
function seenIn(validation: Validation, b: number, quantiles: readonly number[]): { own: number; seen: number[] } {
  const { edges, origins } = validation;
  const residuals = validation.residuals[b]!;
  if (residuals.length === 0) return { own: 0, seen: quantiles.map(() => 0) };
  const from = edges[b]!;
  // Residuals of neighbouring steps are nearly copies of each other: count origins, not points.
  const evidence = Math.min(
    residuals.length,
    origins * 1.5,
    residuals.length / Math.sqrt(Math.min(edges[b + 1]! - from, comparedSteps)),
  );
  const own = evidence ** 2 / (evidence ** 2 + priorWeight ** 2);
  const wider = own * (widen + widenNear / (1 + from));
  return { own, seen: quantiles.map((asked) => wider * conformal(residuals, asked, evidence)) };
}

function conformal(residuals: Float64Array, q: number, evidence: number): number {
  const n = Math.max(evidence, 1) / caution;
  const level = q >= 0.5 ? Math.min(1, (q * (n + 1)) / n) : Math.max(0, 1 - ((1 - q) * (n + 1)) / n);
  return quantileOf(residuals, level);
}

/** What is uncertain now is not less uncertain later. */
function keepOpening(offsets: Float64Array, q: number): void {
  for (let h = 1; h < offsets.length; h++) {
    if (q > 0.5) offsets[h] = Math.max(offsets[h]!, offsets[h - 1]!);
    if (q < 0.5) offsets[h] = Math.min(offsets[h]!, offsets[h - 1]!);
  }
}

/** Half of what the middle nine tenths span; unbounded while there are too few values to know. */
function usualSwing(values: Float64Array): number {
  if (values.length < 30) return Number.POSITIVE_INFINITY;
  const sorted = values.slice().sort();
  return 0.5 * (quantileOf(sorted, 0.95) - quantileOf(sorted, 0.05));
}

/** 1.2533 times the mean absolute step, over the last 200 steps, without the largest tenth. */
function typicalStep(values: Float64Array): number {
  const steps: number[] = [];
  for (let i = Math.max(1, values.length - 200); i < values.length; i++) {
    steps.push(Math.abs(values[i]! - values[i - 1]!));
  }
  if (steps.length === 0) return 0;
  steps.sort((a, b) => a - b);
  const kept = steps.slice(0, Math.max(1, Math.ceil(steps.length * 0.9)));
  return (1.4 * kept.reduce((sum, each) => sum + each, 0)) / kept.length;
}

/** Quantile of the standard normal; logistic approximation, right to 0.02 between 0.001 and 0.999 (Bowling et al. 2009, inverted once). */
export function normalQuantile(q: number): number {
  const p = Math.min(Math.max(q, 1e-6), 1 - 1e-6);
  let z = Math.log(p / (1 - p)) / 1.702;
  for (let i = 0; i < 4; i++) {
    const y = 0.07056 * z ** 3 + 1.5976 * z - Math.log(p / (1 - p));
    z -= y / (0.21168 * z ** 2 + 1.5976);
  }
  return z;
}
