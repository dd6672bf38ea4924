/**
 * OTLP metric names as Prometheus names, by the published rules (OpenTelemetry specification, "Prometheus and OpenMetrics
 * compatibility"): other characters become underscores, the unit is spelled out and appended, counters end in `_total`,
 * gauges of unit `1` in `_ratio`.
 */
export type NameShape = 'gauge' | 'counter' | 'other';

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
export function prometheusName(name: string, unit: string, shape: NameShape): string {
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '');
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
  const joined = tokens.join('_');
  return /^\d/.test(joined) ? `_${joined}` : joined;
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
