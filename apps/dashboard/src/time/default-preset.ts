import { useSyncExternalStore } from 'react';
import type { Preset } from './time-range.ts';

// What is shown when the URL names no range. A server that has just started has minutes to show: an hour would be an empty
// chart with all of its life at one edge. Settled once per page load, so that nothing changes under the reader.

/** Below this an hour-long chart is mostly empty. */
const youngMs = 20 * 60_000;

let preset: Preset = '1h';
let isSettled = false;
const listeners = new Set<() => void>();

/** The range that suits a history that began at `since` (epoch milliseconds; `null`: there is none yet). */
export function presetFor(since: number | null, now: number): Preset {
  return since === null || now - since < youngMs ? '15m' : '1h';
}

/** Told by the first report that the page gets; later ones change nothing. */
export function settleDefaultPreset(since: number | null, now: number): void {
  if (isSettled) return;
  isSettled = true;
  preset = presetFor(since, now);
  for (const listener of listeners) listener();
}

export function useDefaultPreset(): Preset {
  return useSyncExternalStore(subscribe, () => preset);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
