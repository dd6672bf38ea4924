import type { LimitStep } from '@jaegis/model';
import type { Constraints } from '../scaling-config.ts';

// Replicas that are there to be lost. With m needed to serve what is measured:
//   N+k:       n - k >= m                    n = m + k
//   zone loss: n - ceil(n / z) >= m          n = m + ceil(m / (z - 1))
// both of what is needed now, not of what runs, so that neither can feed on itself. A floor (`redundancy`, `zones.min`)
// holds while anything runs at all. Bad at: replicas that are not spread evenly; whoever places them has to see to that.

/** Raises what the load asks for until so much may be lost. `needed`: replicas that serve what is measured, full. */
export function coverLosses(o: { desired: number; needed: number | null; constraints: Constraints }): {
  desired: number;
  steps: LimitStep[];
} {
  const { needed, constraints } = o;
  const { spare, zones } = constraints;
  const steps: LimitStep[] = [];
  let { desired } = o;
  if (needed === null || !(needed > 0)) return { desired, steps };
  const raise = (to: number, reason: LimitStep['reason'], message: string) => {
    if (to <= desired) return;
    steps.push({ step: 'redundancy', from: desired, to, reason, message });
    desired = to;
  };
  const serving = `${needed} ${needed === 1 ? 'serves' : 'serve'} what is measured`;
  if (spare > 0)
    raise(
      needed + spare,
      'SpareForLoss',
      `${serving}, ${spare} more so that ${spare === 1 ? 'one' : spare} may be lost`,
    );
  if (zones?.survivesLoss === true && zones.names.length > 1) {
    const count = needed + Math.ceil(needed / (zones.names.length - 1));
    const largest = Math.ceil(count / zones.names.length);
    raise(
      count,
      'ZoneLossCovered',
      `${serving}, ${count} over ${zones.names.length} zones leave that many when the fullest (${largest}) is lost`,
    );
  }
  return { desired, steps };
}

/** Fewest while any run: a pool at zero stays at zero. */
export function keepRedundancy(o: { desired: number; max: number; constraints: Constraints }): {
  desired: number;
  step: LimitStep | null;
} {
  const { desired, max, constraints } = o;
  const floor = Math.min(max, Math.max(constraints.redundancy, constraints.zones?.min ?? 0));
  if (desired === 0 || desired >= floor) return { desired, step: null };
  const why =
    floor === constraints.redundancy ? `at least ${floor} are to run` : `at least one in each of ${floor} zones`;
  return {
    desired: floor,
    step: {
      step: 'redundancy',
      from: desired,
      to: floor,
      reason: 'MinimumRedundancy',
      message: `${desired} would do, ${why} while any run`,
    },
  };
}
