/** Keys, order and parts of label sets. A label with an empty value is the same as none. */
import type { Labels } from '@jaegis/model';

const separator = '\u{ff}';
/** Labels that say what a metric is, not whose: functions and aggregations drop them. */
const metadataLabels: ReadonlySet<string> = new Set(['__name__', '__type__', '__unit__']);

/** Equal for equal label sets, different for different ones. */
export function labelsKey(labels: Labels): string {
  let key = '';
  for (const name of sortedNames(labels)) key += name + separator + labels[name]! + separator;
  return key;
}

/** The names in order; a store mostly has them so already. */
export function sortedNames(labels: Labels): string[] {
  const names = Object.keys(labels);
  for (let i = 1; i < names.length; i++) if (names[i - 1]! > names[i]!) return names.sort(byCodePoint);
  return names;
}

/** Code points, as Go compares strings, and not the 16-bit units of JavaScript. */
export function byCodePoint(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const isSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xe000;
    if (isSurrogate(x) !== isSurrogate(y)) return isSurrogate(x) ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** Prometheus' order of label sets: names and values in turn, names sorted. */
export function compareLabels(a: Labels, b: Labels): number {
  const left = sortedNames(a);
  const right = sortedNames(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = byCodePoint(left[i]!, right[i]!) || byCodePoint(a[left[i]!]!, b[right[i]!]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** How aggregations group series: a function from labels to a key. */
export function groupKeyBy(on: boolean, names: readonly string[]): (labels: Labels) => string {
  return keyBy(on, names, metadataLabels);
}

/** How operators match series. The name is never looked at, type and unit are: as Prometheus has it (3.5 to 3.13). */
export function signatureBy(on: boolean, names: readonly string[]): (labels: Labels) => string {
  return keyBy(on, names, ['__name__']);
}

function keyBy(on: boolean, names: readonly string[], unseen: Iterable<string>): (labels: Labels) => string {
  const sorted = [...new Set(names)].sort(byCodePoint);
  if (on) {
    if (sorted.length === 1) return (labels) => labelOf(labels, sorted[0]!);
    return (labels) => sorted.map((name) => labelOf(labels, name)).join(separator);
  }
  const ignored = new Set([...unseen, ...sorted]);
  return (labels) => {
    let key = '';
    for (const name of sortedNames(labels)) if (!ignored.has(name)) key += name + separator + labels[name]! + separator;
    return key;
  };
}

/** The value of a label, empty when it has none. Asks for own properties: a label may be called `constructor`. */
export function labelOf(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? labels[name]! : '';
}

export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.filter((name) => labelOf(labels, name) !== '').map((name) => [name, labels[name]!]));
}

export function withoutLabels(labels: Labels, names: ReadonlySet<string>): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.has(name)));
}

/** An empty value removes the label. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const entries = Object.entries(labels).filter(([each]) => each !== name);
  if (value !== '') entries.push([name, value]);
  return Object.fromEntries(entries);
}

/** Without name, type and unit. */
export function dropMetadata(labels: Labels): Labels {
  for (const name of metadataLabels) if (Object.hasOwn(labels, name)) return withoutLabels(labels, metadataLabels);
  return labels;
}

/** `without (...)` also drops name, type and unit. */
export function namesWithout(names: readonly string[]): ReadonlySet<string> {
  return new Set([...metadataLabels, ...names]);
}

/** The name for messages, empty when there is none. */
export function metricName(labels: Labels): string {
  return labelOf(labels, '__name__');
}
