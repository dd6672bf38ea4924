import type { MetricMetadata, MetricType } from '@jaegis/model';
import { cut } from '../otlp/limits.ts';
import { readText } from '../wire/utf8.ts';
import type { WireReader } from '../wire/wire-reader.ts';

const types: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
];
const maxHelp = 1_000;

/** The type of both versions' enumerations; a number of the future is unknown. */
export function metadataType(value: number): MetricType {
  return types[value] ?? 'unknown';
}

/** The number of a type in both versions' enumerations. */
export function metadataNumber(type: MetricType): number {
  return types.indexOf(type);
}

/** The `MetricMetadata` of remote write 1.0 between the reader's position and `end`. Throws a `WireError`. */
export function readMetadata(reader: WireReader, end: number): MetricMetadata {
  let type = 0;
  const texts = { name: '', help: '', unit: '' };
  reader.end = end;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) type = reader.uint32();
    else if (tag === 0x12 || tag === 0x22 || tag === 0x2a) {
      const limit = reader.limit();
      const text = cut(readText(reader.bytes, reader.pos, limit), maxHelp);
      texts[tag === 0x12 ? 'name' : tag === 0x22 ? 'help' : 'unit'] = text;
      reader.pos = limit;
    } else reader.skip(tag);
  }
  return { ...texts, type: metadataType(type) };
}
