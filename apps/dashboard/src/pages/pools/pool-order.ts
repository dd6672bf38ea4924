import type { Pool } from '@jaegis/model';

/** How the list of pools is ordered; the first is the one that is not written in the URL. */
export const poolOrders = [
  { key: 'name', name: 'By name' },
  { key: 'worst', name: 'Worst first' },
  { key: 'demand', name: 'Most asked' },
  { key: 'replicas', name: 'Largest' },
] as const;
export type PoolOrder = (typeof poolOrders)[number]['key'];

const byName = new Intl.Collator('en', { numeric: true }).compare;
/** What an order puts first, as a number; equals are ordered by name. */
const weights: Readonly<Record<Exclude<PoolOrder, 'name'>, (pool: Pool) => number>> = {
  worst: (pool) => -pool.score,
  demand: (pool) => pool.signals.request_rate?.value ?? -1,
  replicas: ({ currentReplicas: { ready, pending } }) => ready + pending,
};

/** The pools whose name has the words, in the order that is asked for. Not known comes last. */
export function orderedPools(pools: readonly Pool[], search: string, order: PoolOrder): Pool[] {
  const words = search.toLowerCase().split(/\s+/);
  const fitting = pools.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  if (order === 'name') return fitting.sort((a, b) => byName(a.name, b.name));
  const weight = weights[order];
  return fitting.sort((a, b) => weight(b) - weight(a) || byName(a.name, b.name));
}
