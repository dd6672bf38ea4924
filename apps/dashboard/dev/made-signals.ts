import type { Bands, Forecast } from '@jaegis/model';
import type { MadeFleet, MadePool } from './made-fleet.ts';

// Signals as functions of time: a daily wave at high speed (one "day" is 40 minutes), some noise that is the same for
// the same moment, and in the trouble scenario a fault of the readers that began nine minutes ago.

const waveMs = 2_400_000;
export const faultAgeMs = 540_000;

/** Noise in -1..1 that depends on nothing but its arguments. */
function noise(at: number, salt: string): number {
  let hash = 2_166_136_261 ^ Math.floor(at / 5_000);
  for (let i = 0; i < salt.length; i++) hash = Math.imul(hash ^ salt.charCodeAt(i), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  hash ^= hash >>> 13;
  return ((hash >>> 0) / 2 ** 32) * 2 - 1;
}

function wave(at: number, phase = 0): number {
  return 1 + 0.45 * Math.sin(((at % waveMs) / waveMs) * 2 * Math.PI + phase);
}

export class MadeSignals {
  readonly #fleet: MadeFleet;
  readonly #startedAt: number;

  constructor(fleet: MadeFleet, startedAt: number) {
    this.#fleet = fleet;
    this.#startedAt = startedAt;
  }

  #faultOf(pool: MadePool, at: number): number {
    const age = at - (this.#startedAt - faultAgeMs);
    return pool.isTroubled && age > 0 ? Math.min(1, age / 60_000) : 0;
  }

  #demand(pool: MadePool, at: number, isSmooth = false): number {
    return pool.base * wave(at, pool.name.length) * (isSmooth ? 1 : 1 + 0.06 * noise(at, pool.name));
  }

  ready(pool: MadePool, at: number): number {
    const lagged = this.#demand(pool, at - (at % 120_000) - 20_000, true);
    return Math.max(pool.min ?? 1, Math.ceil((lagged * 1.3) / pool.capacity));
  }

  desired(pool: MadePool, at: number): number {
    return this.ready(pool, at + 60_000);
  }

  pool(pool: MadePool, signal: string, at: number): number | null {
    const fault = this.#faultOf(pool, at);
    const demand = this.#demand(pool, at);
    const capacity = this.ready(pool, at) * pool.capacity * (1 - 0.55 * fault);
    const jitter = 1 + 0.08 * noise(at, pool.name + signal);
    switch (signal) {
      case 'request_rate':
        return demand;
      case 'throughput':
        return Math.min(demand, capacity) * 0.995;
      case 'saturation':
        return demand / capacity;
      case 'latency_p50':
        return pool.latency * 0.6 * jitter * (1 + 2 * fault);
      case 'latency_p95':
        return pool.latency * jitter * (1 + 7.5 * fault);
      case 'latency_p99':
        return pool.latency * 1.7 * jitter * (1 + 8 * fault);
      case 'error_rate':
        return Math.max(0, 0.003 * jitter + 0.07 * fault * jitter);
      case 'queue_length':
        return Math.max(0, Math.round((demand / capacity - 0.7) * 12 * jitter + fault * 180));
      case 'cpu_utilization':
        return Math.min(1, (demand / (this.ready(pool, at) * pool.capacity)) * 0.7 * jitter);
      case 'memory_bytes':
        return 140 * 1024 ** 2 * (1 + 0.02 * noise(at, 'm'));
      case 'tokens_rate':
        return pool.tokens === 0 ? null : pool.tokens * (demand / 10) * jitter;
      case 'cost_rate':
        return pool.price === null ? null : pool.price * this.ready(pool, at);
      default:
        return null;
    }
  }

  agent(id: string, signal: string, at: number): number | null {
    const agent = this.#fleet.agents.find((each) => each.row.instanceId === id);
    const pool = this.#fleet.pools.find((each) => each.name === agent?.row.pool);
    if (agent === undefined || pool === undefined) return null;
    // An agent that was lost is silent since; gaps stay gaps.
    if (agent.row.connectivity === 'lost' && at > this.#startedAt - 94_000) return null;
    // And everybody was silent for a while, 25 minutes ago.
    const age = this.#startedAt - at;
    if (age > 1_500_000 && age < 1_590_000) return null;
    const value = this.pool(agent.row.health === 'unhealthy' ? pool : { ...pool, isTroubled: false }, signal, at);
    if (value === null) return null;
    const isShared =
      signal === 'request_rate' || signal === 'throughput' || signal === 'tokens_rate' || signal === 'queue_length';
    return (isShared ? value / 6 : value) * (1 + 0.12 * noise(at, id + signal));
  }

  bands(
    of: { agent?: string | undefined; pool?: string | undefined },
    signal: string,
    range: { from: number; to: number; stepMs: number },
  ): Bands {
    const times: number[] = [];
    const expected: number[] = [];
    const lower: number[] = [];
    const upper: number[] = [];
    const score: number[] = [];
    const name = of.pool ?? this.#fleet.agents.find((each) => each.row.instanceId === of.agent)?.row.pool;
    const pool = this.#fleet.pools.find((each) => each.name === name);
    if (pool === undefined) return { times, expected, lower, upper, score };
    const calm = { ...pool, isTroubled: false };
    const divisor =
      of.agent !== undefined && ['request_rate', 'throughput', 'tokens_rate', 'queue_length'].includes(signal) ? 6 : 1;
    for (let at = range.from; at <= range.to; at += range.stepMs) {
      const middle = this.pool(calm, signal, at - (at % 60_000));
      const real = of.agent === undefined ? this.pool(pool, signal, at) : this.agent(of.agent, signal, at);
      if (middle === null) continue;
      const center = middle / divisor;
      const half = Math.abs(center) * 0.24 + (signal === 'queue_length' ? 3 : 0.0005);
      times.push(at);
      expected.push(center);
      lower.push(Math.max(0, center - half));
      upper.push(center + half);
      score.push(real === null ? 0 : Math.min(1, Math.abs(real - center) / (half * 4)));
    }
    return { times, expected, lower, upper, score };
  }

  forecast(pool: MadePool, now: number): Forecast {
    const step = 60_000;
    const mean: number[] = [];
    const quantiles: Record<string, number[]> = { '0.05': [], '0.5': [], '0.9': [], '0.95': [] };
    for (let i = 1; i <= 60; i++) {
      const middle = this.#demand(pool, now + i * step, true);
      const spread = 0.05 + 0.0025 * i;
      mean.push(middle);
      quantiles['0.05']!.push(middle * (1 - spread * 1.6));
      quantiles['0.5']!.push(middle);
      quantiles['0.9']!.push(middle * (1 + spread * 1.3));
      quantiles['0.95']!.push(middle * (1 + spread * 1.6));
    }
    return {
      series: { pool: pool.name, signal: 'request_rate' },
      madeAt: now - (now % 60_000),
      step,
      mean,
      quantiles,
      model: 'seasonal-ensemble',
      trust: pool.isTroubled ? 0.41 : 0.83,
    };
  }
}
