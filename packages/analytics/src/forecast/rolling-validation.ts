/**
 * Rolling-origin validation: every member forecasts from `count` past origins, its absolute errors are kept per horizon
 * bucket relative to persistence's (neighbouring buckets count half), and its weight there is 1 / error^4, the best only.
 * Origins fade with age, and each counts by how wrong all members were there: after a change of regime what was hard to
 * forecast before it says nothing of now, however large its errors were. The blend is a trimmed mean (blend.ts); its own signed residuals, per bucket, are what the
 * quantiles are made of.
 * Bad at: the first minutes, where there are few origins; `residual-quantiles.ts` widens for that.
 */
import { trimmedMean } from './blend.ts';
import type { Member } from './members/member.ts';
import type { PreparedHistory } from './prepare.ts';

/** Origins whose whole horizon is compared. */
const fullOrigins = 24;
/** So many times as many origins in all; the others are compared for `nearSteps` only, where one origin says little. */
const density = 2;
const nearSteps = 12;
/** How far back origins reach, in horizons and in seasons. */
const horizonsBack = 6;
const seasonsBack = 3;
const keepMembers = 14;
/** So many steps of a bucket are compared at most. */
export const comparedSteps = 12;
const power = 4;
/** Persistence is given a start: what seems to beat it may have won by chance. */
const calmBonus = 0.85;
/**
 * While less than a day is known, patterns are mostly chance (a random walk is full of them): the start is larger, and where
 * nobody beats it clearly, few are averaged.
 */
const young = { calmBonus: 0.75, clearGain: 0.93, power: 12 };
const neighbourShare = 0.5;
/** Origins count half after this share of all. */
const halfLifeShare = 0.15;
/** An origin's errors are divided by their own mean plus this share of the mean of all. */
const usualShare = 0.05;
const tiny = 1e-12;
export const outerShare = 0.3;

export interface Validation {
  /** First horizon step (0-based) of each bucket; the last entry is the horizon. */
  readonly edges: readonly number[];
  /** `weights[bucket][member]`, each bucket adding up to 1. */
  readonly weights: readonly Float64Array[];
  /** Truth minus forecast, per bucket, sorted. */
  readonly residuals: readonly Float64Array[];
  /** How many origins were tried. */
  readonly origins: number;
}

export function validateMembers(
  history: PreparedHistory,
  members: readonly Member[],
  o: { horizon: number; origins: readonly number[]; isYoung?: boolean; only?: number },
): Validation {
  const { horizon, origins, only } = o;
  const isYoung = o.isYoung === true;
  const edges = horizonEdges(horizon);
  const isFull = (k: number) => origins.length <= fullOrigins || (origins.length - 1 - k) % density === 0;
  const made = origins.map((origin, k) =>
    forecastsFrom(origin, { history, members, horizon: isFull(k) ? horizon : Math.min(horizon, nearSteps) }),
  );
  const weights: Float64Array[] = [];
  const residuals: Float64Array[] = [];
  const buckets = edges.slice(1).map((to, b) => ({
    from: edges[b]!,
    to,
    stride: Math.ceil((to - edges[b]!) / comparedSteps),
    history,
    members,
    origins,
    made,
  }));
  const ratios = buckets.map((bucket) => errorRatios(bucket, isYoung));
  buckets.forEach((bucket, b) => {
    const own =
      only === undefined
        ? (weightsOf(ratios, b, isYoung) ?? weights.at(-1) ?? oneOnly(members.length, 0))
        : oneOnly(members.length, only);
    weights.push(own);
    residuals.push(bucketResiduals(bucket, own));
  });
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

/**
 * What was found for a bucket holds at its middle; between two middles it passes from one to the other in a straight line, so
 * that a forecast has no step where buckets meet. For step `h` of bucket `b`: the other bucket, and its share.
 */
export function besideOf(edges: readonly number[], b: number, h: number): { other: number; share: number } {
  const middleOf = (bucket: number) => (edges[bucket]! + edges[bucket + 1]! - 1) / 2;
  const middle = middleOf(b);
  const other = h < middle ? Math.max(0, b - 1) : Math.min(edges.length - 2, b + 1);
  return { other, share: other === b ? 0 : (h - middle) / (middleOf(other) - middle) };
}

/** Past moments to forecast from, ascending, evenly spread over the newest part of the history. */
export function chooseOrigins(length: number, horizon: number, season: number): number[] {
  // The last origin leaves one value to compare with; the first leaves a third of the history to learn from.
  const last = length - 2;
  const span = Math.max(horizonsBack * horizon, seasonsBack * season, 60);
  const first = Math.max(2, Math.floor(length / 3), last - span);
  if (last < first) return [];
  const count = Math.min(fullOrigins * density, last - first + 1);
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
  /** Neighbouring steps err alike: in wide buckets every so many are compared. */
  readonly stride: number;
  readonly history: PreparedHistory;
  readonly members: readonly Member[];
  readonly origins: readonly number[];
  readonly made: readonly (Float64Array | null)[][];
}

/** Absolute errors of the members at one origin, summed over the compared steps of a bucket. */
interface OriginErrors {
  readonly own: Float64Array;
  /** Persistence's over the same steps; 0 where a member does not forecast. */
  readonly base: Float64Array;
  readonly compared: number;
}

function errorsFrom(bucket: Bucket, k: number): OriginErrors | undefined {
  const { history, members, origins, made } = bucket;
  const naive = made[k]![0];
  if (naive === null || naive === undefined) return undefined;
  const { values, observed } = history;
  const to = Math.min(bucket.to, naive.length);
  const start = origins[k]! + 1;
  const own = new Float64Array(members.length);
  const base = new Float64Array(members.length);
  let compared = 0;
  let naiveError = 0;
  for (let h = bucket.from; h < to; h += bucket.stride) {
    if (observed[start + h] === 0) continue;
    compared++;
    naiveError += Math.abs(values[start + h]! - naive[h]!);
  }
  if (compared === 0) return undefined;
  for (let m = 0; m < members.length; m++) {
    const forecast = made[k]![m];
    if (forecast === null || forecast === undefined || bucket.from >= (members[m]!.reach ?? bucket.to)) {
      own[m] = Number.NaN;
      continue;
    }
    let sum = 0;
    for (let h = bucket.from; h < to; h += bucket.stride) {
      if (observed[start + h] === 1) sum += Math.abs(values[start + h]! - forecast[h]!);
    }
    own[m] = sum;
    base[m] = naiveError;
  }
  return { own, base, compared };
}

/** Mean absolute error a step, over all members that forecast. */
function meanError({ own, compared }: OriginErrors): number {
  let sum = 0;
  let count = 0;
  for (const each of own) {
    if (Number.isNaN(each)) continue;
    sum += each;
    count++;
  }
  return sum / (count * compared);
}

/** Each member's error relative to persistence over the same steps; undefined when nothing could be compared. */
function errorRatios(bucket: Bucket, isYoung: boolean): Float64Array | undefined {
  const { members, origins } = bucket;
  const seen = origins.flatMap((_, k) => {
    const errors = errorsFrom(bucket, k);
    return errors === undefined ? [] : [{ k, errors, size: meanError(errors) }];
  });
  if (seen.length === 0) return undefined;
  const usual = seen.reduce((sum, { size }) => sum + size, 0) / seen.length;
  const error = new Float64Array(members.length);
  const count = new Float64Array(members.length);
  // A member that starts late is compared with persistence over the same origins, not with others' easier ones.
  const base = new Float64Array(members.length);
  for (const { k, errors, size } of seen) {
    const age = 0.5 ** ((origins.length - 1 - k) / (halfLifeShare * origins.length));
    const weight = (age * (usual + usualShare * usual + tiny)) / (size + usualShare * usual + tiny);
    for (let m = 0; m < members.length; m++) {
      if (Number.isNaN(errors.own[m]!)) continue;
      error[m] = error[m]! + weight * errors.own[m]!;
      base[m] = base[m]! + weight * errors.base[m]!;
      count[m] = count[m]! + weight * errors.compared;
    }
  }
  const bonus = isYoung ? young.calmBonus : calmBonus;
  return error.map((sum, m) => {
    if (!(count[m]! > 0)) return Number.POSITIVE_INFINITY;
    // Little evidence pulls towards "no better than persistence".
    const prior = 0.15 * (base[0]! / count[0]!);
    return ((m === 0 ? bonus : 1) * (sum + 4 * prior)) / (base[m]! + 4 * prior + 1e-12);
  });
}

/** Weights of one bucket: its own ratios and, at a share, its neighbours'. */
function weightsOf(
  ratios: readonly (Float64Array | undefined)[],
  b: number,
  isYoung: boolean,
): Float64Array | undefined {
  const own = ratios[b];
  if (own === undefined) return undefined;
  const near = [ratios[b - 1], ratios[b + 1]].filter((each) => each !== undefined);
  const ratio = own.map((value, m) => {
    let sum = value;
    let total = 1;
    for (const each of near) {
      if (!Number.isFinite(each[m]!)) continue;
      sum += neighbourShare * each[m]!;
      total += neighbourShare;
    }
    return sum / total;
  });
  const limit = [...ratio].sort((a, b) => a - b)[Math.min(keepMembers, ratio.length) - 1]!;
  const isUnclear = isYoung && Math.min(...ratio) > young.clearGain * young.calmBonus;
  const steepness = isUnclear ? young.power : power;
  const weights = ratio.map((each) =>
    each <= limit && Number.isFinite(each) ? 1 / Math.max(each, 1e-6) ** steepness : 0,
  );
  const sum = weights.reduce((total, each) => total + each, 0);
  return sum > 0 ? weights.map((each) => each / sum) : undefined;
}

function bucketResiduals(bucket: Bucket, weights: Float64Array): Float64Array {
  const { history, origins, made } = bucket;
  const found: number[] = [];
  const points = new Float64Array(weights.length);
  const own = new Float64Array(weights.length);
  for (let k = 0; k < origins.length; k++) {
    const steps = made[k]![0]?.length ?? 0;
    for (let h = bucket.from; h < bucket.to && h < steps; h += bucket.stride) {
      const place = origins[k]! + 1 + h;
      if (history.observed[place] === 0) continue;
      let count = 0;
      for (let m = 0; m < weights.length; m++) {
        const forecast = made[k]![m];
        if (weights[m] === 0 || forecast === null || forecast === undefined) continue;
        points[count] = forecast[h]!;
        own[count++] = weights[m]!;
      }
      if (count > 0) found.push(history.values[place]! - trimmedMean(points, own, count, outerShare));
    }
  }
  return Float64Array.from(found).sort();
}

function oneOnly(count: number, place: number): Float64Array {
  const weights = new Float64Array(count);
  weights[place] = 1;
  return weights;
}
