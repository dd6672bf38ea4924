import type { Labels } from '@jaegis/model';
import { type PlainValue, readKeyValue } from '../otlp/any-value.ts';
import { labelsOfAttributes } from '../otlp/label-set.ts';
import { hexId } from '../otlp/records.ts';
import { orRefusal } from '../otlp/refusal.ts';
import { epochMs } from '../wire/epoch.ts';
import { type WireReader, wireType } from '../wire/wire-reader.ts';

/** An exemplar that does not know its series yet. */
export interface PointExemplar {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly labels: Labels;
}

/** OpenMetrics' limit on the labels of an exemplar; the ids come first, attributes only where there is room. */
const maxCharacters = 128;
/** More of one point would only push out those of others. */
const maxExemplars = 16;

/**
 * The exemplars of a data point: fields of `tag` between `at`, which is behind the first one's tag, and `end`. The trace
 * becomes the labels `trace_id` and `span_id`, filtered attributes labels of their own. Leaves the reader anywhere.
 */
export function readExemplars(reader: WireReader, given: { at: number; end: number; tag: number }): PointExemplar[] {
  const { end } = given;
  const found: PointExemplar[] = [];
  reader.enter(given.at, end);
  for (let tag = given.tag; tag !== 0 && found.length < maxExemplars; tag = reader.tag()) {
    if (tag !== given.tag) {
      reader.skip(tag);
      continue;
    }
    const limit = reader.limit();
    const exemplar = orRefusal(() => readExemplar(reader, limit));
    if (!('rejected' in exemplar)) found.push(exemplar);
    reader.enter(limit, end);
  }
  return found;
}

function readExemplar(reader: WireReader, limit: number): PointExemplar {
  let at = 0;
  let value = 0;
  const attributes = new Map<string, PlainValue>();
  const labels: Record<string, string> = {};
  reader.end = limit;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    const { view, pos } = reader;
    if (tag === 0x11) {
      reader.skip(wireType.fixed64);
      at = epochMs(view.getUint32(pos + 4, true), view.getUint32(pos, true));
    } else if (tag === 0x19) value = reader.double();
    else if (tag === 0x31) {
      reader.skip(wireType.fixed64);
      value = view.getInt32(pos + 4, true) * 4294967296 + view.getUint32(pos, true);
    } else if (tag === 0x22) addId(labels, 'span_id', hexId(reader, reader.limit(), 8));
    else if (tag === 0x2a) addId(labels, 'trace_id', hexId(reader, reader.limit(), 16));
    else if (tag === 0x3a) {
      const entry = readKeyValue(reader, () => attributes.size < 16);
      if (entry !== undefined) attributes.set(entry[0], entry[1]);
    } else reader.skip(tag);
  }
  const further = labelsOfAttributes(attributes);
  let room = maxCharacters;
  for (const [name, text] of Object.entries(labels)) room -= name.length + text.length;
  for (const [name, text] of 'labels' in further ? Object.entries(further.labels) : []) {
    room -= name.length + text.length;
    if (room < 0) break;
    labels[name] ??= text;
  }
  return { at, value, labels };
}

function addId(labels: Record<string, string>, name: string, id: string | undefined): void {
  if (id !== undefined) labels[name] = id;
}
