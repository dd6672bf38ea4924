import type { DecisionReason } from '@jaegis/model';
import { decide } from '../decide.ts';
import { learn } from '../learn.ts';
import type { ScalingConfig } from '../scaling-config.ts';
import { initialScalingState } from '../scaling-state.ts';
import type { Seen, Sizer } from './plant.ts';

/** The product's own decision on the plant: it sees rates, the queue and utilization of the step before, and nothing else. */
export function brain(config: ScalingConfig, startAt: number): Sizer & { readonly reason: () => DecisionReason } {
  let state = initialScalingState();
  let reason: DecisionReason = 'Steady';
  return {
    name: 'jaegis',
    reason: () => reason,
    size(seen: Seen) {
      const now = startAt + seen.nowS * 1_000;
      const { rateRps, utilization, queue, ready, pending, draining } = seen;
      const signals = {
        request_rate: { value: rateRps, at: now },
        queue_length: { value: queue, at: now },
        cpu_utilization: { value: utilization, at: now },
      };
      const replicas = { ready, pending, draining };
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
      reason = result.decision.reason;
      return result.decision.to;
    },
  };
}
