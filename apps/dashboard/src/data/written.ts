import { formatValue, shortNumber, type Unit } from '@jaegis/std';

/**
 * A value as a person would write it, for tables and legends: shares with two digits at most (`69 %`, `2.1 %`,
 * `0.21 %`, `<0.01 %`), everything else as the whole of JAEGIS writes it. Missing values are `–`.
 */
export function written(value: number | null | undefined, unit: Unit): string {
  if (unit === '1/s' && typeof value === 'number' && Math.abs(value) < 1)
    return formatValue(Math.round(value * 100) / 100, unit);
  if (unit !== 'ratio' || value === null || value === undefined || !Number.isFinite(value))
    return formatValue(value, unit);
  const percent = value * 100;
  const size = Math.abs(percent);
  if (size === 0) return '0 %';
  if (size < 0.01) return '<0.01 %';
  const digits = size >= 9.95 ? 0 : size >= 1 ? 1 : 2;
  return `${shortNumber(Number(percent.toFixed(digits)))} %`;
}
