import type { Jobs } from './jobs.ts';

// A fleet of workers on one queue (docs/reference/backtest.md says it in words): first in, first out, one job at a time in
// a worker, service times as recorded. Policies act every step, as in the fluid plant. On the way down starting workers
// are cancelled first, newest first, then idle ones go, then busy ones finish their job, unpaid for nothing: they are
// paid until then and take no other. A job never stops half way.

export interface FleetOptions {
  readonly startupS: number;
  readonly stepS: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** What a policy sees at the start of a step. One object, reused. */
export interface FleetSeen {
  step: number;
  nowS: number;
  /** Jobs per second that arrived in the step before. */
  arrivalRate: number;
  /** Jobs per second that were finished in the step before. */
  finishRate: number;
  /** Jobs that wait for a worker. */
  waiting: number;
  /** Jobs that a worker is busy with, those of leaving workers included. */
  running: number;
  /** Share of the ready workers' time in the step before that was work, 0..1. */
  utilization: number;
  ready: number;
  pending: number;
  draining: number;
}

export interface FleetSizer {
  readonly name: string;
  /** How many are wanted, ready and pending together. */
  size(seen: FleetSeen): number;
}

export interface FleetRecord {
  /** Seconds that each job waited for a worker. */
  readonly waits: Float64Array;
  /** Paid: starting, ready and leaving workers. */
  readonly workerHours: number;
  readonly changes: number;
  readonly hours: number;
}

interface Worker {
  readonly readyAt: number;
  freeAt: number;
  isLeaving: boolean;
}

export function runFleet(jobs: Jobs, sizer: FleetSizer, options: FleetOptions): FleetRecord {
  const { arrivals, services } = jobs;
  const { stepS, startupS } = options;
  const size = arrivals.length;
  const waits = new Float64Array(size);
  const ends = new Float64Array(size);
  let workers: Worker[] = Array.from({ length: options.minReplicas }, () => ({
    readyAt: 0,
    freeAt: 0,
    isLeaving: false,
  }));
  let next = 0; // first job that waits
  let arrived = 0; // jobs that have arrived
  let paidS = 0;
  let changes = 0;
  let ordered = -1;
  const seen: FleetSeen = {
    step: 0,
    nowS: 0,
    arrivalRate: 0,
    finishRate: 0,
    waiting: 0,
    running: 0,
    utilization: 0,
    ready: options.minReplicas,
    pending: 0,
    draining: 0,
  };
  let running: number[] = []; // ends of the jobs that run
  let step = 0;
  for (; next < size || running.length > 0; step++) {
    const now = step * stepS;
    const staying = workers.filter((worker) => !worker.isLeaving);
    seen.step = step;
    seen.nowS = now;
    seen.waiting = arrived - next;
    seen.running = running.length;
    seen.ready = staying.filter((worker) => worker.readyAt <= now).length;
    seen.pending = staying.length - seen.ready;
    seen.draining = workers.length - staying.length;
    const wanted = Math.min(options.maxReplicas, Math.max(options.minReplicas, Math.round(sizer.size(seen))));
    if (wanted !== ordered && ordered >= 0) changes++;
    ordered = wanted;
    if (wanted > staying.length) {
      for (let i = staying.length; i < wanted; i++)
        workers.push({ readyAt: now + startupS, freeAt: now + startupS, isLeaving: false });
    } else release(staying, { count: staying.length - wanted, now });
    workers = workers.filter((worker) => !(worker.isLeaving && (worker.readyAt > now || worker.freeAt <= now)));

    const end = now + stepS;
    const before = arrived;
    while (arrived < size && arrivals[arrived]! < end) arrived++;
    while (next < arrived) {
      const worker = soonest(workers);
      const start = worker === undefined ? end : Math.max(arrivals[next]!, worker.freeAt, now);
      if (worker === undefined || start >= end) break;
      waits[next] = start - arrivals[next]!;
      worker.freeAt = start + services[next]!;
      ends[next] = worker.freeAt;
      running.push(worker.freeAt);
      next++;
    }
    const finished = running.filter((at) => at <= end).length;
    running = running.filter((at) => at > end);
    let busyS = 0;
    for (const worker of workers) {
      if (worker.isLeaving) paidS += Math.min(end, worker.freeAt) - now;
      else {
        paidS += stepS;
        if (worker.readyAt <= now) busyS += Math.min(end, Math.max(now, worker.freeAt)) - now;
      }
    }
    seen.arrivalRate = (arrived - before) / stepS;
    seen.finishRate = finished / stepS;
    const ready = workers.filter((worker) => !worker.isLeaving && worker.readyAt <= now).length;
    seen.utilization = ready === 0 ? 0 : Math.min(1, busyS / (ready * stepS));
  }
  return { waits, workerHours: paidS / 3_600, changes, hours: (step * stepS) / 3_600 };
}

/** The worker that is free first, among those that stay. */
function soonest(workers: readonly Worker[]): Worker | undefined {
  let best: Worker | undefined;
  for (const worker of workers)
    if (!worker.isLeaving && (best === undefined || worker.freeAt < best.freeAt)) best = worker;
  return best;
}

function release(staying: readonly Worker[], { count, now }: { count: number; now: number }): void {
  const rank = (worker: Worker): number => (worker.readyAt > now ? 0 : worker.freeAt <= now ? 1 : 2);
  const order = [...staying].sort((a, b) => rank(a) - rank(b) || b.readyAt - a.readyAt);
  for (const worker of order.slice(0, count)) worker.isLeaving = true;
}
