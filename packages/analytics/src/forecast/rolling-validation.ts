/**
 * Rolling-origin validation: every member forecasts from up to `maxOrigins` past origins, its absolute errors are kept per
 * horizon bucket, and its weight there is 1 / (error relative to persistence)^5, the best four only. The blend's own residuals, signed, per bucket,
 * are what the quantiles are made of. Newer origins count a little more.
 * Bad at: the first minutes, where there are few origins; `residual-quantiles.ts` widens for that.
 */
import type { Member } from './members.ts';
import type { PreparedHistory } from './prepare.ts';

const maxOrigins = 36;
const keepMembers = 4;

export interface Validation {
  /** First horizon step (0-based) of each bucket; the last entry is the horizon. */
  readonly edges: readonly number[];
  /** `weights[bucket][member]`, each bucket adding up to 1. */
  readonly weights: readonly Float64Array[];
  /** Truth minus blend, per bucket. */
  readonly residuals: readonly Float64Array[];
  /** How many origins were tried. */
  readonly origins: number;
}

export function validateMembers(history: PreparedHistory, members: readonly Member[], horizon: number): Validation {
  const edges = horizonEdges(horizon);
  const origins = chooseOrigins(history.values.length, horizon);
  const made = origins.map((origin) => forecastsFrom(origin, { history, members, horizon }));
  const weights: Float64Array[] = [];
  const residuals: Float64Array[] = [];
  for (let b = 0; b + 1 < edges.length; b++) {
    const bucket = { from: edges[b]!, to: edges[b + 1]!, history, members, origins, made };
    const own = bucketWeights(bucket) ?? weights.at(-1) ?? persistenceOnly(members.length);
    weights.push(own);
    residuals.push(bucketResiduals(bucket, own));
  }
  return { edges, weights, residuals, origins: origins.length };
}

/** Buckets that grow with the horizon: what is best one step ahead is seldom best an hour ahead. */
function horizonEdges(horizon: number): number[] {
  const edges = [0];
  for (let width = 1; edges.at(-1)! < horizon; width = Math.ceil(width * 1.7)) {
    edges.push(Math.min(horizon, edges.at(-1)! + width));
  }
  return edges;
}

function chooseOrigins(length: number, horizon: number): number[] {
  // The last origin leaves one value to compare with; the first leaves a third of the history to learn from.
  const last = length - 2;
  const first = Math.max(2, Math.floor(length / 3), last - 8 * Math.max(horizon, 30));
  if (last < first) return [];
  const count = Math.min(maxOrigins, last - first + 1);
  const origins: number[] = [];
  for (let k = 0; k < count; k++) {
    const origin = Math.round(first + ((last - first) * (k + 1)) / count);
    if (origins.at(-1) !== origin) origins.push(origin);
  }
  return origins;
}

function forecastsFrom(
  origin: number,
  o: { history: PreparedHistory; members: readonly Member[]; horizon: number },
): (Float64Array | null)[] {
  const steps = Math.min(o.horizon, o.history.values.length - 1 - origin);
  return o.members.map((member) => {
    if (origin < member.from || steps <= 0) return null;
    const out = new Float64Array(steps);
    member.predict(origin, out);
    return out;
  });
}

interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly history: PreparedHistory;
  readonly members: readonly Member[];
  readonly origins: readonly number[];
  readonly made: readonly (Float64Array | null)[][];
}

/** Undefined when nothing could be compared in this bucket. */
function bucketWeights(bucket: Bucket): Float64Array | undefined {
  const { history, members, origins, made } = bucket;
  const error = new Float64Array(members.length);
  const count = new Float64Array(members.length);
  // A member that starts late is compared with persistence over the same origins, not with others' easier ones.
  const base = new Float64Array(members.length);
  for (let k = 0; k < origins.length; k++) {
    const age = 0.5 + (0.5 * (k + 1)) / origins.length;
    const naive = made[k]![0];
    for (let m = 0; m < members.length; m++) {
      const forecast = made[k]![m];
      if (forecast === null || forecast === undefined || naive === null || naive === undefined) continue;
      for (let h = bucket.from; h < bucket.to && h < forecast.length; h++) {
        const place = origins[k]! + 1 + h;
        if (history.observed[place] === 0) continue;
        error[m] = error[m]! + age * Math.abs(history.values[place]! - forecast[h]!);
        base[m] = base[m]! + age * Math.abs(history.values[place]! - naive[h]!);
        count[m] = count[m]! + age;
      }
    }
  }
  if (!(count[0]! > 0)) return undefined;
  const ratio = error.map((sum, m) => {
    if (!(count[m]! > 0)) return Number.POSITIVE_INFINITY;
    // Little evidence pulls towards "no better than persistence".
    const prior = 0.15 * (base[0]! / count[0]!);
    return (sum + 4 * prior) / (base[m]! + 4 * prior + 1e-12);
  });
  const limit = [...ratio].sort((a, b) => a - b)[Math.min(keepMembers, members.length) - 1]!;
  const weights = ratio.map((each) => (each <= limit && Number.isFinite(each) ? 1 / Math.max(each, 1e-6) ** 5 : 0));
  const sum = weights.reduce((total, each) => total + each, 0);
  return sum > 0 ? weights.map((each) => each / sum) : undefined;
}

function bucketResiduals(bucket: Bucket, weights: Float64Array): Float64Array {
  const { history, origins, made } = bucket;
  const found: number[] = [];
  for (let k = 0; k < origins.length; k++) {
    const steps = made[k]![0]?.length ?? 0;
    for (let h = bucket.from; h < bucket.to && h < steps; h++) {
      const place = origins[k]! + 1 + h;
      if (history.observed[place] === 0) continue;
      let blend = 0;
      let total = 0;
      for (let m = 0; m < weights.length; m++) {
        const forecast = made[k]![m];
        if (weights[m] === 0 || forecast === null || forecast === undefined) continue;
        blend += weights[m]! * forecast[h]!;
        total += weights[m]!;
      }
      if (total > 0) found.push(history.values[place]! - blend / total);
    }
  }
  return Float64Array.from(found).sort();
}

function persistenceOnly(count: number): Float64Array {
  const weights = new Float64Array(count);
  weights[0] = 1;
  return weights;
}
