import type { RuleGroupConfig } from './rule-file.ts';

/**
 * Where in its interval a group is evaluated: the same after every restart, and different for each group, so that not
 * all of them come at once. (FNV-1a over file and name.)
 */
export function slotOffsetMs(group: Pick<RuleGroupConfig, 'file' | 'name' | 'intervalMs'>): number {
  let hash = 0x811c9dc5;
  for (const c of `${group.file};${group.name}`) hash = Math.imul(hash ^ c.codePointAt(0)!, 0x01000193);
  return (hash >>> 0) % group.intervalMs;
}
