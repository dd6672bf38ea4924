import type { ResourceIdentity } from '@jaegis/model';
import type { WireReader } from '../wire/wire-reader.ts';
import { type PlainValue, readKeyValue, valueText } from './any-value.ts';
import { cut, hasControlCharacters, labelLimits, withoutControlCharacters } from './limits.ts';
import { quoted, type Refusal } from './refusal.ts';

const maxAttributes = 256;

/** The attributes of a `Resource` message between two positions; further ones than 256 are left out. */
export function readResourceAttributes(reader: WireReader, start: number, end: number): Map<string, PlainValue> {
  const attributes = new Map<string, PlainValue>();
  reader.enter(start, end);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== 0x0a) {
      reader.skip(tag);
      continue;
    }
    const entry = readKeyValue(reader, () => attributes.size < maxAttributes);
    if (entry !== undefined) attributes.set(entry[0], entry[1]);
  }
  return attributes;
}

/**
 * Who sent this. The instance is `service.instance.id`; without it `service.name/host.name/process.pid` as far as they
 * are known, so that it is the same at every export of one process; without those `service.name/unknown`. The pool is
 * `jaegis.pool`, else `service.namespace/service.name`, else `service.name`.
 */
export function resourceIdentity(attributes: ReadonlyMap<string, PlainValue>): ResourceIdentity | Refusal {
  const text = (key: string) => valueText(attributes.get(key) ?? null);
  const service = text('service.name') || 'unknown_service';
  const namespace = text('service.namespace');
  const derived = [service, text('host.name'), text('process.pid')].filter((part) => part !== '');
  const instanceId = text('service.instance.id') || (derived.length > 1 ? derived.join('/') : `${service}/unknown`);
  const pool = text('jaegis.pool') || (namespace === '' ? service : `${namespace}/${service}`);
  for (const [what, value] of [
    ['instance id', instanceId],
    ['pool', pool],
  ] as const) {
    if (hasControlCharacters(value))
      return { rejected: 'invalid_name', message: `${what} ${quoted(value)} holds control characters` };
    if (value.length > labelLimits.nameLength)
      return {
        rejected: 'label_limit',
        message: `${what} has ${value.length} characters, must be at most ${labelLimits.nameLength}`,
      };
  }
  const labels: Record<string, string> = {};
  let count = 0;
  for (const [key, value] of attributes) {
    if (key === '' || key === '__proto__' || key.length > labelLimits.nameLength || hasControlCharacters(key)) continue;
    if (++count > labelLimits.labels) break;
    labels[key] = withoutControlCharacters(cut(valueText(value), labelLimits.valueLength));
  }
  const version = withoutControlCharacters(cut(text('service.version'), 100));
  return { instanceId, pool, version, labels };
}
