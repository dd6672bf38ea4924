/** and, or, unless: which samples of the left side (and, for `or`, of the right) stay, step by step. */
import { type Column, isEmpty } from '../evaluate/column.ts';
import { signatureBy } from '../evaluate/label-sets.ts';
import type { Binary } from '../parse/ast.ts';

export function evaluateSet(binary: Binary, left: readonly Column[], right: readonly Column[]): readonly Column[] {
  const signatureOf = signatureBy(binary.matching.on, binary.matching.labels);
  if (binary.op === 'or') {
    const taken = presence(left, signatureOf);
    return [...left, ...masked(right, (column) => taken.get(signatureOf(column.labels)), 0)];
  }
  const others = presence(right, signatureOf);
  return masked(left, (column) => others.get(signatureOf(column.labels)), binary.op === 'and' ? 1 : 0);
}

/** For each signature, the steps at which any of its series has a sample. */
function presence(columns: readonly Column[], signatureOf: (labels: Column['labels']) => string) {
  const found = new Map<string, Uint8Array>();
  for (const column of columns) {
    const signature = signatureOf(column.labels);
    const before = found.get(signature);
    if (before === undefined) found.set(signature, column.present.slice());
    else for (let step = 0; step < before.length; step++) before[step]! |= column.present[step]!;
  }
  return found;
}

/** The samples of columns where the other side has, or has not, a sample. */
function masked(
  columns: readonly Column[],
  otherOf: (column: Column) => Uint8Array | undefined,
  wanted: 0 | 1,
): readonly Column[] {
  const result: Column[] = [];
  for (const column of columns) {
    const other = otherOf(column);
    if (other === undefined) {
      if (wanted === 0) result.push(column);
      continue;
    }
    const kept = { ...column, present: column.present.map((here, step) => (other[step] === wanted ? here : 0)) };
    if (!isEmpty(kept)) result.push(kept);
  }
  return result;
}
