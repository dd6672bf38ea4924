import type { Decision, Forecast, PoolMode, ReplicaCounts, Signals } from '@jaegis/model';
import type { QuotaShare } from './limits/quota.ts';
import type { ScalingConfig } from './scaling-config.ts';
import type { ScalingState } from './scaling-state.ts';
import type { SizeInputs } from './size/decide-size.ts';

/** All that is known of a pool at one moment. */
export interface PoolSnapshot {
  readonly pool: string;
  readonly config: ScalingConfig;
  /** Each with the time when it was true. */
  readonly signals: Signals;
  readonly replicas: ReplicaCounts;
  /** Of `request_rate`. */
  readonly forecast: Forecast | null;
  /** Money, since midnight UTC; `null` when not known. */
  readonly spentToday: number | null;
  /** What the size of one replica is decided from; its size stays when left out. */
  readonly size?: SizeInputs;
  /** How many run (or start) in each region; nothing is known to run anywhere when left out. */
  readonly placed?: Readonly<Record<string, number>>;
  /** Quotas that the pool shares with others; none when left out. */
  readonly quotas?: readonly QuotaShare[];
  /** False when the target cannot be reached: nothing is ordered from it then. */
  readonly targetHealthy: boolean;
  readonly mode: PoolMode;
}

/** A decision before it has an id and before anything was done about it. */
export type DecisionDraft = Omit<Decision, 'id' | 'action' | 'outcome'>;

export interface DecideResult {
  readonly decision: DecisionDraft;
  readonly state: ScalingState;
}
