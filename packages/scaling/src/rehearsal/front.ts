const mostShown = 7;

/**
 * The Pareto front of candidates in cost and lateness, cheapest first, the leader always among them, thinned out to a few: two
 * that differ by a smaller share in cost than `sameCost` are one. Gives their places.
 */
export function frontOf(
  { paid, late }: { readonly paid: Float64Array; readonly late: Float64Array },
  { leader, sameCost }: { readonly leader: number; readonly sameCost: number },
): number[] {
  const order = Array.from(paid, (_, i) => i).sort((a, b) => paid[a]! - paid[b]! || late[a]! - late[b]!);
  const front: number[] = [];
  let leastLate = Number.POSITIVE_INFINITY;
  for (const i of order) {
    const last = front.at(-1);
    const isNew = last === undefined || paid[i]! > paid[last]! * (1 + sameCost);
    if (i !== leader && !(late[i]! < leastLate && isNew)) continue;
    if (i === leader && !isNew) front.pop();
    front.push(i);
    leastLate = Math.min(leastLate, late[i]!);
  }
  const first = Math.max(0, Math.min(front.indexOf(leader) - (mostShown >> 1), front.length - mostShown));
  return front.slice(first, first + mostShown);
}
