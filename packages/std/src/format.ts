import { formatDuration } from './duration.ts';

/** The unit of a quantity, as charts, messages and tables print it. */
export type Unit = 'ratio' | 'seconds' | 'bytes' | 'bytes/s' | '1/s' | 'count' | 'usd' | 'usd/h' | 'cores';

/** Writes a value with its unit and a person's precision: `1.2 k/s`, `340 ms`, `3.4 GiB`, `71 %`. Missing values are `–`. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  switch (unit) {
    case 'ratio':
      return `${shortNumber(value * 100)} %`;
    case 'seconds':
      return value !== 0 && Math.abs(value) < 0.001
        ? `${shortNumber(value * 1e6)} µs`
        : formatDuration(value * 1_000).replace(/^(-?[\d.]+)(ms|s)$/, '$1 $2');
    case 'bytes':
      return formatBytes(value);
    case 'bytes/s':
      return `${formatBytes(value)}/s`;
    case '1/s':
      return `${siNumber(value)}/s`;
    case 'usd':
      return `$${value.toFixed(Math.abs(value) < 10 ? 2 : 0)}`;
    case 'usd/h':
      return `$${value.toFixed(Math.abs(value) < 10 ? 2 : 0)}/h`;
    case 'cores':
      return `${shortNumber(value)} cores`;
    case 'count':
      return siNumber(value).trimEnd();
  }
}

function formatBytes(value: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let scaled = value;
  let index = 0;
  while (Math.abs(scaled) >= 1024 && index < names.length - 1) {
    scaled /= 1024;
    index++;
  }
  return `${shortNumber(scaled)} ${names[index]}`;
}

function siNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${shortNumber(value / 1e9)} G`;
  if (size >= 1e6) return `${shortNumber(value / 1e6)} M`;
  if (size >= 10_000) return `${shortNumber(value / 1e3)} k`;
  return shortNumber(value);
}

/** Three significant digits at most, no trailing zeros. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 4;
  const text = value.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
