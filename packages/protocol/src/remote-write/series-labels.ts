import type { Labels } from '@jaegis/model';
import type { ByteRange } from '../identity-table.ts';
import { quoted, type Refusal } from '../otlp/refusal.ts';
import { readText } from '../wire/utf8.ts';
import { WireError, WireReader } from '../wire/wire-reader.ts';

/** The labels in a run of `Label` messages (remote write 1.0: a time series' own, or an exemplar's). */
export function readLabelRun(range: ByteRange): Map<string, string> {
  const reader = new WireReader(range.bytes);
  reader.enter(range.start, range.end);
  const pairs: [string, string][] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== 0x0a) {
      reader.skip(tag);
      continue;
    }
    const limit = reader.limit();
    let name = '';
    let value = '';
    const { end } = reader;
    reader.end = limit;
    for (let inner = reader.tag(); inner !== 0; inner = reader.tag()) {
      if (inner !== 0x0a && inner !== 0x12) {
        reader.skip(inner);
        continue;
      }
      const textEnd = reader.limit();
      const text = readText(reader.bytes, reader.pos, textEnd);
      if (inner === 0x0a) name = text;
      else value = text;
      reader.pos = textEnd;
    }
    reader.enter(limit, end);
    pairs.push([name, value]);
  }
  return asMap(pairs);
}

/** Pairs as a map; a name that is given twice is no label set. */
export function asMap(pairs: readonly (readonly [string, string])[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (labels.has(name)) throw new WireError(`label ${quoted(name)} is given twice`);
    labels.set(name, value);
  }
  return labels;
}

/** What a series must have: a name. Everything else about labels is judged by the store. */
export function seriesLabels(labels: ReadonlyMap<string, string>): { readonly labels: Labels } | Refusal {
  if ((labels.get('__name__') ?? '') === '')
    return { rejected: 'invalid_name', message: 'a series has no name (label __name__)' };
  if (labels.has('__proto__') || labels.has(''))
    return { rejected: 'invalid_name', message: 'a label name is empty or __proto__' };
  return { labels: Object.fromEntries(labels) };
}
