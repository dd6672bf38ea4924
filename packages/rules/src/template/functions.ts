/** The functions that a template may call: Go's own, and those of Prometheus. */

import { TemplateError } from './ast.ts';
import { formatValue, sprintf } from './go-format.ts';
import { formatGoTime } from './go-time.ts';
import { humanize, humanize1024, humanizeDuration, humanizePercentage } from './humanize.ts';
import { secondsOf } from './parse-seconds.ts';
import { matchesAnywhere, replaceAll } from './regex-functions.ts';
import {
  fieldOf,
  GoDuration,
  GoTime,
  isTrue,
  numberOf,
  Struct,
  textOf,
  typeName,
  type Value,
  ValueMap,
} from './values.ts';

/** What functions need from around the template. */
export interface TemplateSurroundings {
  /** Answers of a query at the time of the evaluation; throws when it failed. */
  readonly query: (expr: string) => readonly Value[];
  /** Epoch milliseconds of the evaluation. */
  readonly now: number;
  readonly externalUrl: string;
}

type TemplateFunction = (args: readonly Value[], around: TemplateSurroundings) => Value;

export function callFunction(name: string, args: readonly Value[], around: TemplateSurroundings): Value {
  const entry = table[name];
  if (entry === undefined) throw new TemplateError(`function "${name}" not defined`);
  const [least, most, run] = entry;
  if (args.length < least || args.length > most)
    throw new TemplateError(
      `wrong number of args for ${name}: want ${most === Number.POSITIVE_INFINITY ? `at least ${least}` : most} got ${args.length}`,
    );
  return run(args, around);
}

const many = Number.POSITIVE_INFINITY;
const number = (run: (value: number) => Value): [number, number, TemplateFunction] => [
  1,
  1,
  ([a]) => run(numberOf(a!)),
];
const text = (name: string, run: (value: string) => string): [number, number, TemplateFunction] => [
  1,
  1,
  ([a]) => run(textOf(a!, name)),
];

const table: Readonly<Record<string, readonly [number, number, TemplateFunction]>> = {
  not: [1, 1, ([a]) => !isTrue(a!)],
  len: [1, 1, ([a]) => BigInt(lengthOf(a!))],
  index: [1, many, ([value, ...keys]) => keys.reduce((inner, key) => indexOf(inner!, key), value!)],
  slice: [1, 3, ([value, from, to]) => sliceOf(value!, from, to)],
  print: [0, many, (args) => printed(args)],
  println: [0, many, (args) => `${args.map((each) => formatValue(each)).join(' ')}\n`],
  printf: [1, many, ([format, ...args]) => sprintf(textOf(format!, 'printf'), args)],
  html: [1, many, (args) => escapeHtml(printed(args))],
  js: [1, many, (args) => JSON.stringify(printed(args)).slice(1, -1).replaceAll("'", "\\'")],
  urlquery: [1, many, (args) => queryEscape(printed(args))],
  eq: [2, many, ([a, ...others]) => others.some((b) => isEqual(a!, b))],
  ne: [2, 2, ([a, b]) => !isEqual(a!, b!)],
  lt: [2, 2, ([a, b]) => compare(a!, b!) < 0],
  le: [2, 2, ([a, b]) => compare(a!, b!) <= 0],
  gt: [2, 2, ([a, b]) => compare(a!, b!) > 0],
  ge: [2, 2, ([a, b]) => compare(a!, b!) >= 0],

  query: [1, 1, ([expr], around) => around.query(textOf(expr!, 'query'))],
  first: [1, 1, ([samples]) => firstOf(samples!)],
  label: [2, 2, ([name, sample]) => labelOf(sample!, textOf(name!, 'label'))],
  value: [1, 1, ([sample]) => sampleField(sample!, 'Value')],
  strvalue: [1, 1, ([sample]) => labelOf(sample!, '__value__')],
  sortByLabel: [2, 2, ([name, samples]) => sortByLabel(textOf(name!, 'sortByLabel'), samples!)],
  args: [0, many, (args) => new ValueMap(new Map(args.map((each, i) => [`arg${i}`, each])), false)],
  safeHtml: text('safeHtml', (value) => value),

  humanize: number(humanize),
  humanize1024: number(humanize1024),
  humanizeDuration: number(humanizeDuration),
  humanizePercentage: number(humanizePercentage),
  humanizeTimestamp: number((seconds) => (Number.isFinite(seconds) ? formatGoTime(seconds) : formatValue(seconds))),
  toTime: number((seconds) => new GoTime(seconds)),
  toDuration: number((seconds) => new GoDuration(seconds)),
  now: [0, 0, (_, around) => around.now / 1_000],
  parseDuration: [1, 1, ([a]) => secondsOf(textOf(a!, 'parseDuration'))],

  title: text('title', (value) =>
    value.replace(/(^|[^\p{L}\p{N}_'’])(\p{Ll})/gu, (_, before: string, c: string) => before + c.toUpperCase()),
  ),
  toUpper: text('toUpper', (value) => value.toUpperCase()),
  toLower: text('toLower', (value) => value.toLowerCase()),
  match: [2, 2, ([pattern, value]) => matchesAnywhere(textOf(pattern!, 'match'), textOf(value!, 'match'))],
  reReplaceAll: [
    3,
    3,
    ([pattern, to, value]) =>
      replaceAll(textOf(pattern!, 'reReplaceAll'), textOf(to!, 'reReplaceAll'), textOf(value!, 'reReplaceAll')),
  ],
  stripPort: text('stripPort', (host) => splitPort(host)?.host ?? host),
  stripDomain: text('stripDomain', stripDomain),
  urlQueryEscape: text('urlQueryEscape', queryEscape),
  graphLink: text('graphLink', (expr) => `/graph?g0.expr=${queryEscape(expr)}&g0.tab=0`),
  tableLink: text('tableLink', (expr) => `/graph?g0.expr=${queryEscape(expr)}&g0.tab=1`),
  externalURL: [0, 0, (_, around) => around.externalUrl],
  pathPrefix: [0, 0, (_, around) => /^[a-z]+:\/\/[^/]+(\/[^?#]*)?/i.exec(around.externalUrl)?.[1] ?? ''],
};

/** fmt.Sprint: a space between two values when neither is a text. */
function printed(args: readonly Value[]): string {
  return args
    .map((value, i) => {
      const before = args[i - 1];
      const needsSpace = i > 0 && typeof value !== 'string' && typeof before !== 'string';
      return (needsSpace ? ' ' : '') + formatValue(value);
    })
    .join('');
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return new TextEncoder().encode(value).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof ValueMap) return value.entries.size;
  throw new TemplateError(`error calling len: len of type ${typeName(value)}`);
}

function indexOf(value: Value, key: Value): Value {
  if (value instanceof ValueMap) return fieldOf(value, textOf(key, 'index'));
  if (!Array.isArray(value))
    throw new TemplateError(`error calling index: can't index item of type ${typeName(value)}`);
  if (typeof key !== 'bigint')
    throw new TemplateError(`error calling index: cannot index slice/array with type ${typeName(key)}`);
  const found = value[Number(key)] as Value | undefined;
  if (found === undefined) throw new TemplateError(`error calling index: index out of range: ${key}`);
  return found;
}

function sliceOf(value: Value, from: Value | undefined, to: Value | undefined): Value {
  if (typeof value !== 'string' && !Array.isArray(value))
    throw new TemplateError(`error calling slice: can't slice item of type ${typeName(value)}`);
  const length = value.length;
  const [start, end] = [Number(from ?? 0n), Number(to ?? BigInt(length))];
  if (!(start >= 0 && end <= length && start <= end))
    throw new TemplateError(`error calling slice: index out of range: ${start}, ${end}`);
  return value.slice(start, end);
}

function isEqual(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a !== typeof b) throw new TemplateError('error calling eq: incompatible types for comparison');
  if (typeof a === 'object') throw new TemplateError('error calling eq: non-comparable type');
  return a === b;
}

function compare(a: Value, b: Value): number {
  const isOrdered = typeof a === 'string' || typeof a === 'number' || typeof a === 'bigint';
  if (!isOrdered || typeof a !== typeof b)
    throw new TemplateError('error calling lt: incompatible types for comparison');
  return a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : a === b ? 0 : Number.NaN;
}

function firstOf(samples: Value): Value {
  const first = Array.isArray(samples) ? (samples[0] as Value | undefined) : undefined;
  if (first === undefined) throw new TemplateError('error calling first: first() called on vector with no elements');
  return first;
}

function sampleField(sample: Value, name: 'Labels' | 'Value'): Value {
  if (sample instanceof Struct) return fieldOf(sample, name);
  throw new TemplateError(`wrong type for value; expected *template.sample; got ${typeName(sample)}`);
}

function labelOf(sample: Value, name: string): string {
  return formatValue(fieldOf(sampleField(sample, 'Labels'), name));
}

function sortByLabel(name: string, samples: Value): Value {
  if (!Array.isArray(samples))
    throw new TemplateError(`wrong type for value; expected query result; got ${typeName(samples)}`);
  const keyed = (samples as readonly Value[]).map((sample) => ({ sample, key: labelOf(sample, name) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ sample }) => sample);
}

function splitPort(address: string): { host: string; port: string } | undefined {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]*)):([^:]*)$/.exec(address);
  return found === null ? undefined : { host: found[1] ?? found[2]!, port: found[3]! };
}

function stripDomain(address: string): string {
  const parts = splitPort(address);
  const host = parts?.host ?? address;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':')) return address;
  const short = host.split('.')[0]!;
  return parts === undefined ? short : `${short}:${parts.port}`;
}

/** url.QueryEscape. */
function queryEscape(value: string): string {
  return encodeURIComponent(value)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (c) => htmlEscapes[c]!);
}
