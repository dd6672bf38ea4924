import { cutTo, type Limited } from '../limits/cut-to.ts';
import { type PlacementRules, roomFor } from './place.ts';

/** Cuts a number to what regions have room for by their rules; a number that rests on nothing measured is not shrunk. */
export function limitRegions(o: {
  desired: number;
  current: number;
  isMeasured: boolean;
  rules: PlacementRules | null;
}): Limited {
  const { desired, current, isMeasured, rules } = o;
  if (rules === null) return { desired, step: null };
  const room = roomFor(rules, desired);
  const most = isMeasured ? room : Math.max(room, current);
  return cutTo(desired, most, () => ({
    step: 'quota',
    reason: 'RegionsFull',
    message: `${desired} are wanted, the regions have room for ${most} by their rules`,
  }));
}
