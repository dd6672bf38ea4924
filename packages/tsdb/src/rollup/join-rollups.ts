/**
 * Rollups of one series as one. Of two that have the same bucket (a part was rolled up again with samples that came
 * later) the one with more samples counts. Mostly the parts follow one another: those that do are strung together first,
 * so that only what overlaps is walked bucket by bucket.
 */
import { lowerBound } from '../head/lower-bound.ts';
import { emptyRollup, type Rollup, type RollupField, rollupFields, sliceRollup } from './rollup.ts';

/** `fields` are those that the parts have; times and counts must be among them. */
export function joinRollups(
  parts: readonly Rollup[],
  widthMs: number,
  fields: readonly RollupField[] = rollupFields,
): Rollup {
  const sorted = parts.filter((part) => part.length > 0).sort((a, b) => a.times[0]! - b.times[0]!);
  const strings: Rollup[][] = [];
  for (const part of sorted) {
    const first = bucketOf(part, 0, widthMs);
    const string = strings.find((each) => lastBucket(each.at(-1)!, widthMs) < first);
    if (string === undefined) strings.push([part]);
    else string.push(part);
  }
  const whole = strings.map((string) => concatenated(string, fields));
  if (whole.length === 0) return emptyRollup(0, fields);
  return whole.slice(1).reduce((a, b) => merged(a, b, { widthMs, fields }), whole[0]!);
}

function concatenated(parts: readonly Rollup[], fields: readonly RollupField[]): Rollup {
  if (parts.length === 1) return parts[0]!;
  const out = emptyRollup(
    parts.reduce((sum, { length }) => sum + length, 0),
    fields,
  );
  let at = 0;
  for (const part of parts) {
    for (const field of fields) out[field].set(part[field], at);
    at += part.length;
  }
  return out;
}

function merged(a: Rollup, b: Rollup, of: { widthMs: number; fields: readonly RollupField[] }): Rollup {
  const { widthMs, fields } = of;
  const out = emptyRollup(a.length + b.length, fields);
  // What comes before all of the other is taken as it is.
  let i = bucketsBefore(a, b, widthMs);
  let j = i > 0 ? 0 : bucketsBefore(b, a, widthMs);
  let at = i + j;
  for (const field of fields) out[field].set((i > 0 ? a : b)[field].subarray(0, at));
  while (i < a.length || j < b.length) {
    const left = i < a.length ? bucketOf(a, i, widthMs) : Number.POSITIVE_INFINITY;
    const right = j < b.length ? bucketOf(b, j, widthMs) : Number.POSITIVE_INFINITY;
    const isLeft = left < right || (left === right && a.counts[i]! >= b.counts[j]!);
    const from = isLeft ? a : b;
    const place = isLeft ? i : j;
    for (const field of fields) out[field][at] = from[field][place]!;
    at++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return sliceRollup(out, 0, at);
}

/** How many buckets of one rollup come before the first of another. */
function bucketsBefore(one: Rollup, other: Rollup, widthMs: number): number {
  return lowerBound(one.times, bucketOf(other, 0, widthMs) * widthMs);
}

function lastBucket(part: Rollup, widthMs: number): number {
  return bucketOf(part, part.length - 1, widthMs);
}

function bucketOf(rollup: Rollup, i: number, widthMs: number): number {
  return Math.floor(rollup.times[i]! / widthMs);
}
