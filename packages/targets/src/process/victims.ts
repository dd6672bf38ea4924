import type { InstanceState } from '../target.ts';

interface Candidate {
  readonly instanceId: string;
  readonly state: InstanceState;
  /** Later is younger. */
  readonly order: number;
}

/**
 * Who goes when a pool shrinks by `count`: first those that do not work, then those that do not work yet, then the
 * wanted ones in their order, then the youngest. Those already draining are not asked again.
 */
export function chooseVictims<T extends Candidate>(
  candidates: Iterable<T>,
  count: number,
  wanted: readonly string[] = [],
): T[] {
  const wantedRank = new Map(wanted.map((instanceId, index) => [instanceId, index]));
  const rank = (candidate: T): number => {
    if (candidate.state === 'backoff' || candidate.state === 'failed') return -2;
    if (candidate.state === 'starting') return -1;
    return wantedRank.get(candidate.instanceId) ?? wanted.length;
  };
  return [...candidates]
    .filter((candidate) => candidate.state !== 'draining')
    .sort((a, b) => rank(a) - rank(b) || b.order - a.order)
    .slice(0, Math.max(0, count));
}
