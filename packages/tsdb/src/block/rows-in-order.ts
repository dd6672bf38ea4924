/**
 * The rows of the head that have samples before a time, in the order of a block (block-file.ts). Rows are parted by the
 * metric's name and sorted name by name, others getting their turn in between; they are compared by the ranks of their
 * symbols, so that each text is compared in one sort only.
 */
import type { Head } from '../head/head.ts';

export async function* rowsInOrder(head: Head, before: number, pause: () => Promise<void>): AsyncIterable<number> {
  const { series } = head;
  const metric = series.symbols.find('__name__') ?? -1;
  const byMetric = new Map<number, number[]>();
  for (let row = 0; row < series.end; row++) {
    if (row % 50_000 === 0) await pause();
    if (series.refs[row] === 0 || head.firstAt(row) >= before) continue;
    const value = metric === -1 ? -1 : series.valueOf(row, metric);
    const rows = byMetric.get(value);
    if (rows === undefined) byMetric.set(value, [row]);
    else rows.push(row);
  }
  const nameOf = (value: number): string => (value === -1 ? '' : series.symbols.text(value));
  // Texts now: symbols may be given to other strings while others have their turn.
  const groups = [...byMetric].map(([value, rows]) => ({ value, name: nameOf(value), rows }));
  // A series without the label comes after those with it: its first name is another, and that is greater.
  groups.sort((a, b) => (a.value === -1 ? 1 : b.value === -1 ? -1 : a.name < b.name ? -1 : 1));
  for (const { rows } of groups) yield* sorted(head, rows, { metric, pause });
}

interface Keyed {
  readonly row: number;
  /** Symbols of names and values in turn, without the metric's name; then their ranks, by the rank of the name. */
  key: Uint32Array;
}

/** Rows that are sorted in one go: a few milliseconds. */
const runLength = 2_000;

/** Sorts rows of one metric: in runs, with a turn for others after each, and the runs are merged as they are asked for. */
async function* sorted(
  head: Head,
  rows: readonly number[],
  of: { metric: number; pause: () => Promise<void> },
): AsyncIterable<number> {
  const { metric, pause } = of;
  const { series } = head;
  const runs: Keyed[][] = [];
  const texts = new Map<number, string>();
  for (let from = 0; from < rows.length; from += runLength) {
    await pause();
    const live = rows.slice(from, from + runLength).filter((row) => series.refs[row] !== 0);
    runs.push(live.map((row) => ({ row, key: symbolsOf(head, row, { metric, texts }) })));
  }
  const order = [...texts].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));
  const ranks = new Map(order.map(([symbol], rank) => [symbol, rank]));
  for (const run of runs) {
    await pause();
    for (const each of run) each.key = rankKey(each.key, ranks);
    run.sort((a, b) => compareKeys(a.key, b.key));
  }
  yield* mergeRuns(runs);
}

function symbolsOf(head: Head, row: number, of: { metric: number; texts: Map<number, string> }): Uint32Array {
  const { symbols } = head.series;
  const found: number[] = [];
  head.series.forEachPair(row, (name, value) => {
    if (name === of.metric) return;
    found.push(name, value);
    if (!of.texts.has(name)) of.texts.set(name, symbols.text(name));
    if (!of.texts.has(value)) of.texts.set(value, symbols.text(value));
  });
  return Uint32Array.from(found);
}

/** Ranks of names and values in turn, by the rank of the name. */
function rankKey(symbols: Uint32Array, ranks: ReadonlyMap<number, number>): Uint32Array {
  const pairs: [number, number][] = [];
  for (let i = 0; i < symbols.length; i += 2) pairs.push([ranks.get(symbols[i]!)!, ranks.get(symbols[i + 1]!)!]);
  pairs.sort((a, b) => a[0] - b[0]);
  return Uint32Array.from(pairs.flat());
}

function compareKeys(a: Uint32Array, b: Uint32Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** The least of all runs again and again, by a heap of their first rows. */
function* mergeRuns(runs: readonly (readonly Keyed[])[]): Iterable<number> {
  const heap = runs.filter((run) => run.length > 0).map((run) => ({ run, at: 0 }));
  const isLess = (a: number, b: number): boolean => {
    const [left, right] = [heap[a]!, heap[b]!];
    return compareKeys(left.run[left.at]!.key, right.run[right.at]!.key) < 0;
  };
  const sink = (from: number): void => {
    for (let at = from; ; ) {
      const child = 2 * at + 1;
      if (child >= heap.length) return;
      const lesser = child + 1 < heap.length && isLess(child + 1, child) ? child + 1 : child;
      if (!isLess(lesser, at)) return;
      [heap[at], heap[lesser]] = [heap[lesser]!, heap[at]!];
      at = lesser;
    }
  };
  for (let at = heap.length >> 1; at >= 0; at--) sink(at);
  while (heap.length > 0) {
    const top = heap[0]!;
    yield top.run[top.at]!.row;
    if (++top.at === top.run.length) {
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    }
    sink(0);
  }
}
