/** Numbers and values as Go's fmt writes them, and `printf`: what alerts' texts have always looked like. */
import { formatGoDuration, formatGoTime } from './go-time.ts';
import { GoDuration, GoTime, Struct, typeName, type Value, ValueMap } from './values.ts';

/** Widths and precisions past this are a mistake, or an attack on memory. */
const mostWidth = 1_000;

/** `%g`: the shortest digits without a precision, else so many significant ones; an exponent below 1e-4 and from 1e6 (or 1e precision). */
export function formatG(value: number, precision?: number): string {
  const special = specialNumber(value);
  if (special !== undefined) return special;
  const most = precision === undefined ? 6 : Math.max(1, precision);
  const text = precision === undefined ? value.toExponential() : value.toExponential(Math.min(100, most - 1));
  const [mantissa, exponentText] = text.split('e') as [string, string];
  const exponent = Number(exponentText);
  const digits = mantissa.replace('.', '').replace('-', '').replace(/0+$/, '') || '0';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (exponent < -4 || exponent >= most)
    return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponentOf(exponent)}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const rest = digits.slice(exponent + 1);
  return `${sign}${whole}${rest === '' ? '' : `.${rest}`}`;
}

/** `%e` with the shortest digits when no precision is given: how Prometheus writes an alert's value. */
export function formatE(value: number, precision?: number): string {
  const special = specialNumber(value);
  if (special !== undefined) return special;
  const text = precision === undefined ? value.toExponential() : value.toExponential(Math.min(100, precision));
  const [mantissa, exponent] = text.split('e') as [string, string];
  return `${Object.is(value, -0) ? '-' : ''}${mantissa}e${exponentOf(Number(exponent))}`;
}

function formatF(value: number, precision: number): string {
  const special = specialNumber(value);
  if (special !== undefined) return special;
  if (Math.abs(value) < 1e21) return (Object.is(value, -0) ? '-' : '') + value.toFixed(Math.min(100, precision));
  return `${BigInt(value)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`;
}

function specialNumber(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return undefined;
}

function exponentOf(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${`${Math.abs(exponent)}`.padStart(2, '0')}`;
}

/** `%v`. */
export function formatValue(value: Value, nil = '<nil>'): string {
  if (value === null) return nil;
  if (typeof value === 'number') return formatG(value);
  if (typeof value !== 'object') return `${value}`;
  if (value instanceof ValueMap)
    return `map[${value
      .sorted()
      .map(([name, each]) => `${name}:${formatValue(each)}`)
      .join(' ')}]`;
  if (value instanceof Struct)
    return `{${Object.values(value.fields)
      .map((each) => formatValue(each))
      .join(' ')}}`;
  if (value instanceof GoTime) return formatGoTime(value.seconds);
  if (value instanceof GoDuration) return formatGoDuration(value.seconds);
  return `[${value.map((each) => formatValue(each)).join(' ')}]`;
}

/** fmt.Sprintf, with its own words for wrong verbs and missing or extra arguments. */
export function sprintf(format: string, args: readonly Value[]): string {
  let used = 0;
  const text = format.replace(
    /%([-+# 0]*)(\d*)(?:\.(\d*))?([a-zA-Z%!]|$)/g,
    (_, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (verb === '' || verb === '!') return '%!(NOVERB)';
      if (used >= args.length) return `%!${verb}(MISSING)`;
      const value = args[used++]!;
      const most = precision === undefined ? undefined : Math.min(mostWidth, Number(precision));
      return pad(formatVerb(value, verb, { flags, precision: most }), value, {
        flags,
        width: Math.min(mostWidth, Number(width)),
      });
    },
  );
  if (used >= args.length) return text;
  const extra = args
    .slice(used)
    .map((value) => (value === null ? '<nil>' : `${typeName(value)}=${formatValue(value)}`));
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

function formatVerb(value: Value, verb: string, o: { flags: string; precision: number | undefined }): string {
  const { flags, precision } = o;
  const wrong = () => `%!${verb}(${value === null ? '<nil>' : `${typeName(value)}=${formatValue(value)}`})`;
  if (verb === 'T') return typeName(value);
  if (verb === 'v')
    return signed(
      typeof value === 'number' && precision !== undefined ? formatG(value, precision) : formatValue(value),
      value,
      flags,
    );
  if (typeof value === 'number') {
    const written = { e: formatE, E: formatE, g: formatG, G: formatG }[verb];
    const isFixed = verb === 'f' || verb === 'F';
    if (written === undefined && !isFixed) return wrong();
    const given = verb === 'e' || verb === 'E' ? (precision ?? 6) : precision;
    const text = isFixed ? formatF(value, precision ?? 6) : written!(value, given);
    return signed(verb === 'E' || verb === 'G' ? text.toUpperCase() : text, value, flags);
  }
  if (typeof value === 'bigint') {
    if (verb === 'c') return String.fromCodePoint(Number(value));
    if (verb === 'U') return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`;
    if (verb === 'q') return `'${String.fromCodePoint(Number(value))}'`;
    const base = { d: 10, x: 16, X: 16, o: 8, b: 2 }[verb];
    if (base === undefined) return wrong();
    const text = value.toString(base);
    return signed(verb === 'X' ? text.toUpperCase() : text, value, flags);
  }
  if (typeof value === 'boolean') return verb === 't' ? `${value}` : wrong();
  if (verb === 's' && value !== null) return typeof value === 'string' ? cut(value, precision) : formatValue(value);
  if (typeof value !== 'string') return wrong();
  if (verb === 'q') return JSON.stringify(cut(value, precision));
  if (verb === 'x' || verb === 'X') {
    const hex = [...new TextEncoder().encode(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return verb === 'X' ? hex.toUpperCase() : hex;
  }
  return wrong();
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined ? text : [...text].slice(0, precision).join('');
}

function signed(text: string, value: Value, flags: string): string {
  if ((typeof value !== 'number' && typeof value !== 'bigint') || /^[-+]/.test(text)) {
    // Go writes the sign of an infinity only when asked, except for %v; both programs have always shown it.
    return text;
  }
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text;
}

function pad(text: string, value: Value, o: { flags: string; width: number }): string {
  const length = [...text].length;
  if (length >= o.width) return text;
  if (o.flags.includes('-')) return text + ' '.repeat(o.width - length);
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (!o.flags.includes('0') || !isNumber || /[a-zA-Z]{2}/.test(text)) return ' '.repeat(o.width - length) + text;
  const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(o.width - length) + text.slice(sign.length);
}
