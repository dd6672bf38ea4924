import type { Rejections, ResourceIdentity } from '@jaegis/model';
import { WireError, WireReader } from '../wire/wire-reader.ts';
import { type PlainValue, readKeyValue } from './any-value.ts';
import { cut, recordLimits, withoutControlCharacters } from './limits.ts';
import { orRefusal, type Refusal, RefusalTally } from './refusal.ts';
import { readResourceAttributes, resourceIdentity } from './resource.ts';

/** Spans or log records of one request, by the resource that sent them. */
export type RecordsDecoded<T> =
  | {
      readonly ok: true;
      readonly groups: readonly RecordGroup<T>[];
      readonly rejected: Rejections;
      readonly rejectedCount: number;
      /** Counts and first examples of what was refused, for the sender; empty when nothing was. */
      readonly message: string;
    }
  | { readonly ok: false; readonly error: string };

export interface RecordGroup<T> {
  readonly identity: ResourceIdentity;
  readonly items: readonly T[];
}

/** How one record is read: a plain one, or why it is not taken. The reader stands in its message. */
export type ReadRecord<T> = (reader: WireReader, identity: ResourceIdentity, now: number) => T | Refusal;

/**
 * The frame that traces and logs share: resource (1) and scope groups (2) in the request, records (2) in each scope group.
 * Malformed bytes refuse the request; a record that cannot be taken refuses only itself.
 */
export function decodeRecords<T extends object>(
  bytes: Uint8Array,
  options: { what: string; now: number; read: ReadRecord<T> },
): RecordsDecoded<T> {
  const reader = new WireReader(bytes);
  const groups: RecordGroup<T>[] = [];
  const tally = new RefusalTally();
  try {
    eachMessage(reader, 0x0a, () => {
      const { pos: start, end } = reader;
      let resource: [number, number] = [start, start];
      for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
        if (tag === 0x0a) {
          const limit = reader.limit();
          resource = [reader.pos, limit];
          reader.pos = limit;
        } else reader.skip(tag);
      }
      const attributes = orRefusal(() => readResourceAttributes(reader, ...resource));
      const identity = attributes instanceof Map ? resourceIdentity(attributes) : attributes;
      const items: T[] = [];
      reader.enter(start, end);
      eachMessage(reader, 0x12, () =>
        eachMessage(reader, 0x12, () => {
          if ('rejected' in identity) {
            tally.add(identity);
            reader.pos = reader.end;
            return;
          }
          const { end: itemEnd } = reader;
          const item = orRefusal(() => options.read(reader, identity, options.now));
          reader.enter(itemEnd, itemEnd);
          if ('rejected' in item) tally.add(item as Refusal);
          else items.push(item);
        }),
      );
      if (!('rejected' in identity)) groups.push({ identity, items });
    });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { ok: false, error: `Cannot read OTLP ${options.what}: ${error.message}` };
  }
  return { ok: true, groups, rejected: tally.counts(), rejectedCount: tally.total, message: tally.message() };
}

/** Calls `read` inside each field of the given tag; other fields are passed over. */
function eachMessage(reader: WireReader, wanted: number, read: () => void): void {
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== wanted) {
      reader.skip(tag);
      continue;
    }
    const limit = reader.limit();
    const { end } = reader;
    reader.end = limit;
    read();
    reader.enter(limit, end);
  }
}

export type AttributeValue = string | number | boolean;

/**
 * Reads one attribute into `into` when its key is wanted and there is room. Long text is cut, lists and maps become
 * their JSON.
 */
export function takeAttribute(
  reader: WireReader,
  into: Record<string, AttributeValue>,
  options: { wants: (key: string) => boolean; taken: number },
): number {
  const entry = readKeyValue(
    reader,
    (key) => options.taken < recordLimits.attributes && key.length <= 200 && key !== '__proto__' && options.wants(key),
  );
  if (entry === undefined || entry[1] === null) return options.taken;
  const isNew = !Object.hasOwn(into, entry[0]);
  into[entry[0]] = shown(entry[1]);
  return options.taken + (isNew ? 1 : 0);
}

function shown(value: PlainValue): AttributeValue {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return withoutControlCharacters(cut(text, recordLimits.textLength));
}

/** Lower-case hex of an id, or `undefined` unless it has `size` bytes of which one is not zero. */
export function hexId(reader: WireReader, end: number, size: number): string | undefined {
  const { bytes, pos } = reader;
  reader.pos = end;
  if (end - pos !== size) return undefined;
  let text = '';
  let any = 0;
  for (let i = pos; i < end; i++) {
    any |= bytes[i]!;
    text += hexPairs[bytes[i]!]!;
  }
  return any === 0 ? undefined : text;
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
