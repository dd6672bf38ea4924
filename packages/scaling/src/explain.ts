import type { DecisionReason, DecisionSize, LimitStep } from '@jaegis/model';
import { formatDuration } from '@jaegis/std';

/** Replicas on the way for so many start-up times without one that serves are worth a word; starts of seconds may take half a minute. */
const longWait = 2;
const leastLongMs = 30_000;

/** A decision in one sentence of plain words with its numbers. */
export function explain(o: {
  from: number;
  to: number;
  reason: DecisionReason;
  why: string;
  pending: number;
  /** How long replicas have been on the way without one becoming ready, and how long a start takes, milliseconds. */
  waitingMs: number;
  startupMs: number;
  limits: readonly LimitStep[];
  size: DecisionSize | null;
}): string {
  const { from, to, reason, why, limits } = o;
  const parts = [`${headline(o)}: ${why}`];
  if (o.size !== null) parts.push(o.size.message);
  if (o.pending > 0 && to >= from) parts.push(`${o.pending} on the way ${o.pending === 1 ? 'was' : 'were'} counted`);
  if (o.pending > 0 && o.waitingMs > Math.max(longWait * o.startupMs, leastLongMs))
    parts.push(`none became ready for ${formatDuration(o.waitingMs)} (a start takes ${formatDuration(o.startupMs)})`);
  for (const limit of limits) parts.push(limit.message);
  if (reason === 'WithinTolerance') parts.push('too little over what runs to change anything');
  return parts.join('; ');
}

function headline(o: { from: number; to: number; reason: DecisionReason }): string {
  const { from, to, reason } = o;
  if (to > from) return `ordered ${to - from} more (${from} -> ${to})`;
  if (to < from) return `gives back ${from - to} (${from} -> ${to})`;
  switch (reason) {
    case 'NoData':
    case 'StaleData':
    case 'InvalidData':
    case 'TargetUnavailable':
      return `holds ${to}`;
    case 'Paused':
      return `paused at ${to}`;
    case 'RecommendOnly':
      return `recommends only, stays at ${to}`;
    default:
      return `keeps ${to}`;
  }
}
