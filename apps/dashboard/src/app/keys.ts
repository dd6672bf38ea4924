import { useEffect, useRef } from 'react';

/** A key, or two in turn (`g a`), and what it does. `mod+k` is Cmd on a Mac and Ctrl elsewhere. */
export interface KeyAction {
  readonly keys: string;
  readonly label: string;
  readonly group: 'Go to' | 'Everywhere' | 'Lists' | 'Time' | 'This page';
  readonly run: () => void;
}

/** The second key of two must follow within this. */
const sequenceMs = 1_200;
const registered: KeyAction[] = [];
let first = '';
let firstAt = 0;
let isMuted = false;

/** What can be pressed now, for the list that `?` shows; what was registered last hides what it overrides. */
export function knownKeys(): KeyAction[] {
  const seen = new Set<string>();
  return registered.toReversed().filter((action) => !seen.has(action.keys) && seen.add(action.keys));
}

function find(keys: string): KeyAction | undefined {
  return registered.findLast((action) => action.keys === keys);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (isMuted) return;
  const isMod = event.metaKey || event.ctrlKey;
  if (isMod && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    find('mod+k')?.run();
    return;
  }
  if (isMod || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target)) {
    if (event.key === 'Escape') (event.target as HTMLElement).blur();
    return;
  }
  // An open dialog has the keyboard to itself; the browser closes it on Escape.
  if (document.querySelector('dialog[open]') !== null) return;
  const pair = event.timeStamp - firstAt < sequenceMs && first !== '' ? find(`${first} ${event.key}`) : undefined;
  const action = pair ?? find(event.key);
  if (action !== undefined) {
    event.preventDefault();
    first = '';
    action.run();
    return;
  }
  first = event.key.length === 1 ? event.key : '';
  firstAt = event.timeStamp;
}

/** While something is opening that takes the keys itself, none of them must do anything else. */
export function muteKeys(muted: boolean): void {
  isMuted = muted;
}

export function startKeys(): void {
  addEventListener('keydown', onKeyDown);
}

/** Keys that work while the caller is mounted. */
export function useKeys(actions: readonly KeyAction[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  const names = actions.map((action) => action.keys).join('|');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the actions are read when pressed
  useEffect(() => {
    const own = latest.current.map((action, index) => ({ ...action, run: () => latest.current[index]?.run() }));
    registered.push(...own);
    return () => {
      for (const action of own) registered.splice(registered.indexOf(action), 1);
    };
  }, [names]);
}

/** Moves the focus to the next or previous row of the page: any element that says `data-row`. */
export function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter(
    (row) => row.offsetParent !== null,
  );
  if (rows.length === 0) return;
  const now = rows.indexOf(document.activeElement as HTMLElement);
  const next = now < 0 ? (step === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step));
  rows[next]?.focus();
  rows[next]?.scrollIntoView({ block: 'nearest' });
}

/** `/`: the page's own search where it has one, else the palette. */
export function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  field?.focus();
  field?.select();
  return field !== null;
}
