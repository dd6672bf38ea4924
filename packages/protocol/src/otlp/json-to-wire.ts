import { WireError } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { type FieldSchema, type MessageSchema, requestSchemas } from './json-schema.ts';
import { quoted } from './refusal.ts';

/**
 * An OTLP/JSON request as protobuf bytes, so that both encodings go through one decoder and one series has one identity
 * whichever way it came. Reads what the specification asks for (lowerCamelCase, hex ids, 64-bit integers as text or
 * numbers, enums as numbers) and what senders really do (snake_case, base64 ids, enum names).
 */
export function jsonToWire(
  signal: keyof typeof requestSchemas,
  body: Uint8Array,
): { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: string } {
  const refused = (reason: string) => ({ ok: false, error: `Cannot read OTLP ${signal}: ${reason}` }) as const;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    return refused(`the body is not JSON (${error instanceof Error ? error.message.slice(0, 120) : 'unreadable'})`);
  }
  const writer = new WireWriter(Math.max(256, body.length >>> 1));
  try {
    writeMessage(writer, requestSchemas[signal], { value, path: 'the body', depth: 0 });
  } catch (error) {
    if (error instanceof WireError) return refused(error.message);
    throw error;
  }
  return { ok: true, bytes: writer.finish() };
}

interface Place {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

// The messages themselves nest 6 deep before attributes begin; each level of a nested value takes two.
const maxDepth = 40;

function writeMessage(writer: WireWriter, schema: MessageSchema, place: Place): void {
  const { value, path, depth } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'an object');
  if (depth > maxDepth) throw new WireError(`${path} nests too deep`);
  const record = value as Record<string, unknown>;
  for (const field of schema) {
    const found = own(record, field.name) ?? own(record, snakeCase(field.name));
    if (found === undefined || found === null) continue;
    const inner = { value: found, path: field.name, depth: depth + 1 };
    if (!field.isRepeated) writeField(writer, field, inner);
    else if (!Array.isArray(found)) throw wrong(inner, 'a list');
    else writeList(writer, field, { values: found, depth: depth + 1 });
  }
}

function writeList(writer: WireWriter, field: FieldSchema, list: { values: unknown[]; depth: number }): void {
  const { values, depth } = list;
  const places = values.map((value, index) => ({ value, path: `${field.name}[${index}]`, depth }));
  if (field.type === 'double') writer.packedDoubles(field.number, places.map(doubleOf));
  else if (field.type === 'fixed64')
    writer.packedFixed64(
      field.number,
      places.map((place) => integerOf(place, 'fixed64')),
    );
  else if (field.type === 'int')
    writer.packedVarints(
      field.number,
      places.map((place) => integerOf(place, 'int')),
    );
  else for (const place of places) writeField(writer, field, place);
}

function writeField(writer: WireWriter, field: FieldSchema, place: Place): void {
  const { number, type } = field;
  if (typeof type === 'object') {
    if ('names' in type) writer.varintField(number, enumOf(place, type.names));
    else writer.messageField(number, (inner) => writeMessage(inner, type.message(), place));
    return;
  }
  const { value } = place;
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw wrong(place, 'a text');
      writer.stringField(number, value);
      return;
    case 'bool':
      if (typeof value !== 'boolean') throw wrong(place, 'true or false');
      writer.varintField(number, value ? 1 : 0);
      return;
    case 'bytes':
      writer.bytesField(number, base64Of(place));
      return;
    case 'id':
      writer.bytesField(number, idOf(place));
      return;
    case 'double':
      writer.doubleField(number, doubleOf(place));
      return;
    case 'int':
      writer.varintField(number, integerOf(place, type));
      return;
    case 'zigzag':
      writer.zigzagField(number, Number(integerOf(place, type)));
      return;
    case 'fixed32':
      writer.fixed32Field(number, Number(integerOf(place, type)));
      return;
    default:
      writer.fixed64Field(number, integerOf(place, type));
  }
}

type IntegerType = 'int' | 'zigzag' | 'fixed64' | 'sfixed64' | 'fixed32';

const ranges: Record<IntegerType, readonly [bigint, bigint]> = {
  // Unsigned and signed 64-bit varints share this type: what fits one of them is taken.
  int: [-(2n ** 63n), 2n ** 64n - 1n],
  zigzag: [-(2n ** 31n), 2n ** 31n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
};

function integerOf(place: Place, type: IntegerType): bigint {
  const { value } = place;
  let integer: bigint | undefined;
  if (typeof value === 'number' && Number.isInteger(value)) integer = BigInt(value);
  else if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) integer = BigInt(value);
  const [low, high] = ranges[type];
  if (integer === undefined || integer < low || integer > high) throw wrong(place, `an integer from ${low} to ${high}`);
  return integer;
}

function doubleOf(place: Place): number {
  const { value } = place;
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)) return Number(value);
  throw wrong(place, 'a number');
}

function enumOf(place: Place, names: Readonly<Record<string, number>>): number {
  const { value } = place;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0x7fffffff) return value;
  if (typeof value === 'string' && Object.hasOwn(names, value)) return names[value]!;
  throw wrong(place, `a number or one of ${Object.keys(names).slice(0, 3).join(', ')}...`);
}

/** 32 or 16 hex digits; anything else is taken for base64. What has the wrong length is refused by the decoder. */
function idOf(place: Place): Uint8Array {
  const { value } = place;
  if (typeof value !== 'string') throw wrong(place, 'an id in hex');
  if (!/^(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{16})$/.test(value)) return base64Of(place);
  const bytes = new Uint8Array(value.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(value.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function base64Of(place: Place): Uint8Array {
  const { value } = place;
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) throw wrong(place, 'base64');
  const text = atob(
    value
      .replace(/-/g, '+')
      .replace(/_/g, '/')
      .replace(/=+$/, '')
      .replace(/^(?:.{4})*.$/, ''),
  );
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function own(record: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

const snakeNames = new Map<string, string>();

function snakeCase(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return snake;
}

function wrong(place: Place, wanted: string): WireError {
  const { value, path } = place;
  const found =
    typeof value === 'object'
      ? Array.isArray(value)
        ? 'a list'
        : String(value && 'an object')
      : quoted(String(value));
  return new WireError(`${path} is ${found}, must be ${wanted}`);
}
