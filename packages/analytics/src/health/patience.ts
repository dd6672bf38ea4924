/**
 * How long a finding must last before it is told. One that passed by itself after it was told must last twice as long the next
 * time, at most `mostMs`; each reading without it brings that back towards `firstMs` by a share of `forgetRate`.
 */
export function nextPatience(
  { patienceMs, since }: { readonly patienceMs: number; readonly since: number | null },
  now: number,
  { firstMs, mostMs, forgetRate }: { firstMs: number; mostMs: number; forgetRate: number },
): number {
  const isPast = since !== null && now - since >= patienceMs;
  return isPast ? Math.min(2 * patienceMs, mostMs) : patienceMs + forgetRate * (firstMs - patienceMs);
}
