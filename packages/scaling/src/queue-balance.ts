import type { QueueSegment } from './scaling-state.ts';

// A queue grows by arrivals - capacity x ready. Two stretches with different numbers of ready replicas give two such
// equations, and so the capacity of one replica from the queue's length alone. Bad when arrivals change in between:
// the newest pair counts, and an answer that makes no sense (capacity <= 0) is no answer.
const shortestMs = 10_000;
const longestMs = 40_000;

/** Two ways to the same work differ by less than this factor. */
export const contradiction = 1.5;
/** Two measurements of one rate differ by less than this share. */
export const sameRate = 0.05;

/** So few that wait are the scatter of arrivals, no backlog. */
export const handfulOf = (ready: number): number => Math.max(5, 2 * ready);

export interface QueueBalance {
  /** Change of the queue per second in the newest stretch. */
  readonly slope: number;
  /** Replicas that were ready in it. */
  readonly ready: number;
  /** Work per second of one replica, where two stretches tell it. */
  readonly capacity: number | undefined;
}

export function balanceOf(segments: readonly QueueSegment[]): QueueBalance | undefined {
  const long = segments.filter((s) => s.toAt - s.fromAt >= shortestMs);
  const newest = long.at(-1);
  // An empty queue since then: nothing is moving any more.
  if (newest === undefined || segments.at(-1)!.toQueue <= 0) return undefined;
  const slope = slopeOf(newest);
  for (let i = long.length - 2; i >= 0; i--) {
    const older = long[i]!;
    if (older.ready === newest.ready) continue;
    const capacity = (slopeOf(older) - slope) / (newest.ready - older.ready);
    return { slope, ready: newest.ready, capacity: capacity > 0 ? capacity : undefined };
  }
  return { slope, ready: newest.ready, capacity: undefined };
}

function slopeOf(segment: QueueSegment): number {
  return (segment.toQueue - segment.fromQueue) / ((segment.toAt - segment.fromAt) / 1_000);
}

/** Adds an observation. An empty queue tells nothing (nobody knows how much more could be worked off) and ends a stretch. */
export function observeQueue(
  segments: readonly QueueSegment[],
  o: { queue: number; ready: number; now: number },
): readonly QueueSegment[] {
  const last = segments.at(-1);
  const fresh: QueueSegment = { ready: o.ready, fromAt: o.now, fromQueue: o.queue, toAt: o.now, toQueue: o.queue };
  if (o.queue <= 0) return last === undefined || last.toQueue <= 0 ? segments : keepFew([...segments, fresh]);
  if (last === undefined || last.ready !== o.ready || last.toQueue <= 0 || o.now - last.toAt > 120_000) {
    return keepFew([...segments, fresh]);
  }
  // A stretch is short, then a new one begins, so that the slope is that of now.
  if (o.now - last.fromAt > longestMs) {
    const rest = { ...last, fromAt: last.toAt, fromQueue: last.toQueue, toAt: o.now, toQueue: o.queue };
    return keepFew([...segments, rest]);
  }
  return [...segments.slice(0, -1), { ...last, toAt: o.now, toQueue: o.queue }];
}

/** The newest two of each number of replicas, six in all: enough for the slope of now and for one to compare with. */
function keepFew(segments: readonly QueueSegment[]): QueueSegment[] {
  return segments
    .filter((segment, i) => segments.slice(i + 1).filter((later) => later.ready === segment.ready).length < 2)
    .slice(-6);
}
