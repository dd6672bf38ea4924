import { type PoolConfig, ruledOut } from '@jaegis/model';
import type { PlacementRules } from './place.ts';

const weightsOf: Readonly<Record<string, PlacementRules['weights']>> = {
  cost: { cost: 1, latency: 0.001 },
  latency: { cost: 0.001, latency: 1 },
  balanced: { cost: 1, latency: 1 },
};

/** From what a user wrote to what `place` reads; `null` where no region is named. */
export function placementRules(pool: PoolConfig): PlacementRules | null {
  const { regions, placement, policy } = pool;
  if (regions.length === 0) return null;
  return {
    regions: regions.map((region) => ({
      name: region.name,
      price: region.price ?? pool.cost?.per_replica_hour ?? null,
      capacity: region.capacity ?? Number.POSITIVE_INFINITY,
      min: region.min,
      latencyMs: region.latency,
      ruledOut: ruledOut(region, placement),
    })),
    spread: placement.spread,
    maxShare: placement.max_share,
    weights: placement.prefer === 'policy' ? policyWeights(policy) : weightsOf[placement.prefer]!,
  };
}

/** Availability is a matter of `spread` and `max_share`, not of where. */
function policyWeights(policy: PoolConfig['policy']): PlacementRules['weights'] {
  if (policy === 'cost') return weightsOf['cost']!;
  if (policy === 'performance') return weightsOf['latency']!;
  if (typeof policy === 'string') return weightsOf['balanced']!;
  return { cost: Math.max(0.001, policy.cost), latency: Math.max(0.001, policy.performance) };
}
