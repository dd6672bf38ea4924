import type { WhatIfReport } from '@jaegis/model';
import { useEffect, useRef, useState } from 'react';
import { type BacktestQuestion, backtest } from '../../data/backtest.ts';

export type BacktestState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly progress: number; readonly before: WhatIfReport | undefined }
  | { readonly kind: 'done'; readonly report: WhatIfReport }
  | { readonly kind: 'failed'; readonly error: unknown };

/** One backtest at a time; leaving the page, asking anew and `cancel` end the one that runs. */
export function useBacktest(pool: string): {
  state: BacktestState;
  run: (question: BacktestQuestion) => void;
  cancel: () => void;
} {
  const [state, setState] = useState<BacktestState>({ kind: 'idle' });
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = (question: BacktestQuestion): void => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    const isCurrent = () => running.current === abort && !abort.signal.aborted;
    const before = state.kind === 'done' ? state.report : state.kind === 'running' ? state.before : undefined;
    setState({ kind: 'running', progress: 0, before });
    const onProgress = (progress: number) => isCurrent() && setState({ kind: 'running', progress, before });
    backtest(pool, question, { signal: abort.signal, onProgress }).then(
      (report) => isCurrent() && setState({ kind: 'done', report }),
      (error: unknown) => isCurrent() && setState({ kind: 'failed', error }),
    );
  };
  const cancel = (): void => {
    running.current?.abort();
    setState(
      state.kind === 'running' && state.before !== undefined
        ? { kind: 'done', report: state.before }
        : { kind: 'idle' },
    );
  };
  return { state, run, cancel };
}
