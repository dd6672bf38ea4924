import { formatDuration, shortNumber } from '@jaegis/std';
import { fadedReversals } from '../change-history.ts';
import { drainShare, roundingSlack } from '../rehearsal/virtual-plants.ts';
import type { Need, NeedContext } from './need.ts';

// What the leader of the rehearsed candidates provides for, in whole replicas (at least for growth that lasts and for what an
// hour did not fall below: ramp.ts, hour-floor.ts), with two additions that its small plant does not know: the queue that
// really is there, beyond what may wait anyway, is to be gone in a minute and half a start-up time, with at most two fifths
// more than arrives (a long queue is an integral of the past: replicas in proportion to it grow without end while new ones
// start) or as many as were ever needed; and a demand far beyond everything ordered is believed at once (panic), whatever
// the leader's view. A jump is read from the newest observation, in place of the mean of 20 s, and ordered at one go, once
// what it left waiting proves it: two measurements that agree are no metric gone mad.
const mayWait = 0.3;
const drainS = 60;
/** Of a replica; on the way down. */
const hysteresisPerReversal = 0.02;
const widestHysteresis = 0.3;
/** A share; fewer than that are no wiggle of the leader but far too many there. */
const leastKept = 0.3;
/** A share of hundreds that is not worth a change each time. */
const littleOfMany = 0.01;
/** Demand over what is ordered from which on nobody waits for the leader. */
const panicFrom = 1.5;
/** A jump is proven by so many seconds of its surplus in the queue. */
const provenS = 4;

/** `undefined` while no candidate has earned to lead. */
export function rehearsedNeed(
  context: NeedContext,
  o: { arrivals: number; queue: number | undefined },
): Need | undefined {
  const { rehearsal, snapshot, capacity, now, current, startupMs } = context;
  if (rehearsal === null || capacity === null) return undefined;
  const { config, replicas } = snapshot;
  const planned = capacity.perReplica;
  rehearsal.observe(o.arrivals, now, { queue: o.queue ?? 0, ready: replicas.ready });
  const demand = rehearsal.isGrown && config.predictive === 'forecast-and-scale' ? rehearsal.demand() : null;
  if (demand === null) return undefined;
  const tolerated = mayWait * rehearsal.settings.toleratedWaitS * replicas.ready * planned;
  const excess = Math.max(0, (o.queue ?? 0) - tolerated);
  const backlog = excess / (drainS + startupMs / 2_000);
  const jump = o.arrivals - replicas.ready * planned;
  const isProven = jump > 0 && excess > provenS * jump;
  const newest = isProven ? Math.max(rehearsal.newest, o.arrivals) : rehearsal.newest;
  // Held from the last minutes is a reason to keep replicas, none to order more.
  const room = current * planned;
  const held = Math.max(demand.fresh, Math.min(demand.held, room));
  const isPanic = newest > panicFrom * current * planned && newest > demand.held;
  const provided = Math.max(isPanic ? newest : held, rehearsal.least);
  const drained = (1 + drainShare) * Math.max(rehearsal.newest, rehearsal.soon);
  const most = Math.max(provided, drained, rehearsal.highest);
  const exact = Math.min(provided + backlog, most) / planned - roundingSlack;
  const up = Math.ceil(exact);
  // Between two whole numbers the larger one stays, the more so the more often it went back and forth lately.
  const hysteresis = Math.min(widestHysteresis, hysteresisPerReversal * fadedReversals(context.state, now));
  // Those that still have a minute of what waits to work off, each, cost nothing by staying: the work is the same.
  const isUsed = excess > drainS * Math.max(0, replicas.ready * planned - rehearsal.newest);
  const least = isUsed ? Math.min(current, replicas.ready) : 0;
  const whole = up < current ? Math.max(least, Math.min(current, Math.ceil(exact + hysteresis))) : up;
  // What was ordered to work a queue off stays until it is, unless that is far more than arrives.
  const isDraining = backlog > 0 && current * planned <= 1.5 * rehearsal.newest;
  // A leader that changes while demand grows would have it given back and ordered again.
  const isSmall = whole > (1 - littleOfMany) * current;
  const isKept = whole < current && (isDraining || isSmall || (rehearsal.isRising && whole > leastKept * current));
  const how = isPanic ? 'far beyond what is ordered' : `as ${rehearsal.leaderName} has it`;
  const queue = backlog > 0 ? ` and ${shortNumber(o.queue ?? 0)} wait` : '';
  return {
    source: 'request_rate',
    kind: 'rehearsed',
    replicas: isKept ? current : inService(whole, o.arrivals, config.policy.spare),
    growth: 0,
    isProven,
    why:
      `${shortNumber(provided)} requests/s to be ready for within ${formatDuration(startupMs + config.intervalMs)} ` +
      `(${shortNumber(o.arrivals)} arrive; ${how})${queue}, one replica serves ${shortNumber(planned)}/s`,
  };
}

/** One serves as long as anything arrives; the spare comes on top of those that serve. */
function inService(whole: number, arrivals: number, spare: number): number {
  if (whole <= 0) return arrivals > 0 ? 1 : 0;
  return whole + spare;
}
