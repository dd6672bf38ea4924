import type { Health } from '@jaegis/model';

/** How an agent's returns to health went; plain data, folded with `followRecovery`. */
export interface RecoveryState {
  /** When it became unhealthy or was lost; `null` while it is not. */
  readonly downSince: number | null;
  /** The last return to health took this long, milliseconds; `null` before there was one. */
  readonly lastMs: number | null;
  readonly meanMs: number | null;
  readonly recoveries: number;
}

const fresh: RecoveryState = { downSince: null, lastMs: null, meanMs: null, recoveries: 0 };

/**
 * Time to recover runs from "unhealthy" (or a lost connection) to "healthy"; the stretch of "degraded" on the way back
 * counts. "Unknown" ends nothing: an agent that stopped on purpose did not recover.
 */
export function followRecovery(
  state: RecoveryState | undefined,
  seen: { readonly health: Health; readonly isLost: boolean },
  now: number,
): RecoveryState {
  const before = state ?? fresh;
  const isDown = seen.health === 'unhealthy' || seen.isLost;
  if (before.downSince === null) return isDown ? { ...before, downSince: now } : before;
  if (isDown || seen.health !== 'healthy') return before;
  const tookMs = Math.max(0, now - before.downSince);
  const recoveries = before.recoveries + 1;
  const mean = before.meanMs === null ? tookMs : before.meanMs + (tookMs - before.meanMs) / Math.min(recoveries, 10);
  return { downSince: null, lastMs: tookMs, meanMs: mean, recoveries };
}
