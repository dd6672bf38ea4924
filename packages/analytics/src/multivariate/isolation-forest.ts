/**
 * Isolation Forest (Liu, Ting & Zhou 2008): trees split random columns at random places until rows stand alone; a row that
 * stands alone after few splits is strange. With h the path length over the trees and c(n) the mean path of an unsuccessful
 * search in a tree of n rows, s = 2^(-h / c(n)), between 0 and 1. Each tree sees its own subsample of the past (drawn again
 * whenever the models are learned again, so the forest slides with the data). A column's part is how much the splits on it
 * shortened the path. Trees lie in flat arrays: no object per node.
 * Bad at: anything in the order of rows; faults that keep every column within its usual range.
 */
import type { Rng } from '@jaegis/std';
import type { FitContext, FittedModel, RowModel, ScaledRows } from './model.ts';

export interface ForestOptions {
  /** Trees; 100 when left out. */
  readonly trees?: number;
  /** Rows a tree sees; 256 when left out. */
  readonly subsample?: number;
  /** Splits on a path at most; the rounded up binary logarithm of the subsample when left out. */
  readonly depth?: number;
}

export const isolationForest: RowModel = {
  name: 'isolation-forest',
  about: 'random splits: a row that is soon alone is strange',
  fit: (rows, context) => growForest(rows, context),
};

const leaf = -1;

interface Trees {
  readonly roots: Int32Array;
  /** Column that a node splits on; `leaf` for a leaf. */
  readonly column: Int16Array;
  /** Where it splits; for a leaf the path that its rows would still have. */
  readonly place: Float32Array;
  /** The child below the place; the other one follows it. */
  readonly child: Int32Array;
  readonly usualPath: number;
}

export function growForest(rows: ScaledRows, { rng }: FitContext, options: ForestOptions = {}): FittedModel {
  const { trees = 100, subsample = 256 } = options;
  const size = Math.max(1, Math.min(subsample, rows.rows));
  const depth = options.depth ?? Math.ceil(Math.log2(Math.max(2, size)));
  const mostNodes = trees * (2 * size - 1);
  const grown: Trees = {
    roots: new Int32Array(trees),
    column: new Int16Array(mostNodes).fill(leaf),
    place: new Float32Array(mostNodes),
    child: new Int32Array(mostNodes),
    usualPath: Math.max(usualPath(size), 1e-9),
  };
  let used = 0;
  for (let t = 0; t < trees; t++) {
    const sample = Int32Array.from({ length: rows.rows === 0 ? 0 : size }, () => rng.int(0, rows.rows - 1));
    grown.roots[t] = used++;
    used = split(grown, { rows, rng, depth }, { node: grown.roots[t]!, members: sample, level: 0, used });
  }
  return new Forest(grown);
}

interface Work {
  readonly node: number;
  readonly members: Int32Array;
  readonly level: number;
  readonly used: number;
}

/** Splits the node's rows, then its children's; gives the number of nodes used so far. */
function split(trees: Trees, ground: { rows: ScaledRows; rng: Rng; depth: number }, work: Work): number {
  const { rows, rng, depth } = ground;
  const { node, members, level, used } = work;
  const range = level < depth && members.length > 1 ? pickRange(rows, members, rng) : undefined;
  if (range === undefined) {
    trees.place[node] = usualPath(members.length);
    return used;
  }
  const { column, least, most } = range;
  const place = Math.fround(least + (most - least) * rng.next());
  const below = members.filter((i) => known(rows, i, column) < place);
  const above = members.filter((i) => !(known(rows, i, column) < place));
  trees.column[node] = column;
  trees.place[node] = place;
  trees.child[node] = used;
  const after = split(trees, ground, { node: used, members: below, level: level + 1, used: used + 2 });
  return split(trees, ground, { node: used + 1, members: above, level: level + 1, used: after });
}

/** A column that still varies among the rows, drawn at random; none when they are all alike. */
function pickRange(rows: ScaledRows, members: Int32Array, rng: Rng) {
  const start = rng.int(0, rows.columns - 1);
  for (let k = 0; k < rows.columns; k++) {
    const column = (start + k) % rows.columns;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const i of members) {
      const value = known(rows, i, column);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    if (most > least) return { column, least, most };
  }
  return undefined;
}

/** A missing value stands where its column usually is. */
function known(rows: ScaledRows, i: number, column: number): number {
  const value = rows.z[i * rows.columns + column]!;
  return Number.isNaN(value) ? 0 : value;
}

/** c(n): the mean path of an unsuccessful search in a binary tree of n. */
function usualPath(n: number): number {
  return n <= 1 ? 0 : n === 2 ? 1 : 2 * (Math.log(n - 1) + 0.577_215_664_9) - (2 * (n - 1)) / n;
}

class Forest implements FittedModel {
  readonly #trees: Trees;

  constructor(trees: Trees) {
    this.#trees = trees;
  }

  observe(z: Float64Array, _at: number, parts: Float64Array): number {
    const { roots, column, place, child, usualPath: usual } = this.#trees;
    parts.fill(0);
    let paths = 0;
    for (const root of roots) {
      let node = root;
      let length = 0;
      while (column[node]! !== leaf) {
        const value = z[column[node]!]!;
        length++;
        node = child[node]! + ((Number.isNaN(value) ? 0 : value) < place[node]! ? 0 : 1);
      }
      const path = length + place[node]!;
      paths += path;
      // The shorter the path, the more its splits had to do with it.
      const share = Math.max(0, usual - path) / Math.max(1, length);
      for (let at = root; share > 0 && column[at]! !== leaf; ) {
        const value = z[column[at]!]!;
        parts[column[at]!]! += share;
        at = child[at]! + ((Number.isNaN(value) ? 0 : value) < place[at]! ? 0 : 1);
      }
    }
    return 2 ** (-paths / roots.length / usual);
  }
}
