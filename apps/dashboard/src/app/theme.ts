import { useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';

const key = 'jaegis.theme';
const listeners = new Set<() => void>();
const system = matchMedia('(prefers-color-scheme: light)');

function chosen(): Theme | undefined {
  const text = localStorage.getItem(key);
  return text === 'dark' || text === 'light' ? text : undefined;
}

function current(): Theme {
  return chosen() ?? (system.matches ? 'light' : 'dark');
}

function show(): void {
  document.documentElement.dataset['theme'] = current();
  for (const listener of listeners) listener();
}

/** Follows the system until a person chooses; the choice is remembered, and forgotten when it is what the system says. */
export function startTheme(): void {
  system.addEventListener('change', show);
  addEventListener('storage', (event) => event.key === key && show());
  show();
}

export function toggleTheme(): void {
  const next: Theme = current() === 'dark' ? 'light' : 'dark';
  if (next === (system.matches ? 'light' : 'dark')) localStorage.removeItem(key);
  else localStorage.setItem(key, next);
  show();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
}
