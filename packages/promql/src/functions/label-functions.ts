/** label_replace and label_join: they change labels and look at no sample. */
import { compileCaptureRegex } from '@jaegis/std';
import { type Column, type VectorValue, vectorOf } from '../evaluate/column.ts';
import { labelOf, withLabel } from '../evaluate/label-sets.ts';
import { mergeColumns } from '../evaluate/merge-columns.ts';
import { QueryError } from '../evaluate/query-context.ts';
import { isUtf8 } from '../parse/string-literal.ts';

/** Any text that is UTF-8 may name a label. */
function isLabelName(name: string): boolean {
  return name !== '' && isUtf8(name);
}

export function labelReplace(vector: VectorValue, texts: readonly string[]): VectorValue {
  const [target = '', replacement = '', source = '', pattern = ''] = texts;
  const regex = compileCaptureRegex(pattern);
  if (!regex.ok) throw new QueryError(`invalid regular expression in label_replace(): ${pattern}`);
  if (!isLabelName(target)) throw new QueryError(`invalid destination label name in label_replace(): ${target}`);
  const columns = vector.columns.map((column): Column => {
    const groups = regex.exec(labelOf(column.labels, source));
    if (groups === undefined) return column;
    return relabelled(column, target, expand(replacement, groups, regex.names));
  });
  return vectorOf(mergeColumns(columns));
}

export function labelJoin(vector: VectorValue, texts: readonly string[]): VectorValue {
  const [target = '', separator = '', ...sources] = texts;
  const wrong = sources.find((source) => !isLabelName(source));
  if (wrong !== undefined) throw new QueryError(`invalid source label name in label_join(): ${wrong}`);
  if (!isLabelName(target)) throw new QueryError(`invalid destination label name in label_join(): ${target}`);
  const columns = vector.columns.map((column) => {
    const joined = sources.map((source) => labelOf(column.labels, source)).join(separator);
    return relabelled(column, target, joined);
  });
  return vectorOf(mergeColumns(columns));
}

function relabelled(column: Column, name: string, value: string): Column {
  const dropName = name === '__name__' ? false : column.dropName;
  return { ...column, labels: withLabel(column.labels, name, value), dropName };
}

/** Go's templates: `$1`, `${1}`, `$name`, `${name}`, and `$$` for a dollar; what names no group is empty. */
function expand(template: string, groups: readonly (string | undefined)[], names: ReadonlyMap<string, number>): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare!;
    const index = /^\d+$/.test(name) ? Number(name) : names.get(name);
    return index === undefined ? '' : (groups[index] ?? '');
  });
}
