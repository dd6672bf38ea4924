import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Everything that the URL may say besides the path. Plain words, no encoding of types: `?q=reader&sort=-p95`. */
const names = [
  'range',
  'from',
  'to',
  'q',
  'pool',
  'region',
  'version',
  'state',
  'sort',
  'cols',
  'tab',
  'focus',
  'depth',
  'expand',
  'node',
  'link',
  'command',
  'expr',
  'policy',
  'stretch',
  'min',
  'max',
  'used',
  'startup',
] as const;
type Name = (typeof names)[number];
export type UrlState = { readonly [name in Name]?: string | undefined };

/** Kept over every change of page. */
export const keptNames: readonly Name[] = ['range', 'from', 'to'];

export function readUrlState(raw: Record<string, unknown>): UrlState {
  const state: { [name in Name]?: string } = {};
  for (const name of names) {
    const value = raw[name];
    if (typeof value === 'string' && value !== '') state[name] = value;
    else if (typeof value === 'number') state[name] = String(value);
  }
  return state;
}

export function parseSearchText(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function writeSearchText(state: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  // Commas and slashes are allowed in a query and read better as they are.
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

export type ChangeUrl = (patch: UrlState, how?: 'push' | 'replace') => void;

/** The URL's state and a way to change parts of it. `push` (the default) makes a step that "back" undoes. */
export function useUrlState(): readonly [UrlState, ChangeUrl] {
  const state = useSearch({ strict: false }) as UrlState;
  const navigate = useNavigate();
  const change = useCallback<ChangeUrl>(
    (patch, how = 'push') => {
      void navigate({
        to: '.',
        search: ((before: UrlState) => ({ ...before, ...patch })) as never,
        replace: how === 'replace',
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [state, change];
}

/** A list in the URL: `a,b`. Commas inside a value are escaped. */
export function readList(text: string | undefined): string[] {
  return text === undefined || text === ''
    ? []
    : text.split(',').map((part) => part.replaceAll('%2C', ',').replaceAll('%25', '%'));
}

export function writeList(values: readonly string[]): string | undefined {
  return values.length === 0
    ? undefined
    : values.map((value) => value.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');
}
