import { type Rng, seededRng } from '@jaegis/std';

/**
 * A stream of its own for each purpose, from one seed: that the network drops one message more must not change the
 * service times of an agent, or no two runs could be compared. The name is hashed by FNV-1a.
 */
export function namedRng(seed: number, name: string): Rng {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return seededRng(((hash >>> 0) + seed * 0x9e3779b1) % Number.MAX_SAFE_INTEGER);
}

/** How many events happen, on `mean` expected: exact (Knuth) for small means, the normal approximation for large ones. */
export function poisson(rng: Rng, mean: number): number {
  if (!(mean > 0)) return 0;
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * rng.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = rng.next(); product > limit; product *= rng.next()) count++;
  return count;
}

/** Lognormal with the given mean and coefficient of variation (0 = always the mean). */
export function lognormal(rng: Rng, mean: number, variation: number): number {
  if (variation <= 0) return mean;
  const sigma2 = Math.log(1 + variation * variation);
  return mean * Math.exp(Math.sqrt(sigma2) * rng.normal() - sigma2 / 2);
}
