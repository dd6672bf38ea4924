/**
 * Operators between two vectors. Series are grouped by the labels they are matched on, once for all steps; each pair of a
 * group is then one loop over the steps. Prometheus matches anew at each step, so that two series may stand in for each
 * other over time: what is ambiguous is therefore looked for step by step, wherever a group has more than one candidate.
 */

import { formatLabels, type Labels } from '@jaegis/model';
import { type Column, isEmpty, withHistograms } from '../evaluate/column.ts';
import { keepLabels, labelOf, labelsKey, signatureBy, withLabel, withoutLabels } from '../evaluate/label-sets.ts';
import { type QueryContext, QueryError } from '../evaluate/query-context.ts';
import { type Binary, comparisonOperators } from '../parse/ast.ts';
import { type OperatorResult, operateOnColumns, type Side } from './column-operators.ts';
import { fillGroups } from './fill-groups.ts';

export interface MatchGroup {
  readonly many: Column[];
  readonly one: Column[];
}

export function matchVectors(
  binary: Binary,
  sides: { left: readonly Column[]; right: readonly Column[] },
  context: QueryContext,
): readonly Column[] {
  const { matching } = binary;
  const isRight = matching.card === 'one-to-many';
  // The "many" side is the left one for one-to-one as well.
  const many = isRight ? sides.right : sides.left;
  const one = isRight ? sides.left : sides.right;
  const signatureOf = signatureBy(matching.on, matching.labels);
  const groups = new Map<string, MatchGroup>();
  const groupOf = (column: Column): MatchGroup => {
    const signature = signatureOf(column.labels);
    let group = groups.get(signature);
    if (group === undefined) groups.set(signature, (group = { many: [], one: [] }));
    return group;
  };
  for (const column of one) groupOf(column).one.push(column);
  for (const column of many) groupOf(column).many.push(column);
  const results = new ResultColumns(binary, context);
  const looked = stepsLookedAt(many, binary);
  for (const [signature, group] of fillGroups(groups, binary)) {
    checkOneSide(group, binary, looked);
    for (const other of group.one) for (const column of group.many) results.add(column, other, signature);
  }
  return results.columns;
}

/** Prometheus does not look at a step at which the "many" side is wholly empty, unless it is filled. */
function stepsLookedAt(many: readonly Column[], { matching }: Binary): (step: number) => boolean {
  if (matching.fillLeft !== undefined || matching.fillRight !== undefined) return () => true;
  const any = new Uint8Array(many[0]?.present.length ?? 0);
  for (const { present } of many) for (let step = 0; step < any.length; step++) any[step]! |= present[step]!;
  return (step) => any[step] === 1;
}

/** No step may have samples of two series of the "one" side, whether or not they match anything. */
function checkOneSide(group: MatchGroup, binary: Binary, isLookedAt: (step: number) => boolean): void {
  if (group.one.length < 2) return;
  const side = binary.matching.card === 'one-to-many' ? 'left' : 'right';
  const owner = new Array<Column | undefined>(group.one[0]!.values.length);
  for (const column of group.one) {
    for (let step = 0; step < column.present.length; step++) {
      if (column.present[step] === 0 || !isLookedAt(step)) continue;
      const before = owner[step];
      owner[step] = column;
      if (before === undefined) continue;
      const { on, labels } = binary.matching;
      const matched = on
        ? keepLabels(column.labels, labels)
        : withoutLabels(column.labels, new Set(['__name__', ...labels]));
      throw new QueryError(
        `found duplicate series for the match group ${formatLabels(matched)} on the ${side} hand-side of the operation: [${formatLabels(column.labels)}, ${formatLabels(before.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
  }
}

/** Results by their labels: two pairs may share one as long as they do not meet at a step. */
class ResultColumns {
  readonly #binary: Binary;
  readonly #context: QueryContext;
  readonly #found = new Map<string, Column>();
  /** For one-to-one: where a group already has a result. */
  readonly #taken = new Map<string, Uint8Array>();

  constructor(binary: Binary, context: QueryContext) {
    this.#binary = binary;
    this.#context = context;
  }

  get columns(): readonly Column[] {
    return [...this.#found.values()].filter((column) => !isEmpty(column));
  }

  add(many: Column, one: Column, signature: string): void {
    const { op, returnBool, matching } = this.#binary;
    const [left, right]: [Side, Side] = matching.card === 'one-to-many' ? [one, many] : [many, one];
    const answer = operateOnColumns(left, right, {
      op,
      returnBool,
      kept: 'left',
      context: { annotations: this.#context.annotations, place: this.#binary },
    });
    if (!answer.present.includes(1)) return;
    this.#checkUnique(signature, answer.present);
    const labels = resultLabels(many.labels, one.labels, this.#binary);
    // A name that is kept until the end tells results apart that will be the same: they are merged, or refused, there.
    const keepsName = comparisonOperators.includes(op) && !returnBool;
    const dropName = keepsName ? many.dropName : true;
    this.#put(labels, dropName, answer);
  }

  /** Only results count: what a filter takes away may be as many as it likes. */
  #checkUnique(signature: string, present: Uint8Array): void {
    if (this.#binary.matching.card !== 'one-to-one') return;
    const before = this.#taken.get(signature);
    const taken = before ?? new Uint8Array(present.length);
    for (let step = 0; step < taken.length; step++) {
      if (present[step] === 0) continue;
      if (taken[step] === 1)
        throw new QueryError(
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
        );
      taken[step] = 1;
    }
    if (before === undefined) this.#taken.set(signature, taken);
  }

  #put(labels: Labels, dropName: boolean, answer: OperatorResult): void {
    const key = labelsKey(labels);
    const before = this.#found.get(key);
    if (before === undefined) {
      this.#found.set(key, { labels, dropName, ...answer });
      return;
    }
    const column = answer.histograms === undefined ? before : withHistograms(before);
    for (let step = 0; step < answer.present.length; step++) {
      if (answer.present[step] === 0) continue;
      if (column.present[step] === 1)
        throw new QueryError('multiple matches for labels: grouping labels must ensure unique matches');
      column.present[step] = 1;
      column.values[step] = answer.values[step]!;
      if (answer.histograms !== undefined) column.histograms![step] = answer.histograms[step];
    }
    this.#found.set(key, { ...column, dropName: column.dropName || dropName });
  }
}

function resultLabels(many: Labels, one: Labels, { matching }: Binary): Labels {
  if (matching.card === 'one-to-one') {
    if (matching.on) return keepLabels(many, matching.labels);
    return matching.labels.length === 0 ? many : withoutLabels(many, new Set(matching.labels));
  }
  let labels = many;
  for (const name of matching.include) labels = withLabel(labels, name, labelOf(one, name));
  return labels;
}
