import { formatDuration, shortNumber } from '@jaegis/std';
import { balanceOf } from '../queue-balance.ts';
import { drainShare } from '../rehearsal/virtual-plants.ts';
import { measuredReady, type Need, type NeedContext } from './need.ts';

// A queue is an integral of the past: replicas in proportion to its length grow without end while new ones start (the
// HPA's runaway). Here it is work to be drained: (arrivals + queue / time to drain) / capacity of one. Draining may add
// at most 40 % to what the arrivals need, half if it would take longer than five minutes or four start-up times then.
const slowShare = 0.5;
const drainMsMax = 300_000;
const settleMs = 15_000;

/** Replicas to work off a queue longer than `target`. `arrivals` per second are `undefined` when not known; `doubt` is said of them. */
export function backlogNeed(
  context: NeedContext,
  o: { queue: number; target: number; arrivals: number | undefined; doubt: string },
): Need | undefined {
  const { capacity, snapshot, startupMs, current } = context;
  const excess = o.queue - o.target;
  if (excess <= 0) return undefined;
  const need = (replicas: number, why: string): Need => ({
    source: 'queue_length',
    kind: 'backlog',
    replicas,
    growth: 0,
    why: `${shortNumber(o.queue)} wait${o.target > 0 ? ` (${shortNumber(o.target)} allowed)` : ''}, ${why}`,
  });
  const balance = balanceOf(context.state.queue);
  const perReplica = capacity?.perReplica ?? balance?.capacity;
  const { arrivals } = o;
  if (perReplica !== undefined && arrivals !== undefined) {
    const slowestMs = Math.max(drainMsMax, 4 * startupMs);
    const quickly = excess / (snapshot.config.policy.drainMs / 1_000);
    // What was ordered is overdue: a target that does not deliver is not to be asked for ever more.
    // Half more than arrives, or what is there anyway: nobody orders without end for what piled up.
    const most = Math.max(slowShare * arrivals, perReplica * Math.max(1, current) - arrivals);
    const slowly = isOverdue(context) ? 0 : Math.min(excess / (slowestMs / 1_000), most);
    const extra = Math.max(Math.min(quickly, Math.max(drainShare * arrivals, slowly)), 1e-9);
    const takesMs = (excess / extra) * 1_000;
    const takes = formatDuration(takesMs);
    const replicas = (arrivals + extra) / perReplica;
    const spare = Math.max(0, perReplica * current - arrivals);
    // While it takes longer than that nothing is given back, delivered or not.
    return {
      ...need(
        takesMs > slowestMs ? Math.max(current, replicas) : replicas,
        `${shortNumber(arrivals)}/s arrive${o.doubt}, one replica works off ${shortNumber(perReplica)}/s: drained in ${takes}`,
      ),
      isUrgent: excess * 1_000 > spare * Math.max(drainMsMax, startupMs),
    };
  }
  // Nothing is known but that work piles up: double what serves, then look again when it does.
  const ready = measuredReady(context, settleMs);
  if (ready === 0) return need(Math.max(1, current), 'and nothing serves yet');
  const slope = balance?.slope;
  if (slope !== undefined && slope < 0 && (excess / -slope) * 1_000 < Math.max(drainMsMax, 4 * startupMs)) {
    return need(current, `and shrinks by ${shortNumber(-slope)}/s`);
  }
  if (ready < current || context.now - context.state.ready.since < settleMs) {
    return need(current, 'what was ordered last must show its effect first');
  }
  return need(ready * 2, 'and how much one replica works off is not known yet: twice what serves');
}

/** Replicas that were ordered have been missing for more than half again of the start-up time. */
function isOverdue(context: NeedContext): boolean {
  const { current, now, startupMs, state } = context;
  const { ready } = context.snapshot.replicas;
  if (ready >= current) return false;
  const order = state.changes.findLast((change) => change.from <= ready && change.to > ready);
  return order === undefined || now - order.at > 1.5 * startupMs + 30_000;
}
