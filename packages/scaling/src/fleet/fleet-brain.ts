import { decide } from '../decide.ts';
import { learn } from '../learn.ts';
import type { ScalingConfig } from '../scaling-config.ts';
import { initialScalingState } from '../scaling-state.ts';
import type { FleetSizer } from './fleet-plant.ts';

/** The product's own decision on the fleet: arrivals, finished jobs, the queue and how busy workers are. */
export function fleetBrain(config: ScalingConfig, startAt: number): FleetSizer {
  let state = initialScalingState();
  return {
    name: 'jaegis',
    size(seen) {
      const now = startAt + seen.nowS * 1_000;
      const signals = {
        request_rate: { value: seen.arrivalRate, at: now },
        throughput: { value: seen.finishRate, at: now },
        queue_length: { value: seen.waiting, at: now },
        cpu_utilization: { value: seen.utilization, at: now },
      };
      const replicas = { ready: seen.ready, pending: seen.pending, draining: seen.draining };
      const learned = learn(state, { signals, replicas, staleAfterMs: config.staleAfterMs }, now);
      const snapshot = {
        pool: 'backtest',
        config,
        signals,
        replicas,
        forecast: null,
        spentToday: null,
        targetHealthy: true,
        mode: 'auto' as const,
      };
      const result = decide(snapshot, learned, now);
      state = result.state;
      return result.decision.to;
    },
  };
}
