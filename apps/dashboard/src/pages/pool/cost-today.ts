export interface CostInput {
  readonly replicas: readonly (number | null)[];
  /** Dollars an hour, as reported. */
  readonly costRates: readonly (number | null)[];
  readonly pricePerReplica: number | null;
  readonly stepMs: number;
}

export interface CostToday {
  readonly spent: number;
  /** The same hours at the largest size seen; `null` without a price. */
  readonly atPeak: number | null;
  readonly peak: number;
}

/**
 * Adds up a day: replicas times their price where there is one, else the cost that was reported. Moments that were not heard cost
 * nothing here, on either side, so that the comparison stays fair. `null` when nothing is known.
 */
export function costToday(input: CostInput): CostToday | null {
  const { replicas, costRates, pricePerReplica } = input;
  const isPriced = pricePerReplica !== null && replicas.some((value) => value !== null);
  const hours = input.stepMs / 3_600_000;
  const known = replicas.filter((value) => value !== null);
  const peak = known.length === 0 ? 0 : Math.max(...known);
  let spent = 0;
  let heard = 0;
  for (let i = 0; i < Math.max(replicas.length, costRates.length); i++) {
    const count = replicas[i];
    const rate = !isPriced ? (costRates[i] ?? null) : count == null ? null : count * pricePerReplica;
    if (rate === null) continue;
    spent += rate * hours;
    heard++;
  }
  if (heard === 0) return null;
  return {
    spent,
    peak,
    atPeak: !isPriced || peak === 0 ? null : peak * pricePerReplica * hours * heard,
  };
}
