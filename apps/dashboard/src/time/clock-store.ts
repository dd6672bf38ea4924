import { useSyncExternalStore } from 'react';

// One timer for the whole page. `seenNow` is what charts follow: it stands still while the pointer rests on one, so
// that what one looks at does not move away; `resume` lets it run again without moving the pointer.

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let wallNow = Date.now();
let seenNow = wallNow;
let isHovering = false;
let isHoverIgnored = false;

function tick(): void {
  wallNow = Date.now();
  if (!isHeld()) seenNow = wallNow;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** True while the pointer holds the charts still. */
export function isHeld(): boolean {
  return isHovering && !isHoverIgnored;
}

/** Told by every chart when the pointer comes and goes. */
export function setHovering(next: boolean): void {
  if (isHovering === next) return;
  isHovering = next;
  if (!next) isHoverIgnored = false;
  tick();
}

/** Lets the charts run on although the pointer rests on one. */
export function resume(): void {
  isHoverIgnored = true;
  tick();
}

/** The time now, to the given grain, for ages such as "12 s ago". */
export function useNow(grainMs = 1_000): number {
  return useSyncExternalStore(subscribe, () => Math.floor(wallNow / grainMs) * grainMs);
}

/** The end of the live window, to the given grain. */
export function useSeenNow(grainMs: number): number {
  return useSyncExternalStore(subscribe, () => Math.floor(seenNow / grainMs) * grainMs);
}

export function useIsHeld(): boolean {
  return useSyncExternalStore(subscribe, isHeld);
}
