import type { Workload } from '@jaegis/model';
import { shortNumber } from '@jaegis/std';
import type { Observation } from './capacity/learn.ts';
import { readSignal } from './read-signal.ts';
import type { ScalingConfig } from './scaling-config.ts';

// What kind of load a pool has, from means of a minute and of an hour with exponential forgetting (half-life a day):
//   variation = standard deviation / mean,   jumps = mean |x(t) - x(t-1)| / mean
//   explained = 1 - error of "as at this hour of the days before" / error of "as on average"
// periodic: the hour of the day explains half of it; bursty: a minute is little like the one before and peaks are far
// above the mean; batch: work waits in a queue and nobody counts arrivals; else steady. Bad at: rhythms other than a day
// (they are bursty or steady here; the rehearsal finds the week and the hour by itself).

export interface WorkloadState {
  /** Minutes seen. */
  readonly minutes: number;
  readonly mean: number;
  readonly variance: number;
  readonly jump: number;
  readonly peak: number;
  readonly last: number;
  /** The running minute and the running hour: sum and count of what was seen. */
  readonly minute: { readonly at: number; readonly sum: number; readonly count: number };
  readonly hour: { readonly at: number; readonly sum: number; readonly count: number };
  /** Means of the hours of the day (UTC); `null` until seen once. */
  readonly hours: readonly (number | null)[];
  readonly errors: { readonly scored: number; readonly byHour: number; readonly byMean: number };
  /** Whether arrivals, and a queue, were ever counted. */
  readonly hasRate: boolean;
  readonly hasQueue: boolean;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayFade = 1 - 0.5 ** (1 / 1_440);
/** Before an hour nothing but a queue can be told. */
const leastMinutes = 60;
const leastScored = 24;

export function initialWorkload(): WorkloadState {
  return {
    minutes: 0,
    mean: 0,
    variance: 0,
    jump: 0,
    peak: 0,
    last: 0,
    minute: { at: 0, sum: 0, count: 0 },
    hour: { at: 0, sum: 0, count: 0 },
    hours: new Array<number | null>(24).fill(null),
    errors: { scored: 0, byHour: 0, byMean: 0 },
    hasRate: false,
    hasQueue: false,
  };
}

/** Takes one observation. A clock that was set back begins a new minute. */
export function followWorkload(
  state: WorkloadState,
  observation: Pick<Observation, 'signals' | 'staleAfterMs'>,
  now: number,
): WorkloadState {
  const { signals, staleAfterMs = 30_000 } = observation;
  const rate = readSignal(signals, 'request_rate', { now, staleAfterMs });
  const hasQueue = state.hasQueue || readSignal(signals, 'queue_length', { now, staleAfterMs }).ok;
  if (!rate.ok) return hasQueue === state.hasQueue ? state : { ...state, hasQueue };
  const at = Math.floor(now / minuteMs);
  const { minute } = state;
  if (minute.at === at) {
    const running = { at, sum: minute.sum + rate.value, count: minute.count + 1 };
    return { ...state, hasQueue, hasRate: true, minute: running };
  }
  const closed = minute.count > 0 ? closeMinute(state, minute.sum / minute.count, now) : state;
  return { ...closed, hasQueue, hasRate: true, minute: { at, sum: rate.value, count: 1 } };
}

function closeMinute(state: WorkloadState, value: number, now: number): WorkloadState {
  const gain = Math.max(dayFade, 1 / (state.minutes + 1));
  const mean = state.mean + gain * (value - state.mean);
  const variance = (1 - gain) * (state.variance + gain * (value - state.mean) ** 2);
  const jump = state.minutes === 0 ? 0 : state.jump + gain * (Math.abs(value - state.last) - state.jump);
  const peak = Math.max(value, state.peak * (1 - dayFade));
  const next = { ...state, minutes: state.minutes + 1, mean, variance, jump, peak, last: value };
  const at = Math.floor(now / hourMs);
  const { hour } = state;
  if (hour.at === at) return { ...next, hour: { at, sum: hour.sum + value, count: hour.count + 1 } };
  const closed = hour.count >= 30 ? closeHour(next, hour.sum / hour.count, hour.at % 24) : next;
  return { ...closed, hour: { at, sum: value, count: 1 } };
}

function closeHour(state: WorkloadState, value: number, hour: number): WorkloadState {
  const known = state.hours[hour] ?? null;
  const hours = state.hours.with(hour, known === null ? value : known + 0.3 * (value - known));
  if (known === null) return { ...state, hours };
  const { scored, byHour, byMean } = state.errors;
  const gain = Math.max(1 / 72, 1 / (scored + 1));
  const errors = {
    scored: scored + 1,
    byHour: byHour + gain * (Math.abs(value - known) - byHour),
    byMean: byMean + gain * (Math.abs(value - state.mean) - byMean),
  };
  return { ...state, hours, errors };
}

/** The class and why; `null` while too little was seen. */
export function workloadOf(state: WorkloadState, config: ScalingConfig): Workload | null {
  const isQueued =
    config.objectives.length > 0 && config.objectives.every((objective) => objective.signal === 'queue_length');
  if (!state.hasRate && state.hasQueue)
    return { class: 'batch', reason: 'work waits in a queue and nobody counts what arrives' };
  if (isQueued && state.hasQueue) return { class: 'batch', reason: 'the length of its queue is its only objective' };
  if (state.minutes < leastMinutes || !(state.mean > 0)) return null;
  const variation = Math.sqrt(state.variance) / state.mean;
  const { scored, byHour, byMean } = state.errors;
  const explained = byMean > 0 ? 1 - byHour / byMean : 0;
  if (scored >= leastScored && variation >= 0.15 && explained >= 0.5)
    return {
      class: 'periodic',
      reason: `the hour of the day explains ${shortNumber(explained * 100)} % of how far it is from its mean (${scored} hours compared)`,
    };
  const jumps = state.jump / state.mean;
  const over = state.peak / state.mean;
  if (over >= 3 && jumps >= 0.2)
    return {
      class: 'bursty',
      reason: `a minute differs from the one before by ${shortNumber(jumps * 100)} % of the mean, the peak of a day is ${shortNumber(over)} times it`,
    };
  return {
    class: 'steady',
    reason: `it stays within ${shortNumber(variation * 100)} % of its mean, a minute differs from the one before by ${shortNumber(jumps * 100)} %`,
  };
}
