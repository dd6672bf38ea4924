const dayMs = 86_400_000;

/** What a pool cost so far today (UTC), as far as it was watched: `replicas` were paid for since `at`. */
export interface DayCost {
  readonly at: number;
  readonly replicas: number;
  readonly spent: number;
}

/** Goes on to `now`, from when on `replicas` are paid for at `price` an hour each. Pure; a clock that was set back adds nothing. */
export function followCost(last: DayCost | null, o: { now: number; replicas: number; price: number }): DayCost {
  const { now, replicas, price } = o;
  if (last === null) return { at: now, replicas, spent: 0 };
  const midnight = Math.floor(now / dayMs) * dayMs;
  const isNewDay = last.at < midnight;
  const hours = Math.max(0, now - Math.max(last.at, midnight)) / 3_600_000;
  return { at: now, replicas, spent: (isNewDay ? 0 : last.spent) + last.replicas * price * hours };
}
