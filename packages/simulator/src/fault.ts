/** What goes wrong, from `at` until `until` (milliseconds after the start; left out: for good). */
export type Fault = FaultTime & FaultKind;

export interface FaultTime {
  readonly at: number;
  readonly until?: number;
}

export type FaultKind =
  /** An agent of the pool dies: `agents` of them, the oldest first. Its supervisor sees it, and starts it anew. */
  | { readonly kind: 'crash'; readonly pool: string; readonly agents?: number }
  /** Alive, but nothing moves: no work, no heartbeat. */
  | { readonly kind: 'hang'; readonly pool: string; readonly agents?: number }
  /** Beats on, and makes no progress: a loop. */
  | { readonly kind: 'stuck'; readonly pool: string; readonly agents?: number }
  /** Everything takes `factor` times as long. */
  | { readonly kind: 'slow'; readonly pool: string; readonly factor: number; readonly agents?: number }
  /** Everything takes longer and longer: `perMinute` more of what it took at first, each minute. */
  | { readonly kind: 'wear'; readonly pool: string; readonly perMinute: number; readonly agents?: number }
  /** Memory grows by so much each second; at its limit the agent dies. */
  | { readonly kind: 'leak'; readonly pool: string; readonly bytesPerSecond: number; readonly agents?: number }
  /** Something beside the work takes the CPU; the work goes on, a little slower. */
  | { readonly kind: 'hog'; readonly pool: string; readonly agents?: number }
  /** Works on one request for good, and uses `tokensPerSecond` for it. */
  | { readonly kind: 'loop'; readonly pool: string; readonly tokensPerSecond: number; readonly agents?: number }
  /** Takes requests, and nothing comes out: no answer, no span, no progress. */
  | { readonly kind: 'silent'; readonly pool: string; readonly agents?: number }
  /** A share of the requests fails. */
  | { readonly kind: 'errors'; readonly pool: string; readonly share: number }
  /** Nothing of these agents reaches the server; they work on. */
  | { readonly kind: 'partition'; readonly pool: string; readonly agents?: number }
  /** A share of messages is lost on the way. */
  | { readonly kind: 'drop'; readonly pool: string; readonly share: number }
  /** Messages come later. */
  | { readonly kind: 'delay'; readonly pool: string; readonly ms: number }
  /** Telemetry carries NaN, negative and infinite values. */
  | { readonly kind: 'garble'; readonly pool: string }
  /** Orders are refused. */
  | { readonly kind: 'refuse'; readonly pool: string }
  /** The target says that it cannot be reached. */
  | { readonly kind: 'unavailable'; readonly pool: string }
  /** Starting takes so much longer. */
  | { readonly kind: 'slow-start'; readonly pool: string; readonly ms: number }
  /** Orders are accepted and shown as pending, and nothing is done. */
  | { readonly kind: 'lie'; readonly pool: string }
  /** What is started never becomes ready. */
  | { readonly kind: 'never-ready'; readonly pool: string };

/** The faults of one pool that are there at a time. */
export function activeFaults(faults: readonly Fault[], pool: string, elapsedMs: number): Fault[] {
  return faults.filter(
    (fault) => fault.pool === pool && elapsedMs >= fault.at && elapsedMs < (fault.until ?? Number.POSITIVE_INFINITY),
  );
}

/** When the last fault that ends has ended; 0 without any. */
export function healedAt(faults: readonly Fault[]): number {
  return Math.max(0, ...faults.map((fault) => fault.until ?? fault.at));
}
