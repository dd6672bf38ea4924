import { type PlainValue, valueText } from './any-value.ts';
import { hasControlCharacters, labelLimits } from './limits.ts';
import { isUtf8, type OtlpNaming, prometheusLabelName, usualNaming } from './metric-name.ts';
import { quoted, type Refusal } from './refusal.ts';

export interface LabelSet {
  readonly labels: Record<string, string>;
}

/** What belongs to JAEGIS in a label set; an attribute of that name is kept as `exported_...`, as Prometheus does. */
const ours = new Set(['job', 'instance']);

/**
 * Attributes as labels, or why not. Keys that become one name share it, their values joined by `;` in the keys' order.
 * Empty values mean "no label", as in Prometheus.
 */
export function labelsOfAttributes(
  attributes: ReadonlyMap<string, PlainValue>,
  naming: OtlpNaming = usualNaming,
): LabelSet | Refusal {
  const labels: Record<string, string> = {};
  const keys = [...attributes.keys()].sort();
  for (const key of keys) {
    if (key === '' || key === '__proto__' || hasControlCharacters(key))
      return {
        rejected: 'invalid_name',
        message: `attribute key ${quoted(key)} is empty or holds control characters`,
      };
    if (key.length > labelLimits.nameLength)
      return tooLarge(`attribute key ${quoted(key)} has ${key.length} characters`, labelLimits.nameLength);
    const value = valueText(attributes.get(key)!);
    if (value === '') continue;
    const plain = isUtf8(naming.translation) ? key : prometheusLabelName(key);
    const name = ours.has(plain) ? `exported_${plain}` : plain;
    const joined = Object.hasOwn(labels, name) ? `${labels[name]};${value}` : value;
    if (joined.length > labelLimits.valueLength)
      return tooLarge(`the value of attribute ${quoted(key)} has ${joined.length} characters`, labelLimits.valueLength);
    labels[name] = joined;
  }
  const count = Object.keys(labels).length + 2;
  return count > labelLimits.labels ? tooLarge(`${count} labels`, labelLimits.labels) : { labels };
}

function tooLarge(what: string, limit: number): Refusal {
  return { rejected: 'label_limit', message: `${what}, must be at most ${limit}` };
}
