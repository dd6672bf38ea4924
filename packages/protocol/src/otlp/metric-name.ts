/**
 * OTLP metric names as Prometheus names, by the published rules (OpenTelemetry specification, "Prometheus and OpenMetrics
 * compatibility"): other characters become underscores, the unit is spelled out and appended, counters end in `_total`,
 * gauges of unit `1` in `_ratio`.
 */
export type NameShape = 'gauge' | 'counter' | 'other';

/**
 * How OTLP names become Prometheus names, in Prometheus' own words (`otlp.translation_strategy`): whether characters
 * beyond ASCII letters, digits and `_:` are kept (a query then quotes the name), and whether unit and type are appended.
 */
export type OtlpTranslation =
  | 'UnderscoreEscapingWithSuffixes'
  | 'UnderscoreEscapingWithoutSuffixes'
  | 'NoUTF8EscapingWithSuffixes'
  | 'NoTranslation';

export interface OtlpNaming {
  readonly translation: OtlpTranslation;
  /** Resource attributes that become labels of each series. */
  readonly promote: readonly string[];
}

export const usualNaming: OtlpNaming = { translation: 'UnderscoreEscapingWithSuffixes', promote: [] };

/** Whether names keep all their characters. */
export function isUtf8(translation: OtlpTranslation): boolean {
  return translation === 'NoUTF8EscapingWithSuffixes' || translation === 'NoTranslation';
}

const units = new Map(
  Object.entries({
    d: 'days',
    h: 'hours',
    min: 'minutes',
    s: 'seconds',
    ms: 'milliseconds',
    us: 'microseconds',
    ns: 'nanoseconds',
    By: 'bytes',
    KiBy: 'kibibytes',
    MiBy: 'mebibytes',
    GiBy: 'gibibytes',
    TiBy: 'tibibytes',
    KBy: 'kilobytes',
    MBy: 'megabytes',
    GBy: 'gigabytes',
    TBy: 'terabytes',
    m: 'meters',
    V: 'volts',
    A: 'amperes',
    J: 'joules',
    W: 'watts',
    g: 'grams',
    Cel: 'celsius',
    Hz: 'hertz',
    '1': '',
    '%': 'percent',
  }),
);

const perUnits = new Map(
  Object.entries({ s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week', mo: 'month', y: 'year' }),
);

/** The Prometheus name of a metric, without the suffixes of histograms and summaries. Empty when nothing usable is left. */
export function prometheusName(
  name: string,
  unit: string,
  given: { readonly shape: NameShape; readonly translation: OtlpTranslation },
): string {
  const { shape, translation } = given;
  if (translation === 'NoTranslation') return name;
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '');
  if (translation === 'UnderscoreEscapingWithoutSuffixes') return startingWell(name.replace(/[^a-zA-Z0-9:_]/g, '_'));
  if (translation === 'NoUTF8EscapingWithSuffixes') return withSuffixes(name, unit, shape);
  if (tokens.length === 0) return '';
  const slash = unit.indexOf('/');
  const main = unitWord(slash < 0 ? unit : unit.slice(0, slash), units);
  if (main !== '' && !tokens.includes(main)) tokens.push(main);
  if (slash >= 0) {
    const per = unitWord(unit.slice(slash + 1), perUnits);
    if (per !== '' && !tokens.includes(per)) {
      if (tokens.at(-1) !== 'per') tokens.push('per');
      tokens.push(per);
    }
  }
  if (shape === 'counter') tokens = [...tokens.filter((token) => token !== 'total'), 'total'];
  if (shape === 'gauge' && unit.trim() === '1') tokens = [...tokens.filter((token) => token !== 'ratio'), 'ratio'];
  return startingWell(tokens.join('_'));
}

function startingWell(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}

/** The suffixes behind a name that is kept as it is, where it does not have them. */
function withSuffixes(name: string, unit: string, shape: NameShape): string {
  if (name === '') return '';
  const slash = unit.indexOf('/');
  const main = unitWord(slash < 0 ? unit : unit.slice(0, slash), units);
  const per = slash < 0 ? '' : unitWord(unit.slice(slash + 1), perUnits);
  const suffixes = [main, per === '' ? '' : `per_${per}`];
  if (shape === 'counter') suffixes.push('total');
  if (shape === 'gauge' && unit.trim() === '1') suffixes.push('ratio');
  let whole = name;
  for (const suffix of suffixes) if (suffix !== '' && !whole.endsWith(suffix)) whole += `_${suffix}`;
  return whole;
}

/** `{packet}` and the like are remarks, not units. */
function unitWord(unit: string, known: ReadonlyMap<string, string>): string {
  const plain = unit.replace(/\{[^}]*\}/g, '').trim();
  return (
    known.get(plain) ??
    plain
      .split(/[^a-zA-Z0-9]+/)
      .filter((token) => token !== '')
      .join('_')
  );
}

/** An attribute key as a label name. A leading digit or underscore gets `key` in front: `__` belongs to the system. */
export function prometheusLabelName(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/g, '_');
  if (/^\d/.test(name)) return `key_${name}`;
  return name.startsWith('_') ? `key${name}` : name;
}
