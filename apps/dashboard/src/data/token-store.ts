import { useSyncExternalStore } from 'react';

const key = 'jaegis.token';
const listeners = new Set<() => void>();
let state: 'open' | 'wanted' = 'open';

function tell(next: typeof state): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}

/** The bearer token of this tab. It is asked for only after the server has refused us. */
export const tokenStore = {
  token: (): string => sessionStorage.getItem(key) ?? '',
  /** The server wants a token that we do not have. */
  refused(): void {
    sessionStorage.removeItem(key);
    tell('wanted');
  },
  give(token: string): void {
    sessionStorage.setItem(key, token.trim());
    tell('open');
  },
};

export function useIsTokenWanted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state === 'wanted',
  );
}
