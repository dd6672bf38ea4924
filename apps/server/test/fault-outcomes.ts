import type { Rng } from '@jaegis/std';

// The kinds of faults that are made on purpose, in made fleets and in the real one, and what came of each as rows of a table.

export const faultKinds = ['slow', 'errors', 'hog', 'leak', 'hang', 'stuck', 'silent', 'loop'] as const;
export type FaultName = (typeof faultKinds)[number];
export const faultNames: Readonly<Record<FaultName, string>> = {
  slow: 'latency',
  errors: 'errors',
  hog: 'CPU hog',
  leak: 'leak',
  hang: 'hang',
  stuck: 'queue stall',
  silent: 'silent output',
  loop: 'looping agent',
};

export interface FaultOutcome {
  readonly kind: FaultName;
  readonly seed: number;
  /** Milliseconds from the fault to the first alarm on its pool; `null`: none came. */
  readonly delayMs: number | null;
  readonly by: string;
}

/** Every kind once, in a drawn order. */
export function drawnOrder(rng: Pick<Rng, 'next'>): FaultName[] {
  const order = [...faultKinds];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(rng.next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** A row for each kind that was tried, and one for all. */
export function faultRows(outcomes: readonly FaultOutcome[]) {
  if (outcomes.length === 0) return [];
  const ofKind = (kind: FaultName) => outcomes.filter((each) => each.kind === kind);
  const tried = faultKinds.filter((kind) => ofKind(kind).length > 0);
  return [...tried.map((kind) => rowOf(faultNames[kind], ofKind(kind))), rowOf('all', outcomes)];
}

function rowOf(name: string, outcomes: readonly FaultOutcome[]) {
  const delays = outcomes.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs / 1_000])).sort((a, b) => a - b);
  const missed = outcomes.filter(({ delayMs }) => delayMs === null).map(({ seed }) => seed);
  const median = delays[Math.floor(delays.length / 2)];
  return {
    name,
    value: (100 * delays.length) / outcomes.length,
    unit: '%',
    note: [
      `${delays.length} of ${outcomes.length}`,
      median === undefined ? '' : `median delay ${Math.round(median)} s`,
      missed.length > 0 && name !== 'all' ? `missed with seeds ${missed.join(', ')}` : '',
      name === 'all' ? '' : causes(outcomes.flatMap(({ by }) => (by === '' ? [] : [by]))),
    ]
      .filter((part) => part !== '')
      .join('; '),
  };
}

export function causes(what: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const each of what) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
