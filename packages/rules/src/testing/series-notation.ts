/** The notation for series of Prometheus' tests: `up{job="a"}` and `0 1+2x3 _ 5x2 stale` (prometheus.io, "Unit testing for rules"). */
import type { Labels } from '@jaegis/model';

/** More values than this for one series is a mistake. */
const maxValues = 1_000_000;
const numberForm = '[-+]?(?:\\d+\\.?\\d*(?:[eE][-+]?\\d+)?|\\.\\d+(?:[eE][-+]?\\d+)?|[nN]a[nN]|[iI]nf)';
const itemForm = new RegExp(`^(?:(${numberForm})(?:([-+])(${numberForm}))?|(_)|stale)(?:x(\\d+))?$`);

/** The labels of `name{a="b"}`, or `undefined` when the text is none. */
export function parseSeriesText(text: string): Labels | undefined {
  const found = /^\s*([a-zA-Z_:][\w:]*)?\s*(?:\{(.*)\})?\s*$/s.exec(text);
  if (found === null || text.trim() === '') return undefined;
  const labels: Record<string, string> = found[1] === undefined ? {} : { __name__: found[1] };
  let rest = (found[2] ?? '').trim();
  while (rest !== '') {
    const pair = /^([a-zA-Z_]\w*)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(?:,\s*|$)/s.exec(rest);
    if (pair === null) return undefined;
    labels[pair[1]!] = unquote(pair[2]!);
    rest = rest.slice(pair[0].length);
  }
  return labels;
}

export function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gs, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c);
}

/**
 * The values, `null` where there is none; an error in words. A stale marker is a word here: it is told from other NaNs by its
 * bits, and lists of numbers do not keep those.
 */
export function parseValues(text: string): readonly (number | 'stale' | null)[] | string {
  const values: (number | 'stale' | null)[] = [];
  for (const item of text.split(/\s+/).filter((each) => each !== '')) {
    const found = itemForm.exec(item);
    if (found === null)
      return `${JSON.stringify(item)} is no value, must be a number, _, stale, or one of these with a repeat such as 1+2x5`;
    const [, first, sign, step, missing, times] = found;
    const repeats = times === undefined ? 0 : Number(times);
    if (values.length + repeats > maxValues) return `it has more than ${maxValues} values`;
    if (missing !== undefined) for (let i = 0; i < Math.max(1, repeats); i++) values.push(null);
    else if (first === undefined) for (let i = 0; i <= repeats; i++) values.push('stale');
    else {
      const by = step === undefined ? 0 : numberOf(step) * (sign === '-' ? -1 : 1);
      for (let i = 0; i <= repeats; i++) values.push(by === 0 ? numberOf(first) : numberOf(first) + i * by);
    }
  }
  return values;
}

export function numberOf(text: string): number {
  if (/inf/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
