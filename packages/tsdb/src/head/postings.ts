/**
 * The inverted index: for each label name and value the rows that carry it. Lists are in no order (rows are reused), and
 * a value with one row is kept as that row's number, because most values of a label that tells series apart have one.
 * An intersection walks the shortest list and asks each row for the rest: no merging, nothing to keep sorted.
 */
type Rows = number | RowList;

class RowList {
  rows = new Uint32Array(4);
  length = 0;

  push(row: number): void {
    if (this.length === this.rows.length) {
      const grown = new Uint32Array(this.length * 2);
      grown.set(this.rows);
      this.rows = grown;
    }
    this.rows[this.length++] = row;
  }
}

export class Postings {
  readonly #names = new Map<number, Map<number, Rows>>();
  /** Values that went: until then the values of a name only get more, the new ones at the end. */
  removals = 0;

  add(name: number, value: number, row: number): void {
    let values = this.#names.get(name);
    if (values === undefined) {
      values = new Map();
      this.#names.set(name, values);
    }
    const rows = values.get(value);
    if (rows === undefined) {
      values.set(value, row);
    } else if (typeof rows === 'number') {
      const list = new RowList();
      list.push(rows);
      list.push(row);
      values.set(value, list);
    } else {
      rows.push(row);
    }
  }

  /** Takes out of one list every row that `isGone` says; the list itself when nothing is left of it. */
  sweep(name: number, value: number, isGone: (row: number) => boolean): void {
    const values = this.#names.get(name);
    const rows = values?.get(value);
    if (values === undefined || rows === undefined) return;
    if (typeof rows !== 'number') {
      let kept = 0;
      for (let i = 0; i < rows.length; i++) {
        const row = rows.rows[i]!;
        if (!isGone(row)) rows.rows[kept++] = row;
      }
      rows.length = kept;
      if (kept > 0) return;
    } else if (!isGone(rows)) {
      return;
    }
    values.delete(value);
    this.removals++;
    if (values.size === 0) this.#names.delete(name);
  }

  /** How many rows carry the pair. */
  count(name: number, value: number): number {
    const rows = this.#names.get(name)?.get(value);
    return rows === undefined ? 0 : typeof rows === 'number' ? 1 : rows.length;
  }

  /** Whether a row that carries the pair is one of those that `isWanted` says. */
  hasAny(name: number, value: number, isWanted: (row: number) => boolean): boolean {
    const rows = this.#names.get(name)?.get(value);
    if (rows === undefined) return false;
    if (typeof rows === 'number') return isWanted(rows);
    for (let i = 0; i < rows.length; i++) if (isWanted(rows.rows[i]!)) return true;
    return false;
  }

  /** Calls `visit` for each row that carries the pair. */
  forEach(name: number, value: number, visit: (row: number) => void): void {
    const rows = this.#names.get(name)?.get(value);
    if (rows === undefined) return;
    if (typeof rows === 'number') visit(rows);
    else for (let i = 0; i < rows.length; i++) visit(rows.rows[i]!);
  }

  /** The numbers of all label names. */
  names(): Iterable<number> {
    return this.#names.keys();
  }

  /** How many values a label has. */
  valueCount(name: number): number {
    return this.#names.get(name)?.size ?? 0;
  }

  /** The numbers of all values of a label. */
  values(name: number): Iterable<number> {
    return this.#names.get(name)?.keys() ?? [];
  }

  /** An estimate, for statistics. */
  get bytes(): number {
    let bytes = 0;
    for (const values of this.#names.values()) {
      bytes += values.size * 40;
      for (const rows of values.values()) if (typeof rows !== 'number') bytes += 120 + rows.rows.byteLength;
    }
    return bytes;
  }
}
