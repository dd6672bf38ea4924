import { views } from './load-view.ts';
import { candidateCount, marginForms, margins, memoryS, type VirtualPlants } from './virtual-plants.ts';

// The cheapest candidate whose requests came late seldom enough, with what is not known yet counted against it:
//   late share <= (known x (late + z/2 sqrt(sum of squared episodes)) + prior) / arrived
// z grows with the start-up time: the longer, the fewer and bigger the episodes are. known < 1 for a single episode in a
// young record: the budget of the whole memory of ten days bears one, and whether it comes again is not known yet. In its
// first day a quarter of it counts: what came once in hours may well come again, and the budget is small.
// The prior is a shortage of one start-up time and 20 s at mean demand, less with a wider margin: boldness has to be earned.
// How fast it falls with the margin is by how much such loads change in a start-up time: a load that was seen to change less
// (see restlessness.ts, `calmOf`) needs less of a margin. What was really late moves the allowed share (an error budget):
// unspent, it may be spent; overspent, it is saved.
// What is late beyond the allowed is dear, not forbidden: a huge burst must not be paid for with ten times the replicas.
//   cost = paid + worth x paid by the cheapest x (feared share - allowed share)
// Bad at: a first burst after weeks of calm; the budget then pays for it and the margin widens.

export const tuning = {
  prior: 20,
  decay: 0.08,
  lumpWeight: 0.5,
  budgetGain: 2,
  savedMeanwhile: 0.35,
  hysteresis: 0.01,
  least: 0.1,
  most: 2,
};

/**
 * To spare one per cent of the requests beyond the aim, one and a half times the leanest pool may be paid; more where
 * starting takes long, since what is late there is late in whole start-up times.
 */
const worthOfLate = 150;
/** Up to so long a start an episode is one burst; where it takes longer, lateness comes in lumps anyway. */
const oneBurstStartS = 60;
/** From so many times the aim on nothing more is risked on the way down. */
const farBehind = 3;
/** In the first day a single episode counts by a quarter, which the second day takes back. */
const firstDayShare = 0.25;
const dayS = 86_400;
/** After so long half of what a load was seen to do is believed. */
const halfKnownS = 3 * 3_600;
/** Where nothing is safe enough, what is as late as the safest but for so much of the aim will do. */
const nearSafest = 0.1;

export interface Choice {
  /** Which candidate leads; -1 while none has earned it. */
  readonly index: number;
  /** The share of late requests that was allowed. */
  readonly allowed: number;
  /** How far more was late in reality than is aimed at: 0 up to the aim, 1 from three times it. */
  readonly behind: number;
}

/** Requests that came late, of so many, with the sum of the squares of the episodes they came in. */
interface Lateness {
  readonly late: number;
  readonly arrived: number;
  readonly lumps: number;
}

/** `aim`: wanted share of late requests, `certainty`: of which it is a share. `real`: what was late in reality. `leader`: who led so far. */
export function choose(
  plants: VirtualPlants,
  o: { aim: number; certainty: number; real: Lateness; leader: number; restlessness: number },
): Choice {
  const { arrived, time, settings } = plants;
  const { aim } = o;
  const lumpWeight = tuning.lumpWeight * (1 + settings.startupS / 300);
  const isNew = !(arrived > 0) || !(time > 0);
  const filled = isNew ? 0 : Math.min(1, time / plants.weight / memoryS);
  const ageS = -memoryS * Math.log1p(-Math.min(filled, 0.999));
  const firstDay = firstDayShare * Math.min(1, Math.max(0, 2 - ageS / dayS));
  const oneBurst = Math.min(1, oneBurstStartS / settings.startupS);
  const young = oneBurst * (1 - filled) * (1 - firstDay);
  const counts = (late: number, lumps: number): number => 1 - young * aloneOf(late, lumps);
  const { real } = o;
  const told = real.arrived > 0 ? real.late / real.arrived : 0;
  // What is not counted is no credit either: so much of the aim is saved meanwhile.
  const overspent = (1 + tuning.savedMeanwhile / tuning.budgetGain) * aim;
  const spent = told > overspent ? Math.max(overspent, told * counts(real.late, real.lumps)) : told;
  const allowed = Math.min(tuning.most * aim, Math.max(tuning.least * aim, aim + tuning.budgetGain * (aim - spent)));
  // A single burst says nothing of the next; from two on, or where starting takes long, it was not luck.
  const repeated = told * (1 - oneBurst * aloneOf(real.late, real.lumps));
  const behind = Math.max(0, Math.min(1, (repeated / aim - 1) / (farBehind - 1)));
  if (isNew) return { index: -1, allowed, behind };
  const shortage = (o.certainty * (tuning.prior + settings.startupS) * arrived) / time;
  const usual = tuning.decay * Math.sqrt(1 + settings.startupS / 60);
  const decay = usual * (1 - calmOf({ restlessness: o.restlessness, usual, seenS: time / plants.weight }));
  const priors = margins.map((margin) => shortage * plants.weight * Math.exp(-Math.max(0, margin) / decay));
  const shown = (i: number): number => {
    const late = plants.late[i]!;
    const lumps = plants.lumpsOf(i);
    return (late + lumpWeight * Math.sqrt(lumps)) * counts(late, lumps);
  };
  const feared = (i: number): number => shown(i) + priors[i % margins.length]!;
  let unavoidable = Number.POSITIVE_INFINITY;
  let safest = Number.POSITIVE_INFINITY;
  let cheapest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < candidateCount; i++) {
    unavoidable = Math.min(unavoidable, shown(i));
    safest = Math.min(safest, feared(i));
    cheapest = Math.min(cheapest, plants.paid[i]!);
  }
  const most = Math.max(unavoidable + allowed * arrived, safest + nearSafest * aim * arrived);
  const price = (worthOfLate * (1 + settings.startupS / 300) * cheapest) / arrived;
  let index = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < candidateCount; i++) {
    const paid = plants.paid[i]! * (i === o.leader ? 1 - tuning.hysteresis : 1);
    const cost = paid + price * Math.max(0, feared(i) - most);
    if (cost >= least) continue;
    least = cost;
    index = i;
  }
  return { index, allowed, behind };
}

/**
 * How far a load is known to stay as it is while replicas start, 0..1: what it changes by in a start-up time (the mean over
 * itself) against half of what is usual, believed the more the longer it was seen.
 */
function calmOf(o: { restlessness: number; usual: number; seenS: number }): number {
  return (o.seenS / (o.seenS + halfKnownS)) * Math.max(0, 1 - (2 * o.restlessness) / o.usual);
}

/** How far lateness is a single episode: 1 for one, 1/n for n of a size. */
function aloneOf(late: number, lumps: number): number {
  return late > 0 ? Math.min(1, lumps / late ** 2) : 0;
}

/** What a candidate does, in words: `highest of the last 5m of the newest demand, +12 %`. */
export function describeCandidate(index: number): string {
  const perView = marginForms.length * margins.length;
  const view = views[Math.floor(index / perView)]!;
  const form = marginForms[Math.floor(index / margins.length) % marginForms.length]!;
  const margin = Math.round(margins[index % margins.length]! * 100);
  const what = {
    newest: 'the newest demand',
    minute: 'the mean of a minute',
    trend: 'level and trend',
    season: 'the time of the week',
    rhythm: 'the minute of the hour',
    top: 'the highest of days',
  }[view.source];
  const held = view.holdS === 0 ? '' : `, highest of ${view.holdS / 60}m`;
  return `${what}${held}, ${margin < 0 ? '' : '+'}${margin} %${form === 'root' ? ' of the root' : ''}`;
}
