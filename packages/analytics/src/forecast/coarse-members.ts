/**
 * Members for what a long history holds beyond its newest values: a day at steps of seconds, a week at steps of minutes.
 * The whole history is averaged over so many steps that it fits; members of the seasons that only show there forecast that,
 * and their forecasts are laid back on the fine steps in straight lines from middle to middle.
 * Bad at: what happens inside one of the wide steps; members on the fine steps are there for that.
 */
import { createSeasonal } from './members/create-members.ts';
import type { Member, SeriesClock } from './members/member.ts';
import { type PreparedHistory, prepareHistory } from './prepare.ts';
import { chooseSeasons, dayMs } from './seasons.ts';

/** So many times the points that members see at most. */
const mostWider = 64;

export interface Coarse {
  /** The day in fine steps. */
  readonly day: number;
  /** From `origins`, which are places in the fine values. */
  createMembers(origins: readonly number[], only?: string): Member[];
}

/** `fine` was made of the end of `raw`. Undefined where the whole of it shows no day or week that the fine values do not. */
export function coarseOf(
  raw: Float64Array,
  fine: PreparedHistory,
  o: { readonly clock: SeriesClock; readonly maxPoints: number; readonly hasDay: boolean; readonly hasWeek: boolean },
): Coarse | undefined {
  const end = fine.offset + fine.values.length;
  const { stepMs } = o.clock;
  if (raw.length <= o.maxPoints || o.hasWeek) return undefined;
  const width = widthOf(Math.min(end, mostWider * o.maxPoints) / o.maxPoints, stepMs);
  const bins = Math.min(Math.floor(end / width), o.maxPoints);
  const start = end - bins * width;
  const prepared = prepareHistory(averaged(raw.subarray(start, end), width), o.maxPoints);
  if (prepared.known < prepared.values.length / 2) return undefined;
  const { day, long } = chooseSeasons(prepared.values, width * stepMs, []);
  if (day === 0 || (o.hasDay && long === 0)) return undefined;
  // Where the first wide step begins, counted in fine values (before them: below zero).
  const first = start + prepared.offset * width - fine.offset;
  const binOf = (origin: number) => Math.floor((origin + 1 - first) / width) - 1;
  const factor = prepared.scale / fine.scale;
  return {
    day: day * width,
    createMembers(origins, only) {
      const members = createSeasonal(
        {
          values: prepared.values,
          observed: prepared.observed,
          seasons: { day, short: o.hasDay ? 0 : day, long, other: 0 },
          origins: [...new Set(origins.map(binOf))].filter((bin) => bin >= 0),
          clock: { start: o.clock.start + (fine.offset + first) * stepMs, stepMs: width * stepMs },
        },
        only,
      );
      return members.map((member) => ({
        name: member.name,
        from: Math.max(0, first + (member.from + 1) * width - 1),
        predict(origin, out) {
          const bin = binOf(origin);
          const ahead = origin + 1 - first - (bin + 1) * width;
          // Place of the first fine step among the middles of wide ones, the newest whole one being 0.
          const place = 1 + (ahead - (width - 1) / 2) / width;
          const made = new Float64Array(Math.ceil(place + out.length / width) + 1);
          member.predict(bin, made);
          for (let h = 0; h < out.length; h++) {
            const at = place + h / width;
            const left = Math.floor(at);
            const before = left === 0 ? prepared.values[bin]! : made[left - 1]!;
            out[h] = factor * (before + (at - left) * (made[left]! - before));
          }
        },
      }));
    },
  };
}

/** At least `needed`, and one that divides the day where there is one near. */
function widthOf(needed: number, stepMs: number): number {
  const least = Math.max(2, Math.ceil(needed));
  const day = dayMs / stepMs;
  for (let width = least; width < 1.5 * least; width++) if (day % width === 0) return width;
  return least;
}

/** Mean of each `width` values; NaN where none is known. */
function averaged(values: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, bin) => {
    let sum = 0;
    let count = 0;
    for (let i = bin * width; i < (bin + 1) * width; i++) {
      if (!Number.isFinite(values[i]!)) continue;
      count++;
      sum += (values[i]! - sum) / count;
    }
    return count > 0 ? sum : Number.NaN;
  });
}
