// A recorded load as demand per step of the plant. Between the middles of bins longer than a step the rate moves on a
// straight line (`linear`, the default) or stays even inside a bin (`even`: it jumps at each bin's edge, which no real
// load does every ten minutes); bins shorter than a step are averaged. Bad at: bursts shorter than a bin.

export type BinShape = 'linear' | 'even';

export interface Load {
  /** Seconds per step. */
  readonly stepS: number;
  /** Requests per second that arrive in each step. */
  readonly demand: Float64Array;
  /** When the first step begins, epoch milliseconds. */
  readonly startAt: number;
}

/** One bin of a recording: when it begins (seconds) and its mean rate (requests per second). */
export interface Bins {
  readonly times: Float64Array;
  readonly rates: Float64Array;
  readonly binS: number;
  readonly startAt: number;
  /** Values that are missing, negative or no numbers: the one before was taken. */
  readonly broken: number;
}

/** Times before 2000 are seconds from the start of the recording, not of the epoch. */
const epochFromS = 946_684_800;
/** 2024-01-01T00:00:00Z, a Monday: where a recording without dates is laid. */
const defaultStartAt = 1_704_067_200_000;

/**
 * Reads `time|t_s, requests|rate_rps` as CSV with a header. Returns a message that names the first wrong line.
 * `requests` are counts per bin, `rate_rps` mean rates; an empty or broken value repeats the one before.
 */
export function parseBins(text: string): Bins | string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const names = (lines[0] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const timeAt = names.findIndex((name) => name === 'time' || name === 't_s');
  const rateAt = names.indexOf('rate_rps');
  const countAt = names.indexOf('requests');
  if (timeAt < 0) return `Cannot read load: columns are "${lines[0] ?? ''}", must have time or t_s`;
  if (rateAt < 0 && countAt < 0) return `Cannot read load: columns are "${lines[0]}", must have requests or rate_rps`;
  const size = lines.length - 1;
  if (size < 2) return `Cannot read load: it has ${size} rows, must have at least 2`;
  const times = new Float64Array(size);
  const rates = new Float64Array(size);
  let broken = 0;
  for (let i = 0; i < size; i++) {
    const cells = lines[i + 1]!.split(',');
    const time = toSeconds(cells[timeAt]?.trim() ?? '');
    if (!Number.isFinite(time))
      return `Cannot read load: line ${i + 2} has time "${cells[timeAt]}", must be RFC 3339 or seconds`;
    if (i > 0 && time <= times[i - 1]!)
      return `Cannot read load: line ${i + 2} has time "${cells[timeAt]}", must be after the line before`;
    times[i] = time;
    const written = (cells[rateAt >= 0 ? rateAt : countAt] ?? '').trim();
    const value = written === '' ? Number.NaN : Number(written);
    const isKnown = Number.isFinite(value) && value >= 0;
    rates[i] = isKnown ? value : i > 0 ? rates[i - 1]! : 0;
    if (!isKnown) broken++;
  }
  const binS = medianGap(times);
  if (rateAt < 0) for (let i = 0; i < size; i++) rates[i] = rates[i]! / binS;
  const first = times[0]!;
  const startAt = first >= epochFromS ? first * 1_000 : defaultStartAt + first * 1_000;
  return { times, rates, binS, startAt, broken };
}

function toSeconds(text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value)) return value > 1e11 ? value / 1_000 : value;
  const zoned = /[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
  return Date.parse(zoned) / 1_000;
}

function medianGap(times: Float64Array): number {
  const gaps = new Float64Array(times.length - 1);
  for (let i = 1; i < times.length; i++) gaps[i - 1] = times[i]! - times[i - 1]!;
  return gaps.sort()[gaps.length >> 1]!;
}

/** Lays bins on the plant's grid. A gap in the recording repeats the rate before it. */
export function toLoad(bins: Bins, stepS: number, shape: BinShape = 'linear'): Load {
  return shape === 'linear' && bins.binS > 1.5 * stepS ? onLines(bins, stepS) : onSteps(bins, stepS);
}

function onLines(bins: Bins, stepS: number): Load {
  const { times, rates, binS } = bins;
  const first = times[0]!;
  const size = Math.max(1, Math.floor((times.at(-1)! + binS - first) / stepS + 1e-9));
  const demand = new Float64Array(size);
  let bin = 0;
  for (let k = 0; k < size; k++) {
    const at = first + (k + 0.5) * stepS - binS / 2;
    while (bin + 1 < times.length && times[bin + 1]! <= at) bin++;
    const share = bin + 1 < times.length ? Math.max(0, (at - times[bin]!) / binS) : 0;
    // In a gap of the recording the line ends at the bin before it.
    demand[k] = share <= 1 ? rates[bin]! + share * ((rates[bin + 1] ?? rates[bin]!) - rates[bin]!) : rates[bin]!;
    if (share > 0 && share <= 1 && times[bin + 1]! - times[bin]! > 1.5 * binS) demand[k] = rates[bin]!;
  }
  return { stepS, demand, startAt: bins.startAt };
}

function onSteps(bins: Bins, stepS: number): Load {
  const { times, rates, binS } = bins;
  const first = times[0]!;
  const size = Math.max(1, Math.floor((times.at(-1)! + binS - first) / stepS + 1e-9));
  const demand = new Float64Array(size);
  let bin = 0;
  for (let k = 0; k < size; k++) {
    const from = first + k * stepS;
    const to = from + stepS;
    let sum = 0;
    let at = from;
    while (at < to - 1e-9) {
      while (bin + 1 < times.length && times[bin + 1]! <= at + 1e-9) bin++;
      const until = bin + 1 < times.length ? Math.min(to, times[bin + 1]!) : to;
      sum += rates[bin]! * (until - at);
      at = until;
    }
    demand[k] = sum / stepS;
  }
  return { stepS, demand, startAt: bins.startAt };
}

/** Scales a load so that its highest step needs `replicas` of `capacityRps` each. */
export function scaleToPeak(load: Load, replicas: number, capacityRps: number): Load {
  const peak = load.demand.reduce((a, b) => Math.max(a, b), 0);
  if (!(peak > 0)) return load;
  const factor = (replicas * capacityRps) / peak;
  return { ...load, demand: load.demand.map((rate) => rate * factor) };
}
