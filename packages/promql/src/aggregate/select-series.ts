/**
 * Aggregations that keep some samples of a group as they are: topk and bottomk by value (a heap of k at each step; NaN
 * comes last), limitk the first k series, limit_ratio a share of the series by a hash of their labels.
 */
import { type Column, isEmpty } from '../evaluate/column.ts';
import { labelsKey } from '../evaluate/label-sets.ts';
import { QueryError } from '../evaluate/query-context.ts';
import type { AggregationOptions } from './aggregation-options.ts';
import type { Group } from './groups.ts';

export function selectSeries(groups: readonly Group[], options: AggregationOptions): readonly Column[] {
  const { op } = options;
  const params = options.param!;
  if (op === 'limit_ratio') return limitRatio(groups, params, options);
  checkCounts(params);
  const result: Column[] = [];
  for (const { columns } of groups) {
    // Only of the few that are kept.
    const kept = new Map<number, Uint8Array>();
    for (let step = 0; step < params.length; step++) {
      const k = Math.trunc(params[step]!);
      if (!(k >= 1)) continue;
      for (const i of op === 'limitk' ? firstOf(columns, step, k) : extremesOf(columns, step, { k, op })) {
        let present = kept.get(i);
        if (present === undefined) kept.set(i, (present = new Uint8Array(params.length)));
        present[step] = 1;
      }
    }
    if (op !== 'limitk' && columns.some((column) => column.histograms?.some((each) => each !== undefined)))
      options.annotations.info(`ignored histogram in ${op} aggregation`, options.place);
    for (const i of [...kept.keys()].sort((a, b) => a - b)) result.push({ ...columns[i]!, present: kept.get(i)! });
  }
  // One step has an order of its own: by value within each group.
  if (params.length === 1 && op !== 'limitk') return inOrderOfValue(groups, result, op);
  return result;
}

function checkCounts(params: Float64Array): void {
  for (const k of params) {
    if (Number.isNaN(k)) throw new QueryError('Parameter value is NaN');
    if (k >= 2 ** 63 || k < -(2 ** 63)) throw new QueryError(`Scalar value ${k} overflows int64`);
  }
}

function* firstOf(columns: readonly Column[], step: number, k: number): Generator<number> {
  let found = 0;
  for (let i = 0; i < columns.length && found < k; i++) {
    if (columns[i]!.present[step] === 0) continue;
    found++;
    yield i;
  }
}

/** Indices of the k best columns at a step: a heap whose top is the worst of them. */
function extremesOf(columns: readonly Column[], step: number, options: { k: number; op: string }): number[] {
  const isTop = options.op === 'topk';
  const heap: number[] = [];
  const valueAt = (i: number) => columns[i]!.values[step]!;
  // True when a is worse than b: NaN is worse than everything.
  const isWorse = (a: number, b: number): boolean => {
    const x = valueAt(a);
    const y = valueAt(b);
    if (Number.isNaN(x)) return !Number.isNaN(y);
    return isTop ? x < y : x > y;
  };
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    if (column.present[step] === 0 || column.histograms?.[step] !== undefined) continue;
    if (heap.length < options.k) {
      heap.push(i);
      siftUp(heap, isWorse);
    } else if (isWorse(heap[0]!, i)) {
      heap[0] = i;
      siftDown(heap, isWorse);
    }
  }
  return heap;
}

function siftUp(heap: number[], isWorse: (a: number, b: number) => boolean): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isWorse(heap[at]!, heap[parent]!)) return;
    [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
    at = parent;
  }
}

function siftDown(heap: number[], isWorse: (a: number, b: number) => boolean): void {
  let at = 0;
  for (;;) {
    let worst = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && isWorse(heap[child]!, heap[worst]!)) worst = child;
    if (worst === at) return;
    [heap[at], heap[worst]] = [heap[worst]!, heap[at]!];
    at = worst;
  }
}

function inOrderOfValue(groups: readonly Group[], kept: readonly Column[], op: string): readonly Column[] {
  // Columns that are kept share their values with those of their group.
  const wanted = new Set(kept.map(({ values }) => values));
  const groupOf = new Map<Float64Array, number>();
  for (const [i, { columns }] of groups.entries())
    for (const { values } of columns) if (wanted.has(values)) groupOf.set(values, i);
  const order = (a: Column, b: Column): number => {
    const byGroup = groupOf.get(a.values)! - groupOf.get(b.values)!;
    if (byGroup !== 0) return byGroup;
    const [x, y] = [a.values[0]!, b.values[0]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return (Number.isNaN(x) ? 1 : 0) - (Number.isNaN(y) ? 1 : 0);
    return op === 'topk' ? y - x || 0 : x - y || 0;
  };
  return [...kept].sort(order);
}

function limitRatio(groups: readonly Group[], params: Float64Array, options: AggregationOptions): readonly Column[] {
  const ratios = params.map((ratio) => {
    if (Number.isNaN(ratio)) throw new QueryError('Ratio value is NaN');
    const capped = Math.max(-1, Math.min(1, ratio));
    if (capped !== ratio)
      options.annotations.warn(
        `ratio value should be between -1 and 1, got ${ratio}, capping to ${capped}`,
        options.place,
      );
    return capped;
  });
  const result: Column[] = [];
  for (const column of groups.flatMap((group) => group.columns)) {
    const place = hashShare(labelsKey(column.labels));
    const isIn = (ratio: number) => (ratio >= 0 ? place < ratio : place >= 1 + ratio);
    const present = column.present.map((here, step) => (isIn(ratios[step]!) ? here : 0));
    const kept = { ...column, present };
    if (!isEmpty(kept)) result.push(kept);
  }
  return result;
}

/** A number in [0, 1) that depends on the text only (FNV-1a, its bits mixed as in MurmurHash3). */
function hashShare(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
