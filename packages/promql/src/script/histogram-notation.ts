/**
 * `{{schema:0 sum:5 count:4 z_bucket:1 z_bucket_w:0.001 offset:1 buckets:[1 2] n_offset:0 n_buckets:[1]}}`: fields in any
 * order, each of them optional. Custom buckets: `schema:-53 custom_values:[5 10]`.
 */

import { ScriptError } from '@jaegis/std';
import { bucketsOf, type FloatHistogram, type ResetHint } from '../histogram/float-histogram.ts';
import { parseNumber } from '../parse/number-literal.ts';

const hints: readonly string[] = ['unknown', 'reset', 'not_reset', 'gauge'];

export function parseHistogram(text: string): { histogram: FloatHistogram; hintGiven: boolean } {
  const numbers = new Map<string, number>();
  const lists = new Map<string, number[]>();
  let hint: ResetHint = 'unknown';
  let hintGiven = false;
  const wrong = (what: string) => new ScriptError(`Cannot read the histogram ${text}: ${what}`);
  const read = (value: string): number => {
    const parsed = parseNumber(value);
    if (parsed === undefined) throw wrong(`"${value}" is no number`);
    return parsed;
  };
  let rest = text.slice(2, -2).trim();
  while (rest !== '') {
    const field = /^(\w+)\s*:\s*(\[[^\]]*\]|\S+)\s*/.exec(rest);
    if (field === null) throw wrong(`unexpected "${rest.slice(0, 20)}"`);
    const [whole, name, value] = field;
    rest = rest.slice(whole.length);
    if (name === 'counter_reset_hint') {
      if (!hints.includes(value!)) throw wrong(`counter_reset_hint is ${value}, must be one of ${hints.join(', ')}`);
      hint = value as ResetHint;
      hintGiven = true;
    } else if (value!.startsWith('[')) lists.set(name!, value!.slice(1, -1).split(/\s+/).filter(Boolean).map(read));
    else numbers.set(name!, read(value!));
  }
  const known = ['schema', 'sum', 'count', 'z_bucket', 'z_bucket_w', 'offset', 'n_offset'];
  const unknown = [...numbers.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw wrong(`${unknown} is not known`);
  const buckets = (name: string, offset: string) =>
    bucketsOf((lists.get(name) ?? []).map((count, i) => [i + (numbers.get(offset) ?? 0), count] as const));
  return {
    hintGiven,
    histogram: {
      schema: numbers.get('schema') ?? 0,
      count: numbers.get('count') ?? 0,
      sum: numbers.get('sum') ?? 0,
      zeroThreshold: numbers.get('z_bucket_w') ?? 0,
      zeroCount: numbers.get('z_bucket') ?? 0,
      positive: buckets('buckets', 'offset'),
      negative: buckets('n_buckets', 'n_offset'),
      customValues: lists.get('custom_values') ?? [],
      resetHint: hint,
    },
  };
}
