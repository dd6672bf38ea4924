import type { MetricType } from '@jaegis/model';
import { hasControlCharacters, labelLimits } from '../otlp/limits.ts';
import { type OtlpNaming, prometheusName } from '../otlp/metric-name.ts';
import { quoted, type Refusal } from '../otlp/refusal.ts';

/** What a metric's points are, as far as it decides how they become samples. Part of a series' identity. */
export const metricKind = {
  gauge: 1,
  counter: 2,
  upDown: 3,
  deltaCounter: 4,
  deltaUpDown: 5,
  histogram: 6,
  deltaHistogram: 7,
  exponential: 8,
  deltaExponential: 9,
  summary: 10,
} as const;

/** A metric of some resource, named: shared by all agents that send it. */
export interface Definition {
  readonly id: number;
  readonly kind: number;
  /** The Prometheus name, without suffixes of histograms and summaries. */
  readonly name: string;
  /** Set when none of its points can be taken. */
  readonly refusal: Refusal | undefined;
}

/** The type in OpenMetrics' words. */
export function metricTypeOf(kind: number): MetricType {
  if (kind === metricKind.counter || kind === metricKind.deltaCounter) return 'counter';
  if (kind === metricKind.summary) return 'summary';
  return kind >= metricKind.histogram ? 'histogram' : 'gauge';
}

// `_bucket` is the longest suffix that is still to come.
const suffixRoom = '_bucket'.length;

export function defineMetric(
  id: number,
  kind: number,
  raw: { name: string; unit: string; naming: OtlpNaming },
): Definition {
  const shape =
    kind === metricKind.gauge
      ? 'gauge'
      : kind === metricKind.counter || kind === metricKind.deltaCounter
        ? 'counter'
        : 'other';
  const isNameBad = hasControlCharacters(raw.name) || hasControlCharacters(raw.unit);
  const isLong = raw.name.length > labelLimits.nameLength || raw.unit.length > 63;
  const name =
    isNameBad || isLong ? '' : prometheusName(raw.name, raw.unit, { shape, translation: raw.naming.translation });
  return { id, kind, name, refusal: refusalOf(raw, name, { isNameBad, isLong }) };
}

function refusalOf(
  raw: { name: string; unit: string },
  name: string,
  found: { isNameBad: boolean; isLong: boolean },
): Refusal | undefined {
  if (found.isNameBad)
    return {
      rejected: 'invalid_name',
      message: `metric ${quoted(raw.name)} of unit ${quoted(raw.unit)} holds control characters`,
    };
  if (found.isLong || name.length + suffixRoom > labelLimits.nameLength)
    return {
      rejected: 'label_limit',
      message: `metric ${quoted(raw.name)} of unit ${quoted(raw.unit)} is too long, must be at most ${labelLimits.nameLength} characters with its unit and suffix`,
    };
  if (name === '')
    return { rejected: 'invalid_name', message: `metric ${quoted(raw.name)} has no letter or digit in its name` };
  return undefined;
}
