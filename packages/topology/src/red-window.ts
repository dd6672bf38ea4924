/**
 * Rate, errors, durations and tokens of every agent and every pool, from spans: server and consumer spans are requests,
 * tokens are read from `gen_ai.usage.*` on any span. Nothing here knows whether an agent without spans is idle or dead;
 * `lastAt` says when it was last heard of, and who reads it must hold that against the agent's heartbeats.
 */
import type { Span } from '@jaegis/model';
import { errorClassOf } from './error-class.ts';
import { OwnTime } from './own-time.ts';
import { readTogether, SlidingRed } from './sliding-red.ts';
import { secondsOf } from './span-seconds.ts';

/** Rates per second over the window, durations in seconds. What cannot be known is `null`. */
export interface Red {
  /** Finished in the window. */
  readonly requests: number;
  /** `null` of a pool of which some agents send what they held back: only their own rates are right then. */
  readonly requestRate: number | null;
  /** The same as `requestRate`: spans tell of a request when it is finished. */
  readonly throughput: number | null;
  /** 0..1; `null` without requests. */
  readonly errorRate: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Mean time that requests took here, without the calls to others in them; `null` when none called anyone. */
  readonly own: number | null;
  /** Tokens in the window. */
  readonly inTokens: number;
  readonly outTokens: number;
  readonly tokensRate: number | null;
  /** USD per hour; `null` when no price is known. */
  readonly costRate: number | null;
  /** When the last span of any kind came, epoch milliseconds. */
  readonly lastAt: number;
}

export interface RedWindowOptions {
  /** The longest window that can be read. */
  readonly windowMs?: number;
  readonly slotMs?: number;
  /** Most agents tracked; a further one is refused and counted. */
  readonly maxTracked?: number;
  readonly maxPools?: number;
  /** An agent without a span for this long is forgotten. */
  readonly forgetAfterMs?: number;
  /** USD per token of a model; `undefined` when its price is not known. */
  readonly priceOf?: (model: string) => { readonly input: number; readonly output: number } | undefined;
}

interface Tracked {
  readonly window: SlidingRed;
  priced: boolean;
  /** Of a pool: until when agents that catch up are in its window. */
  catchingUpUntil: number;
}

// A parent whose child already reported tokens only adds them up again; remembered until it ends.
const aggregateLimit = 10_000;

export class RedWindow {
  readonly #o: Required<Omit<RedWindowOptions, 'priceOf'>> & Pick<RedWindowOptions, 'priceOf'>;
  readonly #agents = new Map<string, Tracked>();
  readonly #pools = new Map<string, Tracked>();
  readonly #aggregates = new Set<string>();
  readonly #ownTime = new OwnTime();
  #sweptAt = Number.NEGATIVE_INFINITY;
  #refused = 0;

  constructor(options: RedWindowOptions = {}) {
    this.#o = {
      windowMs: 30_000,
      slotMs: 5_000,
      maxTracked: 50_000,
      maxPools: 2_000,
      forgetAfterMs: 900_000,
      ...options,
    };
  }

  observe(span: Span, now: number): void {
    this.#sweep(now);
    const agent = this.#track(this.#agents, span.instanceId, { limit: this.#o.maxTracked, now });
    const pool = this.#track(this.#pools, span.pool, { limit: this.#o.maxPools, now });
    if (agent === undefined || pool === undefined) this.#refused++;
    const ownSeconds = this.#ownTime.observe(span);
    if (span.kind === 'server' || span.kind === 'consumer') {
      const seconds = secondsOf(span);
      const one = { errorClass: errorClassOf(span), ownSeconds, now };
      const endMs = span.startMs + seconds * 1_000;
      const isCatchingUp = agent?.window.add(seconds, { ...one, endMs });
      pool?.window.add(seconds, one);
      if (isCatchingUp === true && pool !== undefined) pool.catchingUpUntil = now + this.#o.windowMs + this.#o.slotMs;
    } else {
      agent?.window.touch(now);
      pool?.window.touch(now);
    }
    this.#observeTokens(span, { agent, pool, now });
  }

  /** `undefined` for an agent of which no span is remembered. */
  read(instanceId: string, now: number, windowMs = 30_000): Red | undefined {
    return readRed(this.#agents.get(instanceId), now, windowMs);
  }

  pool(pool: string, now: number, windowMs = 30_000): Red | undefined {
    const tracked = this.#pools.get(pool);
    const red = readRed(tracked, now, windowMs);
    if (tracked === undefined || red === undefined) return red;
    if (now >= tracked.catchingUpUntil && !tracked.window.isYoung(now)) return red;
    return { ...red, requestRate: null, throughput: null, tokensRate: null, costRate: null };
  }

  /** Errors in the window by class, most frequent first. At most 16 classes, the rest is `other`. */
  errorClasses(instanceId: string, now: number): Readonly<Record<string, number>> {
    const tracked = this.#agents.get(instanceId);
    if (tracked === undefined) return {};
    const { errorClasses } = readTogether([tracked.window], { now, quantiles: [] });
    return Object.fromEntries([...(errorClasses ?? [])].sort((a, b) => b[1] - a[1]).slice(0, 16));
  }

  instances(): Iterable<string> {
    return this.#agents.keys();
  }

  /** Spans of agents or pools that found no room. */
  get refused(): number {
    return this.#refused;
  }

  #track(map: Map<string, Tracked>, key: string, { limit, now }: { limit: number; now: number }): Tracked | undefined {
    const known = map.get(key);
    if (known !== undefined) return known;
    if (map.size >= limit) return undefined;
    const { slotMs, windowMs } = this.#o;
    const window = new SlidingRed({ slotMs, slots: Math.ceil(windowMs / slotMs), now });
    const tracked = { window, priced: false, catchingUpUntil: Number.NEGATIVE_INFINITY };
    map.set(key, tracked);
    return tracked;
  }

  #observeTokens(span: Span, o: { agent: Tracked | undefined; pool: Tracked | undefined; now: number }): void {
    const { attributes } = span;
    const inTokens = tokens(attributes['gen_ai.usage.input_tokens'] ?? attributes['gen_ai.usage.prompt_tokens']);
    const outTokens = tokens(attributes['gen_ai.usage.output_tokens'] ?? attributes['gen_ai.usage.completion_tokens']);
    if (inTokens + outTokens === 0) return;
    if (span.parentSpanId !== '') {
      if (this.#aggregates.size >= aggregateLimit) this.#aggregates.delete(this.#aggregates.values().next().value!);
      this.#aggregates.add(span.parentSpanId);
    }
    if (this.#aggregates.delete(span.spanId)) return;
    const model = String(attributes['gen_ai.response.model'] ?? attributes['gen_ai.request.model'] ?? '');
    const price = this.#o.priceOf?.(model);
    const said = Number(attributes['gen_ai.usage.cost'] ?? Number.NaN);
    const costUsd = said >= 0 ? said : price === undefined ? null : inTokens * price.input + outTokens * price.output;
    const used = { inTokens, outTokens, costUsd: costUsd ?? 0, now: o.now };
    for (const tracked of [o.agent, o.pool]) {
      if (tracked === undefined) continue;
      tracked.window.addTokens(used);
      if (costUsd !== null) tracked.priced = true;
    }
  }

  /** Once a minute: windows of the silent give their memory back, and after `forgetAfterMs` their place too. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < 60_000 && now >= this.#sweptAt) return;
    this.#sweptAt = now;
    for (const map of [this.#agents, this.#pools]) {
      for (const [key, { window }] of map) {
        const idleMs = now - window.lastAt;
        if (idleMs >= this.#o.forgetAfterMs) map.delete(key);
        else if (idleMs > this.#o.windowMs + this.#o.slotMs) window.clear();
      }
    }
  }
}

function tokens(value: string | number | boolean | undefined): number {
  const count = Number(value ?? 0);
  return count > 0 && Number.isFinite(count) ? count : 0;
}

const quantiles = [0.5, 0.95, 0.99];

function readRed(tracked: Tracked | undefined, now: number, windowMs: number): Red | undefined {
  if (tracked === undefined) return undefined;
  const totals = readTogether([tracked.window], { now, windowMs, quantiles });
  const seconds = Math.max(totals.coveredMs, 1) / 1_000;
  const [p50, p95, p99] = totals.quantiles as [number | null, number | null, number | null];
  const rate = totals.count / seconds;
  return {
    requests: totals.count,
    requestRate: rate,
    throughput: rate,
    errorRate: totals.count === 0 ? null : totals.errors / totals.count,
    mean: totals.count === 0 ? null : totals.durationSum / totals.count,
    p50,
    p95,
    p99,
    own: totals.ownCount === 0 ? null : totals.ownSum / totals.ownCount,
    inTokens: totals.inTokens,
    outTokens: totals.outTokens,
    tokensRate: (totals.inTokens + totals.outTokens) / seconds,
    costRate: tracked.priced ? (totals.costUsd / seconds) * 3_600 : null,
    lastAt: tracked.window.lastAt,
  };
}
