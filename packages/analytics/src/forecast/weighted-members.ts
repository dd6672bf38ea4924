/**
 * The default forecaster: members (members/), weighed per horizon by their errors from past origins
 * (rolling-validation.ts), with quantiles from the blend's own residuals (residual-quantiles.ts). The idea that a
 * validated mean of cheap methods is hard to beat: Bates and Granger 1969; the M4 competition.
 * Cost: 5 to 20 ms for 700 to 8,000 points. Bad at: causes that are not in the series (a holiday, a launch).
 */
import { trimmedMean } from './blend.ts';
import { coarseOf } from './coarse-members.ts';
import type { Forecaster, ForecasterInParts, ForecastOptions, ForecastResult, History } from './forecaster.ts';
import { createMembers, memberSpecs } from './members/create-members.ts';
import type { Member } from './members/member.ts';
import type { ForecastNetwork } from './network/network.ts';
import { type PreparedHistory, prepareHistory } from './prepare.ts';
import { residualOffsets } from './residual-quantiles.ts';
import { besideOf, chooseOrigins, outerShare, type Validation, validateMembers } from './rolling-validation.ts';
import { chooseSeasons } from './seasons.ts';

/** Older values cost time; what only they tell, the day and the week, coarse-members.ts takes from them. */
const maxPoints = 8_192;
const maxHorizon = 10_000;
/** Fewer values than this are too few to compare members on. */
const shortHistory = 8;

/** Every member by name, with a line on what it does. */
export const forecastMembers: readonly { readonly name: string; readonly about: string }[] = memberSpecs.map(
  ({ name, about }) => ({ name, about }),
);

interface Chosen {
  readonly member?: string;
  /** Joins the default, or is what the member `lstm` works with. */
  readonly network?: ForecastNetwork;
}

/**
 * The default forecaster, or one member of it alone (persistence, with a note, where a history does not allow it).
 * Throws when `forecastMembers` does not name it.
 */
export function createForecaster(o: Chosen = {}): Forecaster & ForecasterInParts {
  if (o.member !== undefined && !forecastMembers.some(({ name }) => name === o.member)) {
    const names = forecastMembers.map(({ name }) => name).join(', ');
    throw new Error(`Cannot create a forecaster: member is "${o.member}", must be one of ${names}`);
  }
  return {
    name: o.member ?? 'weighted-members',
    forecast: (history, options) => begin(history, options, o)(),
    begin: (history, options) => begin(history, options, o),
  };
}

function begin(history: History, options: ForecastOptions, { member, network }: Chosen): () => ForecastResult {
  const horizon = Math.min(Math.max(1, Math.floor(options.horizon) || 1), maxHorizon);
  const quantiles = [...new Set(options.quantiles)].filter((q) => q > 0 && q < 1).sort((a, b) => a - b);
  const prepared = prepareHistory(history.values, maxPoints);
  if (prepared.known === 0) return () => plain(0, { horizon, quantiles, model: 'none', note: 'no value is known yet' });
  if (prepared.isConstant && prepared.known >= 3) {
    const value = prepared.values[0]! * prepared.scale;
    return () => plain(value, { horizon, quantiles, model: 'constant', note: 'the history is constant' });
  }
  const { values, observed } = prepared;
  const clock = { start: history.start + prepared.offset * history.stepMs, stepMs: history.stepMs };
  const own = chooseSeasons(values, history.stepMs, options.periods ?? []);
  const coarse = coarseOf(history.values, prepared, { clock, maxPoints, hasDay: own.day > 0, hasWeek: own.long > 0 });
  // Where the day shows only in the whole history, what was found in its end is another period.
  const seasons = coarse === undefined || own.day > 0 ? own : { ...own, short: 0, other: own.short };
  const day = coarse?.day ?? own.day;
  const origins = chooseOrigins(values.length, horizon, Math.max(day, seasons.short));
  const from = { values, observed, seasons, origins: [...origins, values.length - 1], clock };
  const members = [
    ...createMembers(network === undefined ? from : { ...from, network }, member),
    ...(coarse?.createMembers(from.origins, member) ?? []),
  ];
  return () => {
    const alone = member === undefined ? undefined : aloneIn(members, member, values.length - 1);
    const validation = validateMembers(prepared, members, { horizon, origins, isYoung: day === 0, ...alone });
    const mean = blend(prepared, members, { validation, horizon });
    const offsets = residualOffsets(validation, prepared.values, { horizon, quantiles });
    const weights = shares(members, validation);
    return {
      ...assemble(prepared, mean, { quantiles, offsets: offsets.at }),
      model: nameOf(weights, seasons.short > 0 ? seasons.short : day),
      weights,
      ...noteOf(prepared),
      ...(member !== undefined && weights[member] === undefined
        ? { note: `${member} cannot: ${reasonOf(member, network)}; persistence stands in` }
        : {}),
    };
  };
}

function reasonOf(member: string, network: ForecastNetwork | undefined): string {
  return member === 'lstm' && network === undefined
    ? 'it was given no trained network'
    : 'the history is too short or has no such season';
}

/** Where the wanted member stands; persistence, the first, where it cannot forecast from the newest value. */
function aloneIn(members: readonly Member[], wanted: string, origin: number): { only: number } {
  return {
    only: Math.max(
      0,
      members.findIndex(({ name, from }) => name === wanted && from <= origin),
    ),
  };
}

function blend(
  prepared: PreparedHistory,
  members: readonly Member[],
  o: { validation: Validation; horizon: number },
): Float64Array {
  const origin = prepared.values.length - 1;
  // Steps between the last known value and now are forecast too, and thrown away.
  const steps = o.horizon + prepared.missingAtEnd;
  const mean = new Float64Array(o.horizon);
  const made = members.map((member, m) => {
    if (origin < member.from || o.validation.weights.every((weights) => weights[m] === 0)) return undefined;
    const own = new Float64Array(steps);
    member.predict(origin, own);
    return own;
  });
  const points = new Float64Array(members.length);
  const shares = new Float64Array(members.length);
  const { edges, weights } = o.validation;
  for (let b = 0; b + 1 < edges.length; b++) {
    for (let h = edges[b]!; h < edges[b + 1]!; h++) {
      const { other, share } = besideOf(edges, b, h);
      let count = 0;
      made.forEach((own, m) => {
        const weight = (1 - share) * weights[b]![m]! + share * weights[other]![m]!;
        if (own === undefined || weight === 0) return;
        points[count] = own[h + prepared.missingAtEnd]!;
        shares[count++] = weight;
      });
      mean[h] = count > 0 ? trimmedMean(points, shares, count, outerShare) : prepared.values[origin]!;
    }
  }
  return mean;
}

/** Back to the series' unit, inside what the history makes believable. */
function assemble(
  prepared: PreparedHistory,
  mean: Float64Array,
  o: { quantiles: readonly number[]; offsets: readonly Float64Array[] },
): Pick<ForecastResult, 'mean' | 'quantiles'> {
  // One value has no range; its own size stands in.
  const range = Math.max(prepared.high - prepared.low, 0.5 * Math.abs(prepared.high));
  const floor = prepared.low >= 0 ? 0 : prepared.low - 2 * range;
  const ceiling = prepared.high + 2 * range;
  const place = (value: number) => toUnit(Math.min(Math.max(value, floor), ceiling), prepared.scale);
  const out: Record<string, number[]> = {};
  const running = new Float64Array(mean.length).fill(floor);
  o.quantiles.forEach((q, k) => {
    out[String(q)] = Array.from(mean, (value, h) => {
      running[h] = Math.max(running[h]!, value + o.offsets[k]![h]!);
      return place(running[h]!);
    });
  });
  return { mean: Array.from(mean, place), quantiles: out };
}

function toUnit(value: number, scale: number): number {
  const scaled = value * scale;
  return Number.isFinite(scaled) ? scaled : Math.sign(scaled) * Number.MAX_VALUE;
}

function shares(members: readonly Member[], validation: Validation): Record<string, number> {
  const horizon = validation.edges.at(-1)!;
  const out: Record<string, number> = {};
  members.forEach((member, m) => {
    let sum = 0;
    for (let b = 0; b + 1 < validation.edges.length; b++) {
      sum += validation.weights[b]![m]! * (validation.edges[b + 1]! - validation.edges[b]!);
    }
    if (sum > 0) out[member.name] = Math.round((sum / horizon) * 1_000) / 1_000;
  });
  return out;
}

function nameOf(weights: Readonly<Record<string, number>>, period: number): string {
  const sorted = Object.entries(weights).sort((a, b) => b[1] - a[1]);
  const text = sorted
    .slice(0, 3)
    .map(([name]) => name)
    .join('+');
  return /seasonal|profile/.test(text) ? `${text} (period ${period})` : text;
}

function noteOf(prepared: PreparedHistory): { note?: string } {
  if (prepared.known < shortHistory) return { note: `the history is short: ${prepared.known} values` };
  if (prepared.missingAtEnd > 0) return { note: `the newest ${prepared.missingAtEnd} values are missing` };
  const gaps = prepared.values.length - prepared.known;
  if (gaps > prepared.values.length / 5) return { note: `${gaps} of ${prepared.values.length} values are missing` };
  return {};
}

function plain(
  value: number,
  o: { horizon: number; quantiles: readonly number[]; model: string; note: string },
): ForecastResult {
  const flat = () => new Array<number>(o.horizon).fill(value);
  return {
    mean: flat(),
    quantiles: Object.fromEntries(o.quantiles.map((q) => [String(q), flat()])),
    model: o.model,
    note: o.note,
  };
}
