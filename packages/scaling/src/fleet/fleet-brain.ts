import { decideAlone } from '../backtest/decide-alone.ts';
import type { ScalingConfig } from '../scaling-config.ts';
import type { FleetSizer } from './fleet-plant.ts';

/** The product's own decision on the fleet: arrivals, finished jobs, the queue and how busy workers are. */
export function fleetBrain(config: ScalingConfig, startAt: number): FleetSizer {
  const decide = decideAlone(config);
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
      return decide({ signals, replicas }, now).to;
    },
  };
}
