import type { ByteRange } from '../identity-table.ts';
import type { WireReader } from '../wire/wire-reader.ts';

/**
 * Points `range` at the attribute fields of the point between the reader's position and `end`; where they do not stand
 * together, at a copy in which they do. Leaves the reader where it was.
 */
export function findAttributes(
  reader: WireReader,
  range: ByteRange,
  options: { readonly end: number; readonly tag: number },
): void {
  const { end } = options;
  const start = reader.pos;
  reader.end = end;
  let first = 0;
  let last = 0;
  let runs: [number, number][] | undefined;
  for (let from = reader.pos, tag = reader.tag(); tag !== 0; from = reader.pos, tag = reader.tag()) {
    reader.skip(tag);
    if (tag !== options.tag) continue;
    if (last === 0) first = from;
    else if (from !== last) {
      runs ??= [];
      runs.push([first, last]);
      first = from;
    }
    last = reader.pos;
  }
  reader.enter(start, end);
  range.bytes = reader.bytes;
  range.view = reader.view;
  range.start = first;
  range.end = last;
  if (runs === undefined) return;
  runs.push([first, last]);
  const joined = new Uint8Array(runs.reduce((sum, [from, to]) => sum + to - from, 0));
  let length = 0;
  for (const [from, to] of runs) {
    joined.set(reader.bytes.subarray(from, to), length);
    length += to - from;
  }
  range.bytes = joined;
  range.view = new DataView(joined.buffer);
  range.start = 0;
  range.end = length;
}
