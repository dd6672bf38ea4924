import { useSyncExternalStore } from 'react';

/** What is known of the event stream. `lostSince` is the moment of the last thing heard. */
export interface Connection {
  readonly state: 'connecting' | 'open' | 'lost';
  readonly lostSince: number | null;
  readonly retryAt: number | null;
}

const listeners = new Set<() => void>();
let current: Connection = { state: 'connecting', lostSince: null, retryAt: null };

export function setConnection(next: Connection): void {
  if (next.state === current.state && next.lostSince === current.lostSince && next.retryAt === current.retryAt) return;
  current = next;
  for (const listener of listeners) listener();
}

export function connection(): Connection {
  return current;
}

export function useConnection(): Connection {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, connection);
}
