/**
 * Prometheus' native histograms, read into the points that OTLP's histograms are read into and then written as classic
 * ones (`_count`, `_sum`, `_bucket{le}`) until the store has native histograms; see exponential-series.ts for what is lost.
 *
 * Bucket i of schema s holds (2^((i-1)/2^s), 2^(i/2^s)]: OTLP's bucket i - 1 of the same scale. Buckets come as spans (a
 * gap, then a run) with counts that are whole numbers given as differences, or doubles as they are. Schema -53 is a
 * classic histogram: its spans count the upper bounds in `custom_values`.
 */
import { isStaleMarker } from '@jaegis/model';
import { type ExponentialPoint, maxExponentialBuckets } from '../metrics/exponential-series.ts';
import { type HistogramPoint, maxBuckets } from '../metrics/histogram-series.ts';
import type { Refusal } from '../otlp/refusal.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import { doubleAt } from './sample-reader.ts';

const customBuckets = -53;

export interface NativePoint {
  at: number;
  isStale: boolean;
  count: number;
  sum: number;
  schema: number;
  zeroCount: number;
  zeroThreshold: number;
  positive: { spans: [offset: number, length: number][]; counts: number[] };
  negative: { spans: [offset: number, length: number][]; counts: number[] };
  bounds: number[];
}

/** Reads the `Histogram` message between the reader's position and `end`. */
export function readNativeHistogram(reader: WireReader, end: number): NativePoint {
  const point: NativePoint = {
    at: 0,
    isStale: false,
    count: 0,
    sum: 0,
    schema: 0,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: { spans: [], counts: [] },
    negative: { spans: [], counts: [] },
    bounds: [],
  };
  reader.end = end;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) point.count = reader.varint();
    else if (tag === 0x11) point.count = reader.double();
    else if (tag === 0x19) {
      const from = reader.pos;
      reader.skip(tag);
      point.sum = doubleAt(reader.view, from);
    } else if (tag === 0x20) point.schema = reader.zigzag();
    else if (tag === 0x29) point.zeroThreshold = reader.double();
    else if (tag === 0x30) point.zeroCount = reader.varint();
    else if (tag === 0x39) point.zeroCount = reader.double();
    else if (tag === 0x42) readSpan(reader, point.negative.spans);
    else if (tag === 0x5a) readSpan(reader, point.positive.spans);
    else if (tag === 0x4a || tag === 0x62) readDeltas(reader, side(point, tag === 0x4a).counts);
    else if (tag === 0x48 || tag === 0x60) addDelta(side(point, tag === 0x48).counts, reader.zigzag64());
    else if (tag === 0x52 || tag === 0x6a) readDoubles(reader, side(point, tag === 0x52).counts);
    else if (tag === 0x51 || tag === 0x69) side(point, tag === 0x51).counts.push(reader.double());
    else if (tag === 0x78) point.at = reader.int();
    else if (tag === 0x82) readDoubles(reader, point.bounds);
    else if (tag === 0x81) point.bounds.push(reader.double());
    else reader.skip(tag);
  }
  point.isStale = isStaleMarker(point.sum);
  return point;
}

export function isCustom(point: NativePoint): boolean {
  return point.schema === customBuckets;
}

/** The point as an exponential histogram of OTLP; `into` is filled and reused. */
export function toExponential(point: NativePoint, into: ExponentialPoint): Refusal | undefined {
  if (!(point.schema >= -4 && point.schema <= 8))
    return { rejected: 'unsupported', message: `the schema of a histogram is ${point.schema}, must be -4..8 or -53` };
  into.at = point.at;
  into.isMissing = point.isStale;
  into.count = point.count;
  into.sum = point.sum;
  into.hasSum = true;
  into.scale = point.schema;
  into.zeroCount = point.zeroCount;
  into.zeroThreshold = point.zeroThreshold;
  for (const name of ['positive', 'negative'] as const) {
    const { spans, counts } = point[name];
    const run = into[name];
    run.offset = (spans[0]?.[0] ?? 1) - 1;
    run.length = 0;
    const fault = layOut(spans, counts, (index, count) => {
      const at = index - 1 - run.offset;
      if (at < 0 || at >= maxExponentialBuckets) return false;
      while (run.length <= at) run.counts[run.length++] = 0;
      run.counts[at] = count;
      return true;
    });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A histogram with bounds of its own as OTLP's explicit one; `into` is filled and reused. */
export function toClassic(point: NativePoint, into: HistogramPoint): Refusal | undefined {
  const { bounds } = point;
  if (bounds.length > maxBuckets)
    return {
      rejected: 'too_large',
      message: `a histogram has ${bounds.length} buckets, must have at most ${maxBuckets}`,
    };
  into.at = point.at;
  into.isMissing = point.isStale;
  into.count = point.count;
  into.sum = point.sum;
  into.hasSum = true;
  into.boundCount = bounds.length;
  into.bucketCount = bounds.length + 1;
  into.bounds.set(bounds);
  into.buckets.fill(0, 0, bounds.length + 1);
  return layOut(point.positive.spans, point.positive.counts, (index, count) => {
    if (index < 0 || index > bounds.length) return false;
    into.buckets[index] = count;
    return true;
  });
}

/** Gives each count its bucket's index; `put` says whether there is such a bucket. */
function layOut(
  spans: readonly (readonly [number, number])[],
  counts: readonly number[],
  put: (index: number, count: number) => boolean,
): Refusal | undefined {
  let index = 0;
  let next = 0;
  for (const [offset, length] of spans) {
    index += offset;
    for (let i = 0; i < length; i++) {
      if (next >= counts.length) return { rejected: 'malformed', message: 'a histogram has fewer counts than buckets' };
      if (!put(index++, counts[next++]!))
        return { rejected: 'too_large', message: 'the buckets of a histogram are too many or too far apart' };
    }
  }
  if (next < counts.length) return { rejected: 'malformed', message: 'a histogram has more counts than buckets' };
  return undefined;
}

function side(point: NativePoint, isNegative: boolean): NativePoint['positive'] {
  return isNegative ? point.negative : point.positive;
}

function readSpan(reader: WireReader, spans: [number, number][]): void {
  const limit = reader.limit();
  const { end } = reader;
  reader.end = limit;
  let offset = 0;
  let length = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) offset = reader.zigzag();
    else if (tag === 0x10) length = reader.uint32();
    else reader.skip(tag);
  }
  reader.enter(limit, end);
  spans.push([offset, length]);
}

function readDeltas(reader: WireReader, counts: number[]): void {
  const limit = reader.limit();
  const { end } = reader;
  reader.end = limit;
  while (reader.pos < limit) addDelta(counts, reader.zigzag64());
  reader.enter(limit, end);
}

function addDelta(counts: number[], delta: number): void {
  counts.push((counts.at(-1) ?? 0) + delta);
}

function readDoubles(reader: WireReader, values: number[]): void {
  const limit = reader.limit();
  const { end } = reader;
  reader.end = limit;
  while (reader.pos < limit) values.push(reader.double());
  reader.enter(limit, end);
}
