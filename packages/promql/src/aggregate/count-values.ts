/** count_values: how often each value occurs, the value as a label. */
import type { Annotations } from '../evaluate/annotations.ts';
import { type Column, emptyColumn } from '../evaluate/column.ts';
import { labelsKey, withLabel } from '../evaluate/label-sets.ts';
import { QueryError } from '../evaluate/query-context.ts';
import { histogramText } from '../histogram/histogram-text.ts';
import { isUtf8, quoteText } from '../parse/string-literal.ts';
import type { Group } from './groups.ts';

export function countValues(groups: readonly Group[], label: string, _annotations: Annotations): readonly Column[] {
  if (label === '' || !isUtf8(label)) throw new QueryError(`invalid label name ${quoteText(label)}`);
  const found = new Map<string, Column>();
  for (const group of groups) {
    const texts = new Map<number, Column>();
    for (const column of group.columns) {
      for (let step = 0; step < column.values.length; step++) {
        if (column.present[step] === 0) continue;
        const histogram = column.histograms?.[step];
        const value = column.values[step]!;
        // Minus zero is the same key as zero, but another text.
        const known = histogram === undefined && value !== 0 ? texts.get(value) : undefined;
        const counter =
          known ?? counterOf(group, histogram === undefined ? decimalText(value) : histogramText(histogram));
        if (histogram === undefined && value !== 0) texts.set(value, counter);
        counter.present[step] = 1;
        counter.values[step]! += 1;
      }
    }
  }
  return [...found.values()];

  function counterOf(group: Group, text: string): Column {
    const labels = withLabel(group.labels, label, text);
    const key = labelsKey(labels);
    let counter = found.get(key);
    if (counter === undefined) {
      const dropName = label === '__name__' ? false : group.dropName;
      found.set(key, (counter = emptyColumn(labels, group.columns[0]!.values.length, dropName)));
    }
    return counter;
  }
}

/** Without an exponent, as Go's format 'f' has it. */
function decimalText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign, first, rest = '', exponent] = parts;
  const digits = first! + rest;
  const point = Number(exponent) + 1;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}
