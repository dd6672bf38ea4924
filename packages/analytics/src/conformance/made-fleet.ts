import type { Agent, Signals } from '@jaegis/model';

/** A live, well agent for tests; `over` changes what the story is about. */
export function madeAgent(over: Partial<Agent> = {}): Agent {
  return {
    instanceId: 'reader-1',
    pool: 'reader',
    connectivity: 'live',
    health: 'healthy',
    score: 100,
    parts: {},
    reasons: [],
    firstSeen: 0,
    lastSeen: 990_000,
    version: '1.0.0',
    labels: {},
    status: 'ok',
    heartbeatIntervalMs: 30_000,
    beats: [],
    connectivitySince: 0,
    connectivityReason: '',
    ...over,
  };
}

/** Signals that are all known at `at`. */
export function madeSignals(values: Readonly<Record<string, number | null>>, at = 1_000_000): Signals {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, at }]));
}
