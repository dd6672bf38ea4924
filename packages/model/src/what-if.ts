/** Shapes of POST /api/fleet/pools/{name}/backtest: another policy on a pool's own recorded load. */
import type { PoolConfig } from './config/pool-config.ts';

/** What a policy under test may differ in; what is left out stays as the pool has it. */
export interface WhatIfPolicy {
  readonly policy?: PoolConfig['policy'];
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  /** How much of a replica's capacity is meant to be used, 0..1: the target of the pool's utilization objective. */
  readonly utilization?: number;
  /** From order to ready. */
  readonly startupMs?: number;
}

export interface WhatIfSettings {
  readonly policy: PoolConfig['policy'];
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** `null` without such an objective. */
  readonly utilization: number | null;
  readonly startupMs: number;
}

/** `recorded` is what the pool really had; of it only the replicas are known. */
export type WhatIfName = 'recorded' | 'current' | 'other' | 'oracle';

export interface WhatIfRow {
  readonly name: WhatIfName;
  readonly replicaHours: number;
  /** `null` without a price. */
  readonly cost: number | null;
  readonly xOracle: number | null;
  /** Requests that waited longer than `sloWaitMs`, in per cent of all. */
  readonly violationsPercent: number | null;
  readonly p99WaitMs: number | null;
  readonly scaleEventsPerHour: number | null;
}

export interface WhatIfReport {
  readonly pool: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** The policies ran this long before `from`, to know the pool's load as they would have. */
  readonly warmUpMs: number;
  /** Share of the steps for which no load was recorded, 0..1; the one before was taken. */
  readonly missingShare: number;
  readonly capacityPerReplica: number;
  readonly sloWaitMs: number;
  readonly pricePerReplicaHour: number | null;
  readonly settings: { readonly current: WhatIfSettings; readonly other: WhatIfSettings };
  /** What of the pool's configuration the simulated pool does not know, in words. */
  readonly leftOut: readonly string[];
  readonly rows: readonly WhatIfRow[];
  /** Thinned; parallel arrays. Replicas are ready, starting and draining ones: what is paid for. */
  readonly series: {
    readonly times: readonly number[];
    readonly demand: readonly (number | null)[];
    readonly recorded: readonly (number | null)[];
    readonly current: readonly number[];
    readonly other: readonly number[];
  };
}
