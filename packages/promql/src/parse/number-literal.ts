import { parseDurationMs } from '@jaegis/std';

/** Reads a number of PromQL (decimal, hexadecimal, `Inf`, `NaN`, with underscores) or a duration, which gives its seconds. */
export function parseNumber(literal: string): number | undefined {
  const text = literal.replaceAll('_', '').toLowerCase();
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  if (body === 'inf') return sign * Number.POSITIVE_INFINITY;
  if (body === 'nan') return Number.NaN;
  const durationMs = parseDurationMs(body);
  if (durationMs !== undefined) return (sign * durationMs) / 1_000;
  return /^(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/.test(body) ? sign * Number(body) : undefined;
}
