import type { WhatIfPolicy, WhatIfReport } from '@jaegis/model';
import { ApiError, requestLines } from './api.ts';

export interface BacktestQuestion extends Omit<WhatIfPolicy, 'startupMs'> {
  /** `1h`, or a stretch of its own. */
  readonly range?: string;
  readonly from?: number;
  readonly to?: number;
  /** `30s`. */
  readonly startup?: string;
}

type Line =
  | { readonly progress: number }
  | { readonly report: WhatIfReport }
  | { readonly error: { readonly code: string; readonly message: string } };

/** Another policy on a pool's recorded load. Aborting cancels it on the server too. */
export async function backtest(
  pool: string,
  question: BacktestQuestion,
  o: { readonly signal: AbortSignal; readonly onProgress: (share: number) => void },
): Promise<WhatIfReport> {
  const path = `/api/fleet/pools/${encodeURIComponent(pool)}/backtest`;
  for await (const line of requestLines<Line>(path, { method: 'POST', body: question, signal: o.signal })) {
    if ('progress' in line) o.onProgress(line.progress);
    else if ('report' in line) return line.report;
    else throw new ApiError(500, line.error.code, line.error.message);
  }
  throw new ApiError(0, 'unreachable', 'The server stopped in the middle of the backtest.');
}
