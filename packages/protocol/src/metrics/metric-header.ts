import type { WireReader } from '../wire/wire-reader.ts';
import { metricKind } from './definition.ts';
import type { MetricBytes } from './series-book.ts';

/** What stands around a metric's points: where its name and unit are, its kind, and where its data are. */
export interface MetricHeader extends MetricBytes {
  dataStart: number;
  dataEnd: number;
}

const tags = {
  name: 0x0a,
  help: 0x12,
  unit: 0x1a,
  gauge: 0x2a,
  sum: 0x3a,
  histogram: 0x4a,
  exponential: 0x52,
  summary: 0x5a,
} as const;

/**
 * Reads the `Metric` between the reader's position and `end` into `header`. False when it has no data. `kind` is 0 when
 * the temporality that decides it is not given.
 */
export function readMetricHeader(reader: WireReader, end: number, header: MetricHeader): boolean {
  header.helpStart = 0;
  header.helpEnd = 0;
  header.nameStart = 0;
  header.nameEnd = 0;
  header.unitStart = 0;
  header.unitEnd = 0;
  let dataTag = 0;
  reader.end = end;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if ((tag & 7) !== 2) {
      reader.skip(tag);
      continue;
    }
    const limit = reader.limit();
    switch (tag) {
      case tags.name:
        header.nameStart = reader.pos;
        header.nameEnd = limit;
        break;
      case tags.help:
        header.helpStart = reader.pos;
        header.helpEnd = limit;
        break;
      case tags.unit:
        header.unitStart = reader.pos;
        header.unitEnd = limit;
        break;
      case tags.gauge:
      case tags.sum:
      case tags.histogram:
      case tags.exponential:
      case tags.summary:
        dataTag = tag;
        header.dataStart = reader.pos;
        header.dataEnd = limit;
        break;
    }
    reader.pos = limit;
  }
  if (dataTag === 0) return false;
  header.kind = kindOf(reader, dataTag, header);
  return true;
}

function kindOf(reader: WireReader, dataTag: number, header: MetricHeader): number {
  if (dataTag === tags.gauge) return metricKind.gauge;
  if (dataTag === tags.summary) return metricKind.summary;
  let temporality = 0;
  let isMonotonic = false;
  // Both stand behind the points on the wire.
  reader.enter(header.dataStart, header.dataEnd);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x10) temporality = reader.varint();
    else if (tag === 0x18) isMonotonic = reader.varint() !== 0;
    else reader.skip(tag);
  }
  if (temporality !== 1 && temporality !== 2) return 0;
  const isDelta = temporality === 1;
  if (dataTag === tags.histogram) return isDelta ? metricKind.deltaHistogram : metricKind.histogram;
  if (dataTag === tags.exponential) return isDelta ? metricKind.deltaExponential : metricKind.exponential;
  if (isDelta) return isMonotonic ? metricKind.deltaCounter : metricKind.deltaUpDown;
  return isMonotonic ? metricKind.counter : metricKind.upDown;
}
