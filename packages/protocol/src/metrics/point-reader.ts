import { epochMs } from '../wire/epoch.ts';
import { WireError, type WireReader, wireType } from '../wire/wire-reader.ts';
import type { BucketRun, ExponentialPoint } from './exponential-series.ts';
import { maxExponentialBuckets } from './exponential-series.ts';
import { type HistogramPoint, maxBuckets } from './histogram-series.ts';
import type { SummaryPoint } from './summary-series.ts';

/** Reads the points that are more than one number, each into one reused object. Attributes are passed over. */
export class PointReader {
  readonly histogram: HistogramPoint = {
    at: 0,
    isMissing: false,
    count: 0,
    sum: 0,
    hasSum: false,
    bounds: new Float64Array(maxBuckets + 1),
    boundCount: 0,
    buckets: new Float64Array(maxBuckets + 2),
    bucketCount: 0,
    exemplarsAt: 0,
  };
  readonly exponential: ExponentialPoint = {
    at: 0,
    isMissing: false,
    count: 0,
    sum: 0,
    hasSum: false,
    scale: 0,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: newRun(),
    negative: newRun(),
    exemplarsAt: 0,
  };
  readonly summary: SummaryPoint = { at: 0, isMissing: false, count: 0, sum: 0, quantiles: [], values: [] };

  /** Buckets and bounds beyond the limit are counted, not kept; the point's fault check then refuses it. */
  readHistogram(reader: WireReader): HistogramPoint {
    const point = this.histogram;
    point.at = 0;
    point.isMissing = false;
    point.count = 0;
    point.sum = 0;
    point.hasSum = false;
    point.boundCount = 0;
    point.bucketCount = 0;
    point.exemplarsAt = 0;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      switch (tag) {
        case 0x19:
          point.at = readEpochMs(reader);
          break;
        case 0x21:
          point.count = reader.fixed64();
          break;
        case 0x29:
          point.sum = reader.double();
          point.hasSum = true;
          break;
        case 0x31:
          point.bucketCount = keep(point.buckets, point.bucketCount, reader.fixed64());
          break;
        case 0x32:
          for (let left = packedCount(reader); left > 0; left--)
            point.bucketCount = keep(point.buckets, point.bucketCount, reader.fixed64());
          break;
        case 0x39:
          point.boundCount = keep(point.bounds, point.boundCount, reader.double());
          break;
        case 0x3a:
          for (let left = packedCount(reader); left > 0; left--)
            point.boundCount = keep(point.bounds, point.boundCount, reader.double());
          break;
        case 0x50:
          point.isMissing = isNoRecordedValue(reader);
          break;
        case 0x42:
          if (point.exemplarsAt === 0) point.exemplarsAt = reader.pos;
          reader.skip(tag);
          break;
        default:
          reader.skip(tag);
      }
    }
    return point;
  }

  readExponential(reader: WireReader): ExponentialPoint {
    const point = this.exponential;
    point.at = 0;
    point.isMissing = false;
    point.count = 0;
    point.sum = 0;
    point.hasSum = false;
    point.scale = 0;
    point.zeroCount = 0;
    point.zeroThreshold = 0;
    point.positive.length = 0;
    point.positive.offset = 0;
    point.negative.length = 0;
    point.negative.offset = 0;
    point.exemplarsAt = 0;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      switch (tag) {
        case 0x19:
          point.at = readEpochMs(reader);
          break;
        case 0x21:
          point.count = reader.fixed64();
          break;
        case 0x29:
          point.sum = reader.double();
          point.hasSum = true;
          break;
        case 0x30:
          point.scale = reader.zigzag();
          break;
        case 0x39:
          point.zeroCount = reader.fixed64();
          break;
        case 0x42:
          readRun(reader, point.positive);
          break;
        case 0x4a:
          readRun(reader, point.negative);
          break;
        case 0x50:
          point.isMissing = isNoRecordedValue(reader);
          break;
        case 0x5a:
          if (point.exemplarsAt === 0) point.exemplarsAt = reader.pos;
          reader.skip(tag);
          break;
        case 0x71:
          point.zeroThreshold = reader.double();
          break;
        default:
          reader.skip(tag);
      }
    }
    return point;
  }

  readSummary(reader: WireReader): SummaryPoint {
    const point = this.summary;
    point.at = 0;
    point.isMissing = false;
    point.count = 0;
    point.sum = 0;
    point.quantiles = [];
    point.values = [];
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      switch (tag) {
        case 0x19:
          point.at = readEpochMs(reader);
          break;
        case 0x21:
          point.count = reader.fixed64();
          break;
        case 0x29:
          point.sum = reader.double();
          break;
        case 0x32:
          readQuantile(reader, point);
          break;
        case 0x40:
          point.isMissing = isNoRecordedValue(reader);
          break;
        default:
          reader.skip(tag);
      }
    }
    return point;
  }
}

function newRun(): BucketRun {
  return { offset: 0, counts: new Float64Array(maxExponentialBuckets), length: 0 };
}

function readEpochMs(reader: WireReader): number {
  const { view, pos } = reader;
  reader.skip(wireType.fixed64);
  return epochMs(view.getUint32(pos + 4, true), view.getUint32(pos, true));
}

function isNoRecordedValue(reader: WireReader): boolean {
  return reader.varint() % 2 === 1;
}

/** How many 8-byte values a packed field holds; the reader then stands at the first. */
function packedCount(reader: WireReader): number {
  const length = reader.limit() - reader.pos;
  if (length % 8 !== 0) throw new WireError(`a packed field has ${length} bytes, must be a multiple of 8`);
  return length / 8;
}

function keep(values: Float64Array, count: number, value: number): number {
  if (count < values.length) values[count] = value;
  return count + 1;
}

function readRun(reader: WireReader, run: BucketRun): void {
  const limit = reader.limit();
  const { end } = reader;
  reader.end = limit;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) run.offset = reader.zigzag();
    else if (tag === 0x10) run.length = keep(run.counts, run.length, reader.varint());
    else if (tag === 0x12) {
      const stop = reader.limit();
      while (reader.pos < stop) run.length = keep(run.counts, run.length, reader.varint());
      if (reader.pos !== stop) throw new WireError('a packed field ends inside a number');
    } else reader.skip(tag);
  }
  reader.enter(limit, end);
}

function readQuantile(reader: WireReader, point: SummaryPoint): void {
  const limit = reader.limit();
  const { end } = reader;
  reader.end = limit;
  let quantile = 0;
  let value = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x09) quantile = reader.double();
    else if (tag === 0x11) value = reader.double();
    else reader.skip(tag);
  }
  reader.enter(limit, end);
  // One past the limit is enough to be refused.
  if (point.quantiles.length > 64) return;
  point.quantiles.push(quantile);
  point.values.push(value);
}
