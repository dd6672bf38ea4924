import type { ReplicaCounts, Signals } from '@jaegis/model';
import { learn } from '../capacity/learn.ts';
import { decide } from '../decide.ts';
import type { ScalingConfig } from '../scaling-config.ts';
import { initialScalingState } from '../scaling-state.ts';
import type { DecisionDraft } from '../snapshot.ts';

/** The product's own decisions on a simulated pool, one moment after the other: no forecast, no money spent, all is well. */
export function decideAlone(
  config: ScalingConfig,
): (seen: { signals: Signals; replicas: ReplicaCounts }, now: number) => DecisionDraft {
  let state = initialScalingState();
  return ({ signals, replicas }, now) => {
    const learned = learn(state, { signals, replicas, staleAfterMs: config.staleAfterMs }, now);
    const result = decide(
      {
        pool: 'backtest',
        config,
        signals,
        replicas,
        forecast: null,
        spentToday: null,
        targetHealthy: true,
        mode: 'auto',
      },
      learned,
      now,
    );
    state = result.state;
    return result.decision;
  };
}
