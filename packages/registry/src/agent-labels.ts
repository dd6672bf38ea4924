import type { Labels } from '@jaegis/model';

export const labelLimit = 64;
const valueLimit = 1_000;
const nameLimit = 200;

/** Lays `newer` over `older`, within the limits (64 labels, values cut at 1,000 characters). `dropped` counts labels that found no room. */
export function mergeLabels(older: Labels, newer: Labels): { labels: Labels; dropped: number } {
  const labels: Record<string, string> = {};
  let count = 0;
  let dropped = 0;
  for (const source of [newer, older]) {
    for (const [name, value] of Object.entries(source)) {
      if (Object.hasOwn(labels, name)) continue;
      if (count === labelLimit || name.length > nameLimit || name === '__proto__') {
        dropped++;
        continue;
      }
      labels[name] = value.length > valueLimit ? value.slice(0, valueLimit) : value;
      count++;
    }
  }
  return { labels, dropped };
}

/** True when every label of `part` is in `whole` with the same value: the usual case, found without allocating. */
export function holdsLabels(whole: Labels, part: Labels): boolean {
  for (const name in part) if (whole[name] !== part[name]) return false;
  return true;
}
