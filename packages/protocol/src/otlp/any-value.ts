import { readText } from '../wire/utf8.ts';
import { WireError, type WireReader } from '../wire/wire-reader.ts';

/** An OTLP `AnyValue` as plain data. 64-bit integers beyond 2^53 and bytes (as base64) are text. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

// Real values nest two or three deep; the limit keeps a hostile one from using up the stack.
const maxDepth = 16;

/** Reads the `AnyValue` message that the reader stands in, up to its end. Throws a `WireError` when it is malformed or too deep. */
export function readAnyValue(reader: WireReader, depth = 0): PlainValue {
  if (depth > maxDepth) throw new WireError(`a value nests deeper than ${maxDepth}`);
  let value: PlainValue = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    switch (tag) {
      case 0x0a: {
        const limit = reader.limit();
        value = readText(reader.bytes, reader.pos, limit);
        reader.pos = limit;
        break;
      }
      case 0x10:
        value = reader.varint() !== 0;
        break;
      case 0x18:
        value = readInt64(reader);
        break;
      case 0x21:
        value = reader.double();
        break;
      case 0x2a:
        value = readNested(reader, () => readList(reader, depth));
        break;
      case 0x32:
        value = readNested(reader, () => readKeyValueList(reader, depth));
        break;
      case 0x3a: {
        const limit = reader.limit();
        value = base64(reader.bytes.subarray(reader.pos, limit));
        reader.pos = limit;
        break;
      }
      default:
        reader.skip(tag);
    }
  }
  return value;
}

/** Runs `read` inside the length-delimited field that the reader is about to enter, and goes on behind it. */
export function readNested<T>(reader: WireReader, read: () => T): T {
  const limit = reader.limit();
  const { end } = reader;
  reader.end = limit;
  const result = read();
  reader.enter(limit, end);
  return result;
}

/** The text of a value where only text fits (label values): itself, or its JSON. */
export function valueText(value: PlainValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Reads the `KeyValue` that the reader is about to enter; `value` is only called for keys that `wants`. */
export function readKeyValue(reader: WireReader, wants: (key: string) => boolean): [string, PlainValue] | undefined {
  return readNested(reader, () => keyValueBody(reader, wants, 0));
}

function keyValueBody(
  reader: WireReader,
  wants: (key: string) => boolean,
  depth: number,
): [string, PlainValue] | undefined {
  let key = '';
  let start = -1;
  let limit = -1;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) {
      const end = reader.limit();
      key = readText(reader.bytes, reader.pos, end);
      reader.pos = end;
    } else if (tag === 0x12) {
      limit = reader.limit();
      start = reader.pos;
      reader.pos = limit;
    } else reader.skip(tag);
  }
  if (!wants(key)) return undefined;
  if (start < 0) return [key, null];
  const { pos, end } = reader;
  reader.enter(start, limit);
  const value = readAnyValue(reader, depth);
  reader.enter(pos, end);
  return [key, value];
}

function readList(reader: WireReader, depth: number): PlainValue {
  const list: PlainValue[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) list.push(readNested(reader, () => readAnyValue(reader, depth + 1)));
    else reader.skip(tag);
  }
  return list;
}

function readKeyValueList(reader: WireReader, depth: number): PlainValue {
  const map = new Map<string, PlainValue>();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) {
      const entry = readNested(reader, () => keyValueBody(reader, () => true, depth + 1));
      if (entry !== undefined) map.set(entry[0], entry[1]);
    } else reader.skip(tag);
  }
  return Object.fromEntries(map);
}

function readInt64(reader: WireReader): number | string {
  const start = reader.pos;
  const value = reader.int();
  if (Number.isSafeInteger(value)) return value;
  let exact = 0n;
  for (let i = start; i < reader.pos; i++) exact |= BigInt(reader.bytes[i]! & 0x7f) << BigInt(7 * (i - start));
  return BigInt.asIntN(64, exact).toString();
}

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const rest = bytes.length - i;
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += base64Digits[word >>> 18]! + base64Digits[(word >>> 12) & 63]!;
    text += rest > 1 ? base64Digits[(word >>> 6) & 63]! : '=';
    text += rest > 2 ? base64Digits[word & 63]! : '=';
  }
  return text;
}
