/** Groups of an aggregation: series with the same values of the labels that are kept. */

import type { Labels } from '@jaegis/model';
import type { Column } from '../evaluate/column.ts';
import { byCodePoint, groupKeyBy, keepLabels, namesWithout, withoutLabels } from '../evaluate/label-sets.ts';
import type { Aggregation } from '../parse/ast.ts';

export interface Group {
  readonly labels: Labels;
  readonly columns: Column[];
  /** True when any of its series is to lose its name. */
  dropName: boolean;
}

export function groupColumns(aggregation: Aggregation, columns: readonly Column[]): Group[] {
  const groups = new Groups(aggregation, (labels): Group => ({ labels, columns: [], dropName: false }));
  for (const column of columns) {
    const group = groups.of(column.labels);
    group.columns.push(column);
    if (column.dropName) group.dropName = true;
  }
  return groups.all();
}

/** The groups of an aggregation, each begun with the first of its series. */
export class Groups<T> {
  readonly #groups = new Map<string, T>();
  readonly #keyOf: (labels: Labels) => string;
  readonly #labelsOf: (labels: Labels) => Labels;
  readonly #begin: (labels: Labels) => T;

  constructor({ without, labels: names }: Aggregation, begin: (labels: Labels) => T) {
    this.#begin = begin;
    const kept = [...names].sort(byCodePoint);
    const dropped = namesWithout(names);
    this.#labelsOf = (labels) => (without ? withoutLabels(labels, dropped) : keepLabels(labels, kept));
    this.#keyOf = !without && kept.length === 0 ? () => '' : groupKeyBy(!without, names);
  }

  of(labels: Labels): T {
    const key = this.#keyOf(labels);
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, (group = this.#begin(this.#labelsOf(labels))));
    return group;
  }

  all(): T[] {
    return [...this.#groups.values()];
  }
}
