import type { DecisionReason } from '@jaegis/model';
import type { ScalingConfig } from '../scaling-config.ts';
import { decideAlone } from './decide-alone.ts';
import type { Seen, Sizer } from './plant.ts';

/** The product's own decision on the plant: it sees rates, the queue and utilization of the step before, and nothing else. */
export function brain(config: ScalingConfig, startAt: number): Sizer & { readonly reason: () => DecisionReason } {
  const decide = decideAlone(config);
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
      const decision = decide({ signals, replicas: { ready, pending, draining } }, now);
      reason = decision.reason;
      return decision.to;
    },
  };
}
