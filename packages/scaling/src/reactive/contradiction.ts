import { formatDuration, shortNumber } from '@jaegis/std';
import { handfulOf } from '../queue-balance.ts';
import { readSignal } from '../read-signal.ts';
import type { NeedContext } from './need.ts';
import { kindOf } from './objective-need.ts';

// Two signals that cannot both be true of one pool: a queue that has not become shorter for the best part of a minute beside an objective of
// use that says idle, or beside no arrivals at all. Nothing is concluded but that it is said: the larger need counts anyway,
// and which of them is wrong only a person can tell. Bad at: work that really waits for something else (then it is worth
// saying as well).
const lastingMs = 45_000;
/** Of the target: below that a replica is idle. */
const idleShare = 0.4;

/** The contradiction in words; empty where there is none. */
export function contradiction({ snapshot, state, now }: NeedContext): string {
  const { config, replicas } = snapshot;
  const last = state.queue.at(-1);
  if (last === undefined || replicas.ready === 0) return '';
  // Stretches are short, and follow each other as long as as many are ready.
  const before = state.queue.at(-2);
  const { fromAt, fromQueue } = before !== undefined && before.toAt === last.fromAt ? before : last;
  const { toAt, toQueue } = last;
  const lastedMs = toAt - fromAt;
  if (lastedMs < lastingMs || toQueue < fromQueue || toQueue < handfulOf(replicas.ready)) return '';
  const read = (name: Parameters<typeof readSignal>[1]): number | undefined => {
    const reading = readSignal(snapshot.signals, name, { now, staleAfterMs: config.staleAfterMs });
    return reading.ok ? reading.value : undefined;
  };
  const waits = `${shortNumber(toQueue)} wait, not fewer than ${formatDuration(lastedMs)} ago`;
  for (const { signal, target } of config.objectives) {
    if (kindOf(signal) !== 'utilization') continue;
    const value = read(signal);
    if (value !== undefined && value < idleShare * target)
      return `${waits}, while ${signal} is ${shortNumber(value * 100)} %: one of the two is wrong, or something else holds the work up; the larger need counts`;
  }
  if (read('request_rate') === 0 && toQueue > fromQueue)
    return `${waits}, while request_rate says that nothing arrives: one of the two is wrong; the larger need counts`;
  return '';
}
