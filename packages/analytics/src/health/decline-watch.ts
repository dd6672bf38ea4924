/**
 * An agent that gets worse by itself: latency, errors, queue, CPU or saturation that climb towards the height at which they
 * hurt, while the load does not climb with them. One reading a quarter of a minute over ten minutes; when the limit is met
 * and how sure that is comes from the slopes between blocks of them (time-to-limit.ts). It counts when even the slow pace
 * arrives, within half an hour, and when a good part of the way was walked before our eyes; what grows because the agent got
 * busier is load, and no decline. The soonest signal speaks.
 * Bad at: what jumps (the detector sees that) and what declines over hours.
 */
import { type AgentDecline, type SignalName, signals } from '@jaegis/model';
import { formatDuration, formatValue } from '@jaegis/std';
import { timeToLimit } from '../forecast/time-to-limit.ts';

/** The signals that are watched, and the height that hurts where the pool has no objective; `null`: only with one. */
const watched = {
  latency_p95: null,
  error_rate: 0.05,
  queue_length: null,
  cpu_utilization: 0.95,
  saturation: 0.95,
} as const satisfies Partial<Record<SignalName, number | null>>;

export type DeclineSignal = keyof typeof watched;
const declineSignals = Object.keys(watched) as readonly DeclineSignal[];

export type Decline = AgentDecline & { readonly signal: DeclineSignal };

const everyMs = 15_000;
const mostReadings = 40;
const leastReadings = 16;
const farthestMs = 30 * 60_000;
/** Of the limit, what must have been climbed in the window, beyond what the load explains; more where busy minutes show at once. */
const leastClimb = { latency_p95: 0.15, error_rate: 0.15, queue_length: 0.15, cpu_utilization: 0.25, saturation: 0.25 };
/** And in each half of it, of what was climbed in all. */
const leastShare = 0.25;
/** Even at the slow pace it arrives within so many times the farthest. */
const surestTimes = 3;
const busierBy = 1.25;

export class DeclineWatch {
  readonly #times: number[] = [];
  readonly #loads: number[] = [];
  readonly #values = new Map<DeclineSignal, number[]>();
  #found: Decline | null = null;

  /**
   * The newest signals (NaN or `null` is not known), the pool's objectives by signal, and how busy the agent is in any unit
   * that grows with its work (`null`: not known). Answers what is on its way to its limit, `null` when nothing is.
   */
  observe(
    at: number,
    o: {
      readonly value: (name: DeclineSignal) => number | null;
      readonly objective: (name: DeclineSignal) => number | undefined;
      readonly load: number | null;
    },
  ): Decline | null {
    const last = this.#times.at(-1);
    if (last !== undefined && at < last) this.reset();
    if (last !== undefined && at >= last && at - last < everyMs) return this.#found;
    push(this.#times, at);
    push(this.#loads, o.load ?? Number.NaN);
    const isBusier = growth(this.#loads) > busierBy;
    const loadRatio = Math.max(1, growth(this.#loads, 0));
    this.#found = null;
    for (const name of declineSignals) {
      let values = this.#values.get(name);
      if (values === undefined) {
        // As long as the times, so that places agree.
        values = new Array<number>(this.#times.length - 1).fill(Number.NaN);
        this.#values.set(name, values);
      }
      push(values, o.value(name) ?? Number.NaN);
      const limit = o.objective(name) ?? watched[name];
      if (limit === null || isBusier) continue;
      const decline = this.#judge(name, values, { limit, loadRatio });
      if (decline !== null && (this.#found === null || decline.at < this.#found.at)) this.#found = decline;
    }
    return this.#found;
  }

  /** For a process that was started again. */
  reset(): void {
    this.#times.length = 0;
    this.#loads.length = 0;
    this.#values.clear();
    this.#found = null;
  }

  #judge(
    signal: DeclineSignal,
    values: readonly number[],
    { limit, loadRatio }: { readonly limit: number; readonly loadRatio: number },
  ): Decline | null {
    const value = values.at(-1)!;
    if (values.length < leastReadings || !(value < limit) || !(limit > 0)) return null;
    // Most agents most of the time are told by this alone.
    const third = Math.floor(values.length / 3);
    const [before, halfway, lately] = [values.slice(0, third), values.slice(third, -third), values.slice(-third)].map(
      middle,
    );
    const climbed = lately! - before!;
    // A pool that lost a replica makes all its agents busier at once, by less than it takes to call them busier.
    if (!(lately! - before! * loadRatio >= leastClimb[signal] * limit)) return null;
    // A jump is all in one place.
    if (!(Math.min(halfway! - before!, lately! - halfway!) >= leastShare * climbed)) return null;
    const met = timeToLimit(this.#times, values, limit);
    if (met === null || met.latest === null) return null;
    const now = this.#times.at(-1)!;
    if (met.at - now > farthestMs || met.latest - now > surestTimes * farthestMs) return null;
    const { unit } = signals[signal];
    const words = signal.replaceAll('_', ' ');
    const reason = `${words} rises by ${formatValue(met.perSecond * 60, unit)} a minute while the load does not, now ${formatValue(value, unit)}: reaches ${formatValue(limit, unit)} in ${formatDuration(met.at - now)} (${formatDuration(met.earliest - now)} to ${formatDuration(met.latest - now)})`;
    return { signal, value, limit, at: met.at, earliest: met.earliest, latest: met.latest, reason };
  }
}

function push(values: number[], value: number): void {
  values.push(value);
  if (values.length > mostReadings) values.shift();
}

/** The newest third's middle over the oldest third's, both raised by `by`; 1 where it is not known. */
function growth(values: readonly number[], by = 1): number {
  const third = Math.floor(values.length / 3);
  if (third < 2) return 1;
  const before = middle(values.slice(0, third));
  const now = middle(values.slice(-third));
  // A handful of requests in flight is noise: one is added on both sides.
  return Number.isFinite(before) && Number.isFinite(now) && before + by > 0 ? (now + by) / (before + by) : 1;
}

function middle(values: readonly number[]): number {
  const known = values.filter(Number.isFinite).sort((a, b) => a - b);
  return known.length === 0 ? Number.NaN : known[known.length >> 1]!;
}
