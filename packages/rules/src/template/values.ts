import { TemplateError } from './ast.ts';

/**
 * Values of a template. Go's integers are bigint and its floats number, for `printf "%d"` and `eq` tell them apart;
 * maps give an empty text for a key they lack (Prometheus sets `missingkey=zero`).
 */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Value[]
  | ValueMap
  | Struct
  | GoTime
  | GoDuration;

/** A map by text: labels, or what `args` makes. */
export class ValueMap {
  readonly entries: ReadonlyMap<string, Value>;
  readonly isText: boolean;

  constructor(entries: ReadonlyMap<string, Value>, isText = true) {
    this.entries = entries;
    this.isText = isText;
  }

  /** In the order in which Go's range walks over them. */
  sorted(): [string, Value][] {
    return [...this.entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

/** A thing with fixed fields: a sample, or the data of the whole template. */
export class Struct {
  readonly fields: Readonly<Record<string, Value>>;

  constructor(fields: Readonly<Record<string, Value>>) {
    this.fields = fields;
  }
}

export class GoTime {
  /** Epoch seconds. */
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

export class GoDuration {
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

export function labelMap(labels: Readonly<Record<string, string>>): ValueMap {
  return new ValueMap(new Map(Object.entries(labels)));
}

/** What `query` gives for one series. */
export function sampleOf(labels: Readonly<Record<string, string>>, value: number): Struct {
  return new Struct({ Labels: labelMap(labels), Value: value });
}

export function isTrue(value: Value): boolean {
  if (value === null) return false;
  if (typeof value !== 'object') return Boolean(value) || Number.isNaN(value);
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof ValueMap) return value.entries.size > 0;
  return true;
}

/** `.Name` of a value. */
export function fieldOf(value: Value, name: string): Value {
  if (value instanceof ValueMap) return value.entries.get(name) ?? (value.isText ? '' : null);
  if (value instanceof Struct && Object.hasOwn(value.fields, name)) return value.fields[name]!;
  if (value === null) throw new TemplateError(`nil data; no entry for key "${name}"`);
  throw new TemplateError(`can't evaluate field ${name} in type ${typeName(value)}`);
}

export function typeName(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'template.queryResult';
  if (value instanceof ValueMap) return value.isText ? 'map[string]string' : 'map[string]interface {}';
  if (value instanceof GoTime) return '*time.Time';
  return value instanceof GoDuration ? '*time.Duration' : 'template.sample';
}

/** As Prometheus' functions read their numbers: floats, integers, texts of numbers, durations. */
export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof GoDuration) return value.seconds;
  if (typeof value !== 'string') throw new TemplateError(`can't convert ${typeName(value)} to float`);
  const text = value.trim();
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (value === '' || text !== value || Number.isNaN(Number(value)))
    throw new TemplateError(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}

export function textOf(value: Value, where: string): string {
  if (typeof value === 'string') return value;
  throw new TemplateError(`wrong type for value; expected string; got ${typeName(value)} in ${where}`);
}
