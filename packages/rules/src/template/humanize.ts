/** The humanize functions of Prometheus' templates (prometheus/common, helpers/templates), digit for digit. */
import { formatG } from './go-format.ts';

const large = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const binary = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];
const small = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];

export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return formatG(value, 4);
  return Math.abs(value) >= 1 ? scaled(value, large, 1_000) : shrunk(value);
}

export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return formatG(value, 4);
  return scaled(value, binary, 1_024);
}

/** Seconds to `1d 2h 3m 4s`, `12.5s`, `340ms`. */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatG(seconds, 4);
  if (seconds === 0) return '0s';
  if (Math.abs(seconds) < 1) return `${shrunk(seconds)}s`;
  const sign = seconds < 0 ? '-' : '';
  const value = Math.abs(seconds);
  const whole = Math.floor(value);
  const [s, m, h, d] = [
    whole % 60,
    Math.floor(whole / 60) % 60,
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 86_400),
  ];
  if (d > 0) return `${sign}${d}d ${h}h ${m}m ${s}s`;
  if (h > 0) return `${sign}${h}h ${m}m ${s}s`;
  if (m > 0) return `${sign}${m}m ${s}s`;
  return `${sign}${formatG(value, 4)}s`;
}

export function humanizePercentage(ratio: number): string {
  return `${formatG(ratio * 100, 4)}%`;
}

function scaled(value: number, prefixes: readonly string[], step: number): string {
  let rest = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(rest) < step) break;
    prefix = next;
    rest /= step;
  }
  return `${formatG(rest, 4)}${prefix}`;
}

function shrunk(value: number): string {
  let rest = value;
  let prefix = '';
  for (const next of small) {
    if (Math.abs(rest) >= 1) break;
    prefix = next;
    rest *= 1_000;
  }
  return `${formatG(rest, 4)}${prefix}`;
}
