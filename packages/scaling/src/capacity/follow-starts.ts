import type { ReplicaCounts } from '@jaegis/model';

// How long replicas take from order to ready, seen in their counts alone: more ready + pending than at the look before were
// ordered by it; more ready were the oldest orders; fewer pending without were given up, the newest first.
// Bad at: a replica that ends while another becomes ready (neither is seen); what was under way before the first look, or while a
// clock jumped, tells nothing.
const mostOrders = 100;
/** Between looks so far apart anything may have happened. */
const longestLookMs = 600_000;

export interface StartTimes {
  readonly at: number;
  readonly ready: number;
  /** Oldest first; `at` null where nobody saw the order. */
  readonly orders: readonly { readonly at: number | null; readonly count: number }[];
}

/** Takes the counts of one moment; `tookMs` of those that became ready since the one before. Pure. */
export function followStarts(
  last: StartTimes | null,
  { ready, pending }: ReplicaCounts,
  now: number,
): { starts: StartTimes; tookMs: number[] } {
  if (last === null || now < last.at || now - last.at > longestLookMs)
    return { starts: { at: now, ready, orders: pending > 0 ? [{ at: null, count: pending }] : [] }, tookMs: [] };
  const orders = last.orders.map((order) => ({ ...order }));
  const tookMs: number[] = [];
  const take = (order: { count: number } | undefined, most: number): number => {
    const taken = Math.min(order?.count ?? 0, most);
    if (order !== undefined) order.count -= taken;
    return taken;
  };
  let begun = Math.max(0, ready - last.ready);
  for (const order of orders) {
    const taken = take(order, begun);
    begun -= taken;
    if (taken > 0 && order.at !== null) tookMs.push(now - order.at);
  }
  if (begun > 0) tookMs.push(now - last.at);
  let waiting = orders.reduce((sum, order) => sum + order.count, 0);
  if (pending > waiting) orders.push({ at: last.at, count: pending - waiting });
  for (const order of orders.toReversed()) waiting -= take(order, Math.max(0, waiting - pending));
  return { starts: { at: now, ready, orders: orders.filter((order) => order.count > 0).slice(-mostOrders) }, tookMs };
}
