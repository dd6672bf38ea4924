import type { ResourceIdentity, Span, SpanKind } from '@jaegis/model';
import { epochMsWithFraction } from '../wire/epoch.ts';
import { readText } from '../wire/utf8.ts';
import { type WireReader, wireType } from '../wire/wire-reader.ts';
import { cut, hasControlCharacters, labelLimits, recordAgeMs, withoutControlCharacters } from './limits.ts';
import { type AttributeValue, decodeRecords, hexId, type RecordsDecoded, takeAttribute } from './records.ts';
import { quoted, type Refusal } from './refusal.ts';

/**
 * OTLP traces (`ExportTraceServiceRequest`, protobuf) to spans. Only the attributes that the engines read are kept (see
 * `Span`), and the first links, which tie a consumer to its producer; events are looked through for an exception's type.
 */
export function decodeTraces(bytes: Uint8Array, now: number): RecordsDecoded<Span> {
  return decodeRecords(bytes, { what: 'traces', now, read: readSpan });
}

const prefixes = ['http.', 'rpc.', 'server.', 'messaging.', 'db.', 'gen_ai.'];

function isReadByEngines(key: string): boolean {
  return key === 'peer.service' || key === 'error.type' || prefixes.some((prefix) => key.startsWith(prefix));
}

const kinds: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];
/** A batch consumer may link hundreds; the first few tell where the work came from. */
const maxLinks = 8;
type SpanLink = NonNullable<Span['links']>[number];
const statusOk = 1;
const statusError = 2;

function readSpan(reader: WireReader, identity: ResourceIdentity, now: number): Span | Refusal {
  let traceId: string | undefined;
  let spanId: string | undefined;
  let parentSpanId = '';
  let name = '';
  let kind: SpanKind = 'internal';
  let start: [number, number] = [0, 0];
  let end: [number, number] = [0, 0];
  let status = { code: 0, message: '' };
  let exception = '';
  const attributes: Record<string, AttributeValue> = {};
  const links: SpanLink[] = [];
  let taken = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    switch (tag) {
      case 0x0a:
        traceId = hexId(reader, reader.limit(), 16);
        break;
      case 0x12:
        spanId = hexId(reader, reader.limit(), 8);
        break;
      case 0x22: {
        const limit = reader.limit();
        // All zero means "none", as an empty one does; any other length is an id of something else.
        const isLengthWrong = limit !== reader.pos && limit - reader.pos !== 8;
        if (isLengthWrong) return { rejected: 'malformed', message: 'a parent span id must have 8 bytes' };
        parentSpanId = hexId(reader, limit, 8) ?? '';
        break;
      }
      case 0x2a: {
        const limit = reader.limit();
        name = readText(reader.bytes, reader.pos, limit);
        reader.pos = limit;
        break;
      }
      case 0x30:
        kind = kinds[reader.uint32()] ?? 'internal';
        break;
      case 0x39:
        start = halves(reader);
        break;
      case 0x41:
        end = halves(reader);
        break;
      case 0x4a:
        taken = takeAttribute(reader, attributes, { wants: isReadByEngines, taken });
        break;
      case 0x5a:
        if (exception === '') exception = inside(reader, exceptionType);
        else reader.skip(tag);
        break;
      case 0x6a: {
        const link = inside(reader, readLink);
        if (link !== undefined && links.length < maxLinks) links.push(link);
        break;
      }
      case 0x7a:
        status = inside(reader, readStatus);
        break;
      default:
        reader.skip(tag);
    }
  }
  if (traceId === undefined || spanId === undefined)
    return { rejected: 'malformed', message: 'a span needs a trace id of 16 bytes and a span id of 8, not all zero' };
  if (hasControlCharacters(name))
    return { rejected: 'invalid_name', message: `span name ${quoted(name)} holds control characters` };
  const startMs = epochMsWithFraction(...start);
  const durationMs = Math.max(0, ((end[0] - start[0]) * 4294967296 + (end[1] - start[1])) / 1e6);
  const ageFault = timeFault(startMs + durationMs, now);
  if (ageFault !== undefined) return ageFault;
  const errorType = attributes['error.type'];
  const isError = status.code === statusError || (errorType !== undefined && status.code !== statusOk);
  return {
    traceId,
    spanId,
    parentSpanId,
    name: cut(name, labelLimits.nameLength),
    kind,
    startMs,
    durationMs,
    isError,
    errorClass: isError ? cut(errorType === undefined ? exception || 'error' : String(errorType), 200) : '',
    instanceId: identity.instanceId,
    pool: identity.pool,
    attributes,
    ...(links.length === 0 ? {} : { links }),
  };
}

/** A span or log record far from now would only confuse what is shown as now. */
export function timeFault(at: number, now: number): Refusal | undefined {
  if (at < now - recordAgeMs.past) return { rejected: 'too_old', message: 'a time is more than a day ago' };
  if (at > now + recordAgeMs.future)
    return { rejected: 'too_new', message: 'a time lies more than ten minutes in the future' };
  return undefined;
}

/** The halves of a `fixed64`: high, low. */
export function halves(reader: WireReader): [number, number] {
  const { view, pos } = reader;
  reader.skip(wireType.fixed64);
  return [view.getUint32(pos + 4, true), view.getUint32(pos, true)];
}

function inside<T>(reader: WireReader, read: (reader: WireReader) => T): T {
  const limit = reader.limit();
  const { end } = reader;
  reader.end = limit;
  const result = read(reader);
  reader.enter(limit, end);
  return result;
}

function readStatus(reader: WireReader): { code: number; message: string } {
  const status = { code: 0, message: '' };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x18) status.code = reader.uint32();
    else reader.skip(tag);
  }
  return status;
}

/** A span link without an id points nowhere. */
function readLink(reader: WireReader): SpanLink | undefined {
  let traceId: string | undefined;
  let spanId: string | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) traceId = hexId(reader, reader.limit(), 16);
    else if (tag === 0x12) spanId = hexId(reader, reader.limit(), 8);
    else reader.skip(tag);
  }
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

/** `exception.type` of a span event, or empty. */
function exceptionType(reader: WireReader): string {
  const found: Record<string, AttributeValue> = {};
  let taken = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x1a) taken = takeAttribute(reader, found, { wants: (key) => key === 'exception.type', taken });
    else reader.skip(tag);
  }
  return withoutControlCharacters(String(found['exception.type'] ?? ''));
}
