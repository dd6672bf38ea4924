import type { PoolPolicy } from './pool.ts';

/** What a policy aims at, in words, the same in the terminal and on the dashboard. */
export function policyWords({ utilization, quantile, lateShare }: PoolPolicy): string {
  const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;
  return `${percent(utilization)} of a replica used, the P${Math.round(quantile * 100)} of a forecast provided for, ${percent(lateShare)} of requests may be late`;
}
