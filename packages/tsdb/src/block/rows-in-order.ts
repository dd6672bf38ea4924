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
  for (const { rows } of groups) {
    await pause();
    yield* sorted(head, rows, metric);
  }
}

function sorted(head: Head, rows: readonly number[], metric: number): number[] {
  const { series } = head;
  const live = rows.filter((row) => series.refs[row] !== 0);
  const pairsOf = new Map<number, number[]>();
  const symbols = new Set<number>();
  for (const row of live) {
    const pairs: number[] = [];
    series.forEachPair(row, (name, value) => {
      if (name === metric) return;
      pairs.push(name, value);
      symbols.add(name);
      symbols.add(value);
    });
    pairsOf.set(row, pairs);
  }
  const texts = [...symbols].map((symbol) => ({ symbol, text: series.symbols.text(symbol) }));
  texts.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const ranks = new Map(texts.map(({ symbol }, rank) => [symbol, rank]));
  const keys = new Map<number, Uint32Array>();
  for (const [row, pairs] of pairsOf) keys.set(row, rankKey(pairs, ranks));
  return live.sort((a, b) => compareKeys(keys.get(a)!, keys.get(b)!));
}

/** Ranks of names and values in turn, by the rank of the name. */
function rankKey(pairs: readonly number[], ranks: ReadonlyMap<number, number>): Uint32Array {
  const key: { name: number; value: number }[] = [];
  for (let i = 0; i < pairs.length; i += 2) key.push({ name: ranks.get(pairs[i]!)!, value: ranks.get(pairs[i + 1]!)! });
  key.sort((a, b) => a.name - b.name);
  return Uint32Array.from(key.flatMap(({ name, value }) => [name, value]));
}

function compareKeys(a: Uint32Array, b: Uint32Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
