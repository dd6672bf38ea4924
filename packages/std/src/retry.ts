import type { Rng } from './rng.ts';

export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly factor?: number;
}

/**
 * The wait before try number `attempt` (1 = the first retry): exponential with full jitter in its upper half,
 * so that a thousand clients that failed together do not come back together.
 */
export function backoffMs(attempt: number, options: BackoffOptions, rng: Rng): number {
  const { firstMs, maxMs, factor = 2 } = options;
  const ceiling = Math.min(maxMs, firstMs * factor ** Math.min(attempt - 1, 60));
  return ceiling * (0.5 + rng.next() / 2);
}
