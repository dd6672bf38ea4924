import { formatDuration } from '@jaegis/std';
import { capacityOf } from './capacity/capacity.ts';
import { notRehearsed } from './rehearsal/prepare.ts';
import { Rehearsal } from './rehearsal/rehearsal.ts';
import type { ScalingConfig } from './scaling-config.ts';
import type { ScalingState } from './scaling-state.ts';
import { workloadOf } from './workload.ts';

/** By what a pool is sized, given its kind of load and what is known of it, in words: for people, nothing is decided here. */
export function treatmentOf(config: ScalingConfig, state: ScalingState): string {
  const { workers, rehearsal } = state;
  if (workers !== null)
    return 'sized for the wait of its jobs, by the cheapest of the policies tried on its own arrivals';
  const why = notRehearsed(config, capacityOf(config, state));
  if (why !== null) {
    const isBatch = workloadOf(state.workload, config)?.class === 'batch';
    const by = isBatch ? 'by what waits in its queue' : 'by its objectives and by measured and forecast load';
    return `sized ${by}; policies are not tried on its load: ${why}`;
  }
  if (rehearsal instanceof Rehearsal && rehearsal.isGrown)
    return `sized by the cheapest of the policies tried on its own load that kept late requests allowed: ${rehearsal.leaderName}`;
  const { ms, neededMs } = rehearsal instanceof Rehearsal ? rehearsal.watched : { ms: 0, neededMs: 3_600_000 };
  return `sized by measured and forecast load; policies are tried on its load since ${formatDuration(ms)} and lead after ${formatDuration(neededMs)}`;
}
