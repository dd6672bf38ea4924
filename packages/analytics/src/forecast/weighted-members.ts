/**
 * The default forecaster: simple members (members.ts), weighed per horizon by their errors from past origins
 * (rolling-validation.ts), with quantiles from the blend's own residuals (residual-quantiles.ts). The idea that a
 * validated mean of cheap methods is hard to beat: Bates and Granger 1969; the M4 competition.
 * Cost: about a millisecond for 2,000 points. Bad at: causes that are not in the series (a holiday, a launch).
 */
import type { Forecaster, ForecastOptions, ForecastResult, History } from './forecaster.ts';
import { createMembers, type Member } from './members.ts';
import { findPeriod } from './period.ts';
import { type PreparedHistory, prepareHistory } from './prepare.ts';
import { residualOffsets } from './residual-quantiles.ts';
import { type Validation, validateMembers } from './rolling-validation.ts';

const dayMs = 86_400_000;
/** Older values say little and cost time. */
const maxPoints = 4_096;
const maxHorizon = 10_000;
/** Fewer values than this are too few to compare members on. */
const shortHistory = 8;

/** The default forecaster. */
export function createForecaster(): Forecaster {
  return { name: 'weighted-members', forecast };
}

function forecast(history: History, options: ForecastOptions): ForecastResult {
  const horizon = Math.min(Math.max(1, Math.floor(options.horizon) || 1), maxHorizon);
  const quantiles = [...new Set(options.quantiles)].filter((q) => q > 0 && q < 1).sort((a, b) => a - b);
  const prepared = prepareHistory(history.values, maxPoints);
  if (prepared.known === 0) return plain(0, { horizon, quantiles, model: 'none', note: 'no value is known yet' });
  if (prepared.isConstant && prepared.known >= 3) {
    const value = prepared.values[0]! * prepared.scale;
    return plain(value, { horizon, quantiles, model: 'constant', note: 'the history is constant' });
  }
  const period = choosePeriod(prepared, history.stepMs, options.periods ?? []);
  const members = createMembers(prepared.values, period);
  const validation = validateMembers(prepared, members, horizon);
  const mean = blend(prepared, members, { validation, horizon });
  const offsets = residualOffsets(validation, prepared.values, { horizon, quantiles });
  const weights = shares(members, validation);
  return {
    ...assemble(prepared, mean, { quantiles, offsets: offsets.at }),
    model: nameOf(weights, period),
    weights,
    ...noteOf(prepared),
  };
}

/** The learned period, unless a given one or the day repeats itself better. 0 is none. */
function choosePeriod(prepared: PreparedHistory, stepMs: number, given: readonly number[]): number {
  const { values } = prepared;
  const learned = findPeriod(values);
  const candidates = new Set([learned, ...given.map(Math.round), Math.round(dayMs / stepMs)]);
  let best = 0;
  let bestError = Number.POSITIVE_INFINITY;
  for (const period of candidates) {
    // A learned period has been seen twice; one that is known beforehand need not have been.
    if (!(period >= 2) || values.length < (period === learned ? 2 : 1.25) * period) continue;
    let sum = 0;
    for (let i = period; i < values.length; i++) sum += Math.abs(values[i]! - values[i - period]!);
    const error = sum / (values.length - period);
    if (error < bestError) {
      best = period;
      bestError = error;
    }
  }
  return best;
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
  const own = new Float64Array(steps);
  const total = new Float64Array(o.horizon);
  members.forEach((member, m) => {
    if (origin < member.from) return;
    member.predict(origin, own);
    for (let b = 0; b + 1 < o.validation.edges.length; b++) {
      const weight = o.validation.weights[b]![m]!;
      for (let h = o.validation.edges[b]!; h < o.validation.edges[b + 1]!; h++) {
        mean[h] = mean[h]! + weight * own[h + prepared.missingAtEnd]!;
        total[h] = total[h]! + weight;
      }
    }
  });
  for (let h = 0; h < o.horizon; h++) {
    mean[h] = total[h]! > 0 ? mean[h]! / total[h]! : prepared.values[origin]!;
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
  const heaviest = Object.entries(weights)
    .filter(([, share]) => share >= 0.2)
    .sort((a, b) => b[1] - a[1])
    .map(([name]) => name)
    .slice(0, 3);
  const text = heaviest.length > 0 ? heaviest.join('+') : (Object.keys(weights)[0] ?? 'persistence');
  return text.includes('seasonal') ? `${text} (period ${period})` : text;
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
