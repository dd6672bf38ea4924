import type { DecisionPlacement, RegionShare } from '@jaegis/model';
import { shortNumber } from '@jaegis/std';

// Replicas over regions:  minimise sum x_r (w_cost price_r / cheapest + w_latency latency_r / nearest)
//   0 <= x_r <= min(capacity_r, ceil(max_share n)),  x_r >= min_r,  at least `spread` regions with one,  sum x_r = n
// The sum is linear in each x_r, so the cheapest place with room left, one replica after the other, is the optimum once
// the lower bounds are filled; the `spread` cheapest regions get a lower bound of one. What runs stays where it is while
// rules and room allow: only what comes is placed, only what goes is taken from the dearest. Bad at: a price that falls
// elsewhere; running replicas do not follow it, they would have to start anew.

export interface Region {
  readonly name: string;
  /** Per replica and hour; `null` = not known. */
  readonly price: number | null;
  /** Most replicas; infinite where nothing is written. */
  readonly capacity: number;
  readonly min: number;
  readonly latencyMs: number;
  /** Why the rules leave it out; `null` when they do not. */
  readonly ruledOut: string | null;
}

export interface PlacementRules {
  readonly regions: readonly Region[];
  readonly spread: number;
  readonly maxShare: number;
  /** How much price and latency weigh against each other. */
  readonly weights: { readonly cost: number; readonly latency: number };
}

/** The most replicas, up to `wanted`, that rules and room allow. */
export function roomFor(rules: PlacementRules, wanted: number): number {
  for (let n = wanted; n > 0; n--) {
    const most = mostOf(rules, n);
    if (most.reduce((sum, each) => sum + each, 0) >= n) return n;
    // Shares only tighten the bound of each region: no number between can do better than all of them together.
    const room = rules.regions.reduce((sum, region) => sum + (region.ruledOut === null ? region.capacity : 0), 0);
    if (room < n) n = Math.min(n, room + 1);
  }
  return 0;
}

/** Places `replicas` (or as many as there is room for), given how many run in each region now. */
export function place(
  rules: PlacementRules,
  o: { replicas: number; current: Readonly<Record<string, number>> },
): DecisionPlacement {
  const count = roomFor(rules, o.replicas);
  const order = byScore(rules);
  const most = mostOf(rules, count);
  const least = leastOf(rules, { count, most, order });
  const was = rules.regions.map((region) => o.current[region.name] ?? 0);
  const placed = was.map((now, i) => Math.min(now, most[i]!));
  const total = () => placed.reduce((sum, each) => sum + each, 0);
  // Too many: from the dearest, down to what must be there; then below it, where the minima are more than all.
  for (const floor of [least, rules.regions.map(() => 0)])
    for (const i of [...order].reverse()) while (total() > count && placed[i]! > floor[i]!) placed[i]!--;
  // What must be there comes first, from the dearest surplus when nothing is to be added.
  for (const i of order)
    while (placed[i]! < least[i]!) {
      if (total() >= count) {
        const from = [...order].reverse().find((each) => placed[each]! > least[each]!);
        if (from === undefined) break;
        placed[from]!--;
      }
      placed[i]!++;
    }
  for (const i of order) {
    const add = Math.min(most[i]! - placed[i]!, count - total());
    if (add > 0) placed[i]! += add;
  }
  return describe(rules, { placed, was, most, least, order });
}

/** Cheapest first, by the weighted score; names decide between equals. */
function byScore(rules: PlacementRules): number[] {
  const { regions, weights } = rules;
  const allowed = regions.filter((region) => region.ruledOut === null);
  const cheapest = Math.min(...allowed.map((region) => region.price ?? 0).filter((price) => price > 0), Infinity);
  const nearest = Math.min(...allowed.map((region) => region.latencyMs).filter((ms) => ms > 0), Infinity);
  const score = (region: Region): number =>
    (Number.isFinite(cheapest) ? (weights.cost * (region.price ?? 0)) / cheapest : 0) +
    (Number.isFinite(nearest) ? (weights.latency * region.latencyMs) / nearest : 0);
  return regions
    .map((_, i) => i)
    .filter((i) => regions[i]!.ruledOut === null)
    .sort((a, b) => score(regions[a]!) - score(regions[b]!) || (regions[a]!.name < regions[b]!.name ? -1 : 1));
}

function mostOf(rules: PlacementRules, count: number): number[] {
  const share = Math.ceil(rules.maxShare * count - 1e-9);
  return rules.regions.map((region) => (region.ruledOut === null ? Math.min(region.capacity, share) : 0));
}

/** One for each region of the spread first (those with a minimum, then the cheapest), then the minima, as far as it goes. */
function leastOf(
  rules: PlacementRules,
  o: { count: number; most: readonly number[]; order: readonly number[] },
): number[] {
  const least = rules.regions.map(() => 0);
  let left = o.count;
  const give = (i: number, wanted: number) => {
    const more = Math.max(0, Math.min(wanted, o.most[i]!) - least[i]!);
    least[i] = least[i]! + Math.min(more, left);
    left -= Math.min(more, left);
  };
  const open = o.order.filter((i) => o.most[i]! > 0);
  const withMinimum = open.filter((i) => rules.regions[i]!.min > 0);
  const others = open.filter((i) => rules.regions[i]!.min === 0);
  for (const i of [...withMinimum, ...others].slice(0, rules.spread)) give(i, 1);
  for (const i of o.order) give(i, rules.regions[i]!.min);
  return least;
}

function describe(
  rules: PlacementRules,
  o: { placed: number[]; was: number[]; most: number[]; least: number[]; order: number[] },
): DecisionPlacement {
  const { regions } = rules;
  const { placed, was, most, least, order } = o;
  const shares = order.map((i): RegionShare => {
    const { name, price, latencyMs } = regions[i]!;
    const about = [
      price === null ? '' : `$${shortNumber(price)} an hour`,
      latencyMs === 0 ? '' : `${latencyMs} ms away`,
    ]
      .filter((part) => part !== '')
      .join(', ');
    const because =
      placed[i] === 0
        ? 'dearer than what does'
        : placed[i] === least[i] && least[i]! > 0
          ? 'as many as the rules ask for'
          : placed[i] === most[i]
            ? 'as many as it may have'
            : placed[i]! <= was[i]!
              ? 'those that run there stay'
              : 'the best with room';
    return { name, replicas: placed[i]!, was: was[i]!, reason: about === '' ? because : `${because}; ${about}` };
  });
  const total = placed.reduce((sum, each) => sum + each, 0);
  const priced = placed.every((each, i) => each === 0 || regions[i]!.price !== null);
  return {
    regions: shares,
    leftOut: regions.flatMap(({ name, ruledOut }, i) =>
      ruledOut === null ? [] : [{ name, reason: ruledOut, was: was[i]! }],
    ),
    costPerHour: priced ? placed.reduce((sum, each, i) => sum + each * (regions[i]!.price ?? 0), 0) : null,
    latencyMs: total === 0 ? null : placed.reduce((sum, each, i) => sum + each * regions[i]!.latencyMs, 0) / total,
  };
}

/** How many run where they may not stay, of `replicas` that are to run in all. */
export function movesOf(placement: DecisionPlacement, replicas: number): number {
  const all = [...placement.regions, ...placement.leftOut.map((each) => ({ ...each, replicas: 0 }))];
  const over = all.reduce((sum, each) => sum + Math.max(0, each.was - each.replicas), 0);
  const running = all.reduce((sum, each) => sum + each.was, 0);
  return Math.max(0, over - Math.max(0, running - replicas));
}
