/** What is tuned from outcomes, each as a factor of what is configured, learned or the default; 1 = as it is. */
export type TunedParameter = 'startup' | 'headroom' | 'forecast' | 'patience';

/** `trial`: being watched; `kept`: did no worse; `undone`: did worse, and is what it was before. */
export type TuningState = 'trial' | 'kept' | 'undone';

/** One change of a scaling parameter, kept like a decision: what, why, and what came of it. */
export interface TuningRecord {
  readonly id: string;
  readonly pool: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly parameter: TunedParameter;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly state: TuningState;
  readonly judgedAt: number | null;
  /** The measurements behind the verdict; empty while it is a trial. */
  readonly message: string;
}

/** How well a pool is scaled, from what its decisions came to. Shares are 0..1; `null` while nothing was judged. */
export interface PoolEffect {
  /** Predicted against real use of capacity, over the actions that were judged. */
  readonly accuracy: number | null;
  /** Work done over capacity paid for. */
  readonly efficiency: number | null;
  /** Changes that were not turned back within 15 minutes. */
  readonly stability: number | null;
  /** Predicted over real time from order to effect, 1 at most for each action. */
  readonly speed: number | null;
  /** Time with less capacity than asked for, or with a queue longer than is tolerated. */
  readonly short: number | null;
  /** From order to ready, milliseconds. */
  readonly startMs: number | null;
  /** Actions judged so far. */
  readonly judged: number;
  /** Factors in use. */
  readonly tuned: Readonly<Record<TunedParameter, number>>;
}
