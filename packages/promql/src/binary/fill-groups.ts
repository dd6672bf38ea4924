/** `fill`: what is missing on one side at a step takes a number, with the labels of the group it would belong to. */
import { type Column, emptyColumn } from '../evaluate/column.ts';
import { keepLabels, namesWithout, withoutLabels } from '../evaluate/label-sets.ts';
import type { Binary } from '../parse/ast.ts';
import type { MatchGroup } from './vector-matching.ts';

/** The groups with a column added to each side that is to be filled. */
export function fillGroups(groups: ReadonlyMap<string, MatchGroup>, binary: Binary): ReadonlyMap<string, MatchGroup> {
  const { fillLeft, fillRight, card } = binary.matching;
  if (fillLeft === undefined && fillRight === undefined) return groups;
  const fillMany = card === 'one-to-many' ? fillRight : fillLeft;
  const fillOne = card === 'one-to-many' ? fillLeft : fillRight;
  const filled = new Map<string, MatchGroup>();
  for (const [signature, group] of groups) {
    const many = fillMany === undefined ? [] : filler(group.many, group.one, { value: fillMany, binary });
    const one = fillOne === undefined ? [] : filler(group.one, group.many, { value: fillOne, binary });
    filled.set(signature, { many: [...group.many, ...many], one: [...group.one, ...one] });
  }
  return filled;
}

/** A column where the other side has samples and this one has none. */
function filler(
  own: readonly Column[],
  others: readonly Column[],
  options: { value: number; binary: Binary },
): Column[] {
  const model = others[0];
  if (model === undefined) return [];
  const { on, labels } = options.binary.matching;
  const group = on ? keepLabels(model.labels, labels) : withoutLabels(model.labels, namesWithout(labels));
  const column = emptyColumn(group, model.values.length);
  let used = false;
  for (let step = 0; step < column.present.length; step++) {
    const isThere = (each: Column) => each.present[step] === 1;
    if (own.some(isThere) || !others.some(isThere)) continue;
    column.present[step] = 1;
    column.values[step] = options.value;
    used = true;
  }
  return used ? [column] : [];
}
