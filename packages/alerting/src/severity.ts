import type { Severity } from '@jaegis/model';

const ranks: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

export function isWorse(a: Severity, b: Severity): boolean {
  return ranks[a] > ranks[b];
}

/** For sorting, worst first. */
export function bySeverity(a: Severity, b: Severity): number {
  return ranks[b] - ranks[a];
}
