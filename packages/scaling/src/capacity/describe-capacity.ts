import type { PoolCapacity } from '@jaegis/model';
import { formatDuration, shortNumber } from '@jaegis/std';
import type { ScalingConfig } from '../scaling-config.ts';
import type { ScalingState } from '../scaling-state.ts';
import { capacityOf, startupOf } from './capacity.ts';
import { lackOfGain } from './gain.ts';
import { startUpQuantile } from './start-ups.ts';
import { lostToWarmUp } from './warm-up.ts';

/** What one replica serves and how long it takes until it does, with how that is known. */
export function describeCapacity(config: ScalingConfig, state: ScalingState): PoolCapacity {
  const capacity = capacityOf(config, state);
  const { startUps, warmUp, gain } = state.capacity;
  const lostMs = lostToWarmUp(warmUp);
  const starts =
    startUps.length === 0
      ? null
      : { seen: startUps.length, medianMs: startUpQuantile(startUps, 0.5)!, slowestMs: Math.max(...startUps) };
  const serves =
    capacity === null
      ? 'what a replica serves is not known yet: it is learned from the first work done at a third of its processor or while work waits, sooner where replicas say how much of them is in use'
      : `a replica serves ${shortNumber(capacity.perReplica)} requests/s (${sources[capacity.source]})`;
  return {
    perReplica: capacity?.perReplica ?? null,
    source: capacity?.source ?? null,
    startupMs: startupOf(config, state),
    starts,
    warmUpMs: lostMs,
    reason: [serves, startWords(config, starts), lostMs > 0 ? warmUpWords(lostMs) : '', lackOfGain(gain)]
      .filter((part) => part !== '')
      .join('; '),
  };
}

const sources = {
  configured: 'configured',
  learned: 'learned while it did all it could',
  utilization: 'concluded from how much of it the work takes',
} as const;

function startWords(config: ScalingConfig, starts: PoolCapacity['starts']): string {
  const seen =
    starts === null
      ? 'none was seen yet'
      : starts.seen === 1
        ? `the only one so far took ${formatDuration(round(starts.medianMs))}`
        : `half of the last ${starts.seen} took up to ${formatDuration(round(starts.medianMs))}, the slowest ${formatDuration(round(starts.slowestMs))}`;
  const assumed = config.startupMs === null ? '' : `${formatDuration(config.startupMs)} configured, `;
  return `a start: ${assumed}${seen}`;
}

function warmUpWords(lostMs: number): string {
  return `a new one is slower at first, as if it came ${formatDuration(round(lostMs))} later`;
}

/** Tenths of a second are enough for people. */
function round(ms: number): number {
  return ms < 1_000 ? Math.round(ms) : Math.round(ms / 100) * 100;
}
