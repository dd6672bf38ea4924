import type { PlantRecord } from './plant.ts';

// What a run was worth. Waits come from the cumulative curves of a first-in-first-out queue: a request that arrives at t
// has waited once the work served since t reaches the queue it found. Elasticity (theta, tau, instability) as in Herbst
// et al., "Ready for rain?" (2013), with demand in whole replicas: need = ceil(demand / capacity), supply = ready.

export interface Measures {
  readonly replicaHours: number;
  /** Requests that waited longer than the objective, in per cent of all. */
  readonly violationsPercent: number;
  readonly p99WaitS: number;
  readonly scaleEventsPerHour: number;
  readonly reversalsPerHour: number;
  readonly thetaU: number;
  readonly thetaO: number;
  readonly tauU: number;
  readonly tauO: number;
  /** Share of time in which supply moves against, or without, demand; per cent. */
  readonly instability: number;
  /** Most replicas at once over the most that were needed at once, minus one, in per cent; 0 when below. */
  readonly overshoot: number;
}

/** Requests of each step that wait longer than the objective. */
export function violationsOf(record: PlantRecord): Float64Array {
  const { queue, load, options } = record;
  const { demand, stepS } = load;
  const size = demand.length;
  const late = new Float64Array(size);
  // What is still unserved of the queue found at a step's start, once the objective's time has passed.
  let before = queue[0]! - servedAfter(record, 0, options.sloWaitS);
  for (let k = 0; k < size; k++) {
    const after = queue[k + 1]! - servedAfter(record, k + 1, options.sloWaitS);
    late[k] = demand[k]! * stepS * positiveShare(before, after);
    before = after;
  }
  return late;
}

/** Share of a straight line from `a` to `b` that lies above zero. */
function positiveShare(a: number, b: number): number {
  const epsilon = 1e-6;
  if (a <= epsilon && b <= epsilon) return 0;
  if (a > epsilon && b > epsilon) return 1;
  return Math.max(a, b) / Math.abs(a - b);
}

/** Work served within `seconds` from the start of step `k`; past the end the last ready replicas go on. */
function servedAfter(record: PlantRecord, k: number, seconds: number): number {
  const { served, ready, load, options } = record;
  const size = served.length;
  const last = ready[size - 1]! * options.capacityRps * load.stepS;
  let rest = seconds / load.stepS;
  let sum = 0;
  for (let at = k; rest > 1e-9; at++) {
    const share = Math.min(1, rest);
    sum += share * (at < size ? served[at]! : last);
    rest -= share;
  }
  return sum;
}

/** Seconds that a request waits which arrives at the start of each step. */
function waitsOf(record: PlantRecord): Float64Array {
  const { queue, served, ready, load, options } = record;
  const size = served.length;
  const waits = new Float64Array(size + 1);
  const last = Math.max(1e-9, ready[size - 1]! * options.capacityRps * load.stepS);
  let at = 0;
  let sum = 0; // served in steps k..at-1
  for (let k = 0; k <= size; k++) {
    if (at < k) {
      at = k;
      sum = 0;
    }
    const found = queue[k]!;
    while (at < size && sum + served[at]! < found - 1e-9) sum += served[at++]!;
    const rest = Math.max(0, found - sum);
    const speed = at < size ? Math.max(1e-9, served[at]!) : last;
    waits[k] = (at - k + rest / speed) * load.stepS;
    if (at > k) sum -= served[k]!;
  }
  return waits;
}

function weightedQuantile(values: Float64Array, weights: Float64Array, q: number): number {
  let total = 0;
  for (const weight of weights) total += weight;
  const order = [...values.keys()].filter((i) => values[i]! > 0).sort((a, b) => values[b]! - values[a]!);
  let above = 0;
  for (const i of order) {
    above += weights[i]!;
    if (above > (1 - q) * total) return values[i]!;
  }
  return 0;
}

/** Only what a search needs: replica-hours and per cent of requests that violate. */
export function measureCost(record: PlantRecord): Pick<Measures, 'replicaHours' | 'violationsPercent'> {
  const { ready, pending, draining, load } = record;
  const late = violationsOf(record);
  let paid = 0;
  let arrived = 0;
  let violating = 0;
  for (let k = 0; k < late.length; k++) {
    paid += ready[k]! + pending[k]! + draining[k]!;
    arrived += load.demand[k]! * load.stepS;
    violating += late[k]!;
  }
  return {
    replicaHours: (paid * load.stepS) / 3_600,
    violationsPercent: arrived === 0 ? 0 : (100 * violating) / arrived,
  };
}

export function measure(record: PlantRecord): Measures {
  const { desired, ready, pending, draining, load, options } = record;
  const { demand, stepS } = load;
  const size = demand.length;
  const hours = (size * stepS) / 3_600;
  const late = violationsOf(record);
  const ends = waitsOf(record);
  const waits = new Float64Array(size);
  let arrived = 0;
  let violating = 0;
  let paid = 0;
  let events = 0;
  let reversals = 0;
  let direction = 0;
  let most = 0;
  let mostNeeded = 0;
  const sums = { thetaU: 0, thetaO: 0, tauU: 0, tauO: 0, unstable: 0 };
  let lastNeed = 0;
  for (let k = 0; k < size; k++) {
    waits[k] = (ends[k]! + ends[k + 1]!) / 2;
    arrived += demand[k]!;
    violating += late[k]! / stepS;
    paid += ready[k]! + pending[k]! + draining[k]!;
    const need = Math.max(options.minReplicas, Math.ceil(demand[k]! / options.capacityRps - 1e-9));
    const supply = ready[k]!;
    most = Math.max(most, desired[k]!);
    mostNeeded = Math.max(mostNeeded, need);
    if (supply < need) {
      sums.thetaU += (need - supply) / need;
      sums.tauU++;
    } else if (supply > need) {
      sums.thetaO += (supply - need) / Math.max(1, need);
      sums.tauO++;
    }
    if (k > 0) {
      const change = Math.sign(desired[k]! - desired[k - 1]!);
      if (change !== 0) {
        events++;
        if (direction !== 0 && change !== direction) reversals++;
        direction = change;
      }
      if (Math.sign(supply - ready[k - 1]!) !== Math.sign(need - lastNeed)) sums.unstable++;
    }
    lastNeed = need;
  }
  const percent = (sum: number): number => (100 * sum) / size;
  return {
    replicaHours: (paid * stepS) / 3_600,
    violationsPercent: arrived === 0 ? 0 : (100 * violating) / arrived,
    p99WaitS: weightedQuantile(waits, demand, 0.99),
    scaleEventsPerHour: events / hours,
    reversalsPerHour: reversals / hours,
    thetaU: percent(sums.thetaU),
    thetaO: percent(sums.thetaO),
    tauU: percent(sums.tauU),
    tauO: percent(sums.tauO),
    instability: percent(sums.unstable),
    overshoot: Math.max(0, (most / Math.max(1, mostNeeded) - 1) * 100),
  };
}
