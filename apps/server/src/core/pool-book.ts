import type { AnswersState } from '@jaegis/analytics';
import type {
  Decision,
  DecisionPlacement,
  Forecast,
  JaegisConfig,
  PoolConfig,
  PoolMode,
  ReplicaSize,
  Signals,
} from '@jaegis/model';
import {
  restoreScalingState,
  restoreSizeState,
  type ScalingConfig,
  type ScalingState,
  type SizeInputs,
  type SizeState,
  scalingConfig,
} from '@jaegis/scaling';
import type { MetadataStore } from '@jaegis/store';
import type { Target, TargetObservation } from '@jaegis/targets';

/** Everything the server holds of one pool. Pools without a target are only watched. */
export interface PoolEntry {
  readonly name: string;
  readonly config: PoolConfig | undefined;
  readonly scaling: ScalingConfig | undefined;
  target: Target | undefined;
  observation: TargetObservation | undefined;
  mode: PoolMode;
  state: ScalingState;
  /** What its replicas use, for the size of one. */
  readonly size: SizeState;
  /** What one replica may use now. */
  limits: ReplicaSize;
  /** What one uses on average, and its latency over what is usual; `null` = not known. */
  used: ReplicaSize & { readonly latencyRatio: number | null };
  /** When the last replica became ready whose start-up time was learned from. */
  newestReadyAt: number;
  lastDecision: Decision | null;
  /** Where its replicas are to run; `null` where no regions are configured. */
  placement: DecisionPlacement | null;
  desired: number | null;
  signals: Signals;
  /** By signal, the far ones by signal and reach (`request_rate:day`). */
  readonly forecasts: Map<string, Forecast>;
  /** When each was last asked for. */
  readonly forecastAt: Map<string, number>;
  /** What the answers of its agents usually take: newcomers are judged by it. */
  usualAnswers: AnswersState | undefined;
  score: number;
  reasons: readonly string[];
  /** Replica-milliseconds used since midnight UTC, for the budget. */
  usage: { day: string; replicaHours: number; at: number };
}

const maxPools = 10_000;

/** The pools by name: those of the configuration, and those that agents brought along. */
export class PoolBook {
  readonly #entries = new Map<string, PoolEntry>();
  readonly #metadata: MetadataStore;
  #refused = 0;

  constructor(config: JaegisConfig, metadata: MetadataStore) {
    this.#metadata = metadata;
    for (const pool of config.pools) this.#entries.set(pool.name, this.#create(pool.name, pool));
  }

  get(name: string): PoolEntry | undefined {
    return this.#entries.get(name);
  }

  /** The pool, made when an agent brings a new name; `undefined` when there are too many. */
  ensure(name: string): PoolEntry | undefined {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    if (this.#entries.size >= maxPools) {
      this.#refused++;
      return undefined;
    }
    const entry = this.#create(name, undefined);
    this.#entries.set(name, entry);
    return entry;
  }

  list(): PoolEntry[] {
    return [...this.#entries.values()];
  }

  /** Those with a target: the ones we size. */
  sized(): PoolEntry[] {
    return this.list().filter((entry) => entry.target !== undefined);
  }

  setMode(entry: PoolEntry, mode: PoolMode): void {
    entry.mode = mode;
    this.#metadata.setState(`pool-mode/${entry.name}`, mode);
  }

  /** Keeps what a restart must not forget: learned capacity, change history, usage. */
  save(entry: PoolEntry): void {
    this.#metadata.setState(`pool-state/${entry.name}`, {
      state: entry.state,
      usage: entry.usage,
      desired: entry.desired,
      size: { ...entry.size, peaks: {} },
      limits: entry.limits,
    });
  }

  get refused(): number {
    return this.#refused;
  }

  #create(name: string, config: PoolConfig | undefined): PoolEntry {
    const kept = this.#metadata.getState(`pool-state/${name}`) as
      | Pick<PoolEntry, 'state' | 'usage' | 'desired' | 'size' | 'limits'>
      | undefined;
    const mode = (this.#metadata.getState(`pool-mode/${name}`) as PoolMode | undefined) ?? config?.mode ?? 'auto';
    return {
      name,
      config,
      scaling: config === undefined ? undefined : scalingConfig(config),
      target: undefined,
      observation: undefined,
      mode,
      state: restoreScalingState(kept?.state),
      size: restoreSizeState(kept?.size),
      limits: restoreLimits(kept?.limits, config),
      used: { cpu: null, memoryBytes: null, latencyRatio: null },
      newestReadyAt: 0,
      placement: null,
      lastDecision: this.#metadata.decisions({ pool: name, limit: 1 }).items[0] ?? null,
      desired: kept?.desired ?? null,
      signals: {},
      forecasts: new Map(),
      forecastAt: new Map(),
      usualAnswers: undefined,
      score: 100,
      reasons: [],
      usage: kept?.usage ?? { day: '', replicaHours: 0, at: 0 },
    };
  }
}

/** A size that was given while it ran is kept as long as the configuration lets it be resized, and within its bounds. */
function restoreLimits(kept: ReplicaSize | undefined, config: PoolConfig | undefined): ReplicaSize {
  const { cpu_limit: cpu = null, memory_limit_bytes: memoryBytes = null } = config?.target?.process ?? {};
  if (config?.vertical.mode !== 'auto' || kept === undefined) return { cpu, memoryBytes };
  const within = (value: number | null, start: number | null, [least, most]: readonly [number, number]) =>
    start === null || value === null || !Number.isFinite(value) ? start : Math.min(Math.max(value, least), most);
  const { cpu: cpuBounds, memoryBytes: memoryBounds } = sizeBounds(config);
  return {
    cpu: within(kept.cpu, cpu, cpuBounds),
    memoryBytes: within(kept.memoryBytes, memoryBytes, memoryBounds),
  };
}

/** From a tenth to ten times what a replica starts with, unless the configuration says otherwise. */
export function sizeBounds(config: PoolConfig): SizeInputs['bounds'] {
  const { cpu_limit: cpu = 1, memory_limit_bytes: memory = 2 ** 30 } = config.target?.process ?? {};
  const { vertical } = config;
  return {
    cpu: [vertical.cpu?.min ?? cpu / 10, vertical.cpu?.max ?? cpu * 10],
    memoryBytes: [vertical.memory_bytes?.min ?? memory / 10, vertical.memory_bytes?.max ?? memory * 10],
  };
}

/** Adds the time since the last call to the pool's usage of today (UTC). Returns what it cost so far, `null` without a price. */
export function accountUsage(entry: PoolEntry, replicas: number, now: number): number | null {
  const day = new Date(now).toISOString().slice(0, 10);
  const usage = entry.usage.day === day ? entry.usage : { day, replicaHours: 0, at: now };
  // A gap (we were not running) is not billed to anyone: at most a minute counts.
  const elapsedMs = Math.min(Math.max(now - usage.at, 0), 60_000);
  entry.usage = { day, replicaHours: usage.replicaHours + (replicas * elapsedMs) / 3_600_000, at: now };
  const price = entry.scaling?.pricePerReplicaHour ?? null;
  return price === null ? null : entry.usage.replicaHours * price;
}
