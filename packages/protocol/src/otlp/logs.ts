import type { LogRecord, ResourceIdentity } from '@jaegis/model';
import { epochMs } from '../wire/epoch.ts';
import { readText } from '../wire/utf8.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import { readAnyValue, readNested, valueText } from './any-value.ts';
import { cut, hasControlCharacters, recordLimits } from './limits.ts';
import { type AttributeValue, decodeRecords, hexId, type RecordsDecoded, takeAttribute } from './records.ts';
import type { Refusal } from './refusal.ts';
import { halves, timeFault } from './traces.ts';

/** OTLP logs (`ExportLogsServiceRequest`, protobuf) to records. A record without a time gets the time it arrived. */
export function decodeLogs(bytes: Uint8Array, now: number): RecordsDecoded<LogRecord> {
  return decodeRecords(bytes, { what: 'logs', now, read: readLogRecord });
}

function isShowable(key: string): boolean {
  return key !== '' && !hasControlCharacters(key);
}

const severities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

function readLogRecord(reader: WireReader, identity: ResourceIdentity, now: number): LogRecord | Refusal {
  let time: [number, number] = [0, 0];
  let observed: [number, number] = [0, 0];
  let severityNumber = 0;
  let severityText = '';
  let body = '';
  let traceId = '';
  const attributes: Record<string, AttributeValue> = {};
  let taken = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    switch (tag) {
      case 0x09:
        time = halves(reader);
        break;
      case 0x59:
        observed = halves(reader);
        break;
      case 0x10:
        severityNumber = reader.uint32();
        break;
      case 0x1a: {
        const limit = reader.limit();
        severityText = readText(reader.bytes, reader.pos, limit);
        reader.pos = limit;
        break;
      }
      case 0x2a:
        body = valueText(readNested(reader, () => readAnyValue(reader)));
        break;
      case 0x32:
        taken = takeAttribute(reader, attributes, { wants: isShowable, taken });
        break;
      case 0x4a:
        traceId = hexId(reader, reader.limit(), 16) ?? '';
        break;
      default:
        reader.skip(tag);
    }
  }
  const given = epochMs(...time) || epochMs(...observed) || now;
  return (
    timeFault(given, now) ?? {
      at: given,
      instanceId: identity.instanceId,
      pool: identity.pool,
      severity: severityOf(severityNumber, severityText),
      body: cut(body, recordLimits.bodyLength),
      traceId,
      attributes,
    }
  );
}

/** Four numbers each from 1 (trace) to 24 (fatal); without a number the text decides, without either it is `info`. */
function severityOf(number: number, text: string): LogRecord['severity'] {
  if (number >= 1 && number <= 24) return severities[(number - 1) >>> 2]!;
  const lower = text.toLowerCase();
  if (lower.startsWith('crit')) return 'fatal';
  return severities.find((name) => lower.startsWith(name) || (name === 'error' && lower === 'err')) ?? 'info';
}
