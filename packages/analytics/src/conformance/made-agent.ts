/**
 * A made agent for tests and experiments: Poisson arrivals under a load that changes, lognormal service times, a rolling
 * window of 30 s in slots of 5 s, as the real one has it; a garbage collector's sawtooth and CPU that follows the load.
 * Seeded: the same seed gives the same signals.
 */
import type { SignalName } from '@jaegis/model';
import type { Rng } from '@jaegis/std';

export type LoadShape = 'steady' | 'quiet' | 'wave' | 'bursty' | 'scaling' | 'heavy-tailed' | 'on-off' | 'daily';

export const loadShapes: readonly LoadShape[] = [
  'steady',
  'quiet',
  'wave',
  'bursty',
  'scaling',
  'heavy-tailed',
  'on-off',
  'daily',
];

export const tickMs = 5_000;
const slots = 6;
const slotSeconds = tickMs / 1_000;

interface Slot {
  readonly latencies: readonly number[];
  readonly errors: number;
}

export class MadeAgent {
  readonly #shape: LoadShape;
  readonly #rng: Rng;
  readonly #window: Slot[] = [];
  #tick = 0;
  #burstLeft = 0;
  #replicas = 4;
  #isOn = true;
  #heap = 60e6;
  #queue = 0;
  /** Multiplies latencies from now on; 1 is healthy. */
  slowness = 1;
  /** Share of requests that fail on top of the usual. */
  failing = 0;

  constructor(shape: LoadShape, rng: Rng) {
    this.#shape = shape;
    this.#rng = rng;
  }

  /** Signals of the next tick; NaN is missing. */
  next(): Partial<Record<SignalName, number>> {
    const rng = this.#rng;
    const rate = this.#rate();
    const arrived = poisson(rate * slotSeconds, rng);
    const sigma = this.#shape === 'heavy-tailed' ? 1.1 : 0.45;
    const usual = 0.08 * (1 + 0.4 * Math.min(3, rate / 5)) * this.slowness;
    const latencies: number[] = [];
    let errors = 0;
    for (let i = 0; i < arrived; i++) {
      latencies.push(usual * Math.exp(sigma * rng.normal()));
      if (rng.chance(0.003 + this.failing)) errors++;
    }
    this.#window.push({ latencies, errors });
    if (this.#window.length > slots) this.#window.shift();
    this.#tick++;
    const seconds = this.#window.length * slotSeconds;
    const all = this.#window.flatMap((slot) => slot.latencies).sort((a, b) => a - b);
    const failed = this.#window.reduce((sum, slot) => sum + slot.errors, 0);
    const at = (q: number) => (all.length === 0 ? Number.NaN : all[Math.floor(q * (all.length - 1))]!);
    const busy = (rate * usual) / 0.8;
    this.#queue = Math.max(0, Math.min(200, this.#queue + poisson(busy * 2, rng) - poisson(busy * 2 + 1, rng)));
    this.#heap += 0.4e6 * rate * (0.5 + rng.next());
    if (this.#heap > 110e6 + 10e6 * rng.normal()) this.#heap = 60e6 + 4e6 * rng.normal();
    return {
      request_rate: all.length / seconds,
      throughput: all.length / seconds,
      latency_mean: all.length === 0 ? Number.NaN : all.reduce((sum, each) => sum + each, 0) / all.length,
      latency_p50: at(0.5),
      latency_p95: at(0.95),
      latency_p99: at(0.99),
      error_rate: all.length === 0 ? Number.NaN : failed / all.length,
      queue_length: Math.round(this.#queue),
      in_flight: poisson(busy, rng),
      cpu_utilization: Math.min(1, 0.03 + 0.06 * rate * (0.8 + 0.4 * rng.next()) + (rng.chance(0.01) ? 0.2 : 0)),
      memory_bytes: this.#heap,
      network_bytes: (all.length / seconds) * 20_000 * (0.7 + 0.6 * rng.next()),
      tokens_rate: (all.length / seconds) * 400 * (0.7 + 0.6 * rng.next()),
      progress_rate: all.length / seconds,
    };
  }

  #rate(): number {
    const rng = this.#rng;
    const t = this.#tick;
    switch (this.#shape) {
      case 'steady':
      case 'heavy-tailed':
        return 2;
      case 'quiet':
        return 0.06;
      case 'wave':
        // A "day" of ten minutes, five times as busy at noon as at night.
        return 0.8 + 1.6 * (1 + Math.sin((2 * Math.PI * t) / 120));
      case 'daily':
        return 0.5 + 1.25 * (1 + Math.sin((2 * Math.PI * t) / 17_280));
      case 'bursty':
        if (this.#burstLeft > 0) this.#burstLeft--;
        else if (rng.chance(1 / 240)) this.#burstLeft = rng.int(6, 36);
        return this.#burstLeft > 0 ? 8 : 1;
      case 'scaling':
        if (rng.chance(1 / 180))
          this.#replicas = Math.min(16, Math.max(1, Math.round(this.#replicas * rng.pick([0.5, 2]))));
        return (8 * (1 + 0.2 * Math.sin(t / 50))) / this.#replicas;
      case 'on-off':
        if (rng.chance(1 / 200)) this.#isOn = !this.#isOn;
        return this.#isOn ? 3 : 0;
    }
  }
}

/** A Poisson count (Knuth below 30, normal above). */
export function poisson(mean: number, rng: Rng): number {
  if (!(mean > 0)) return 0;
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * rng.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = rng.next(); product > limit; product *= rng.next()) count++;
  return count;
}
