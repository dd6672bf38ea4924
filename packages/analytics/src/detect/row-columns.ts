/**
 * A table of typed columns that grows by doubling, with rows that are handed out and taken back, and a byte form.
 *
 * Bytes: magic "JGRC", version (u32), schema hash (u32), number of rows (u32), which are in use (a byte each), then each
 * column's rows as they lie in memory (little endian on every machine that Node runs on), then FNV-1a of all before it (u32).
 */
export type ColumnKind = 'f64' | 'f32' | 'u32' | 'i16' | 'u16' | 'u8';
/** Kind and how many values a row has of it. */
export type ColumnSpec = readonly [kind: ColumnKind, width: number];

type ColumnArray<K extends ColumnKind> = K extends 'f64'
  ? Float64Array
  : K extends 'f32'
    ? Float32Array
    : K extends 'u32'
      ? Uint32Array
      : K extends 'i16'
        ? Int16Array
        : K extends 'u16'
          ? Uint16Array
          : Uint8Array;

export type Columns<S extends Record<string, ColumnSpec>> = { [N in keyof S]: ColumnArray<S[N][0]> };

const arrayOf = {
  f64: Float64Array,
  f32: Float32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  u8: Uint8Array,
};
const magic = 0x4a475243;
const headerBytes = 16;
const maxRows = 2 ** 26;

export class RowColumns<S extends Record<string, ColumnSpec>> {
  /** The columns; replaced when the table grows, so read them through this object in each call. */
  columns: Columns<S>;
  readonly bytesPerRow: number;
  readonly #spec: S;
  readonly #schema: number;
  readonly #version: number;
  #capacity = 16;
  #used = 0;
  #live: Uint8Array = new Uint8Array(16);
  #free: number[] = [];

  constructor(name: string, spec: S, version = 1) {
    this.#spec = spec;
    this.#version = version;
    this.#schema = fnv1a(new TextEncoder().encode(`${name} ${JSON.stringify(spec)}`));
    this.columns = makeColumns(spec, this.#capacity);
    this.bytesPerRow = 1;
    for (const [kind, width] of Object.values(spec)) this.bytesPerRow += arrayOf[kind].BYTES_PER_ELEMENT * width;
  }

  /** Rows in use. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  has(row: number): boolean {
    return row < this.#used && this.#live[row] === 1;
  }

  /** A fresh row, all zero. */
  add(): number {
    const row = this.#free.pop() ?? this.#used++;
    if (row >= this.#capacity) this.#grow(this.#capacity * 2);
    this.#live[row] = 1;
    for (const [name, [, width]] of Object.entries(this.#spec)) {
      this.columns[name as keyof S].fill(0, row * width, (row + 1) * width);
    }
    return row;
  }

  remove(row: number): void {
    if (!this.has(row)) return;
    this.#live[row] = 0;
    this.#free.push(row);
  }

  /** The rows from `from` up to `to`, in use or not; all that ever were when left out. */
  toBytes(from = 0, to: number = this.#used): Uint8Array {
    const rows = Math.max(0, Math.min(to, this.#used) - from);
    const bytes = new Uint8Array(headerBytes + rows * this.bytesPerRow + 4);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, magic);
    view.setUint32(4, this.#version);
    view.setUint32(8, this.#schema);
    view.setUint32(12, rows);
    bytes.set(this.#live.subarray(from, from + rows), headerBytes);
    let offset = headerBytes + rows;
    for (const [name, [, width]] of Object.entries(this.#spec)) {
      const part = this.columns[name as keyof S].subarray(from * width, (from + rows) * width);
      bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
      offset += part.byteLength;
    }
    view.setUint32(offset, fnv1a(bytes.subarray(0, offset)));
    return bytes;
  }

  /** Whether the bytes are exactly what `toBytes` of such a table wrote. */
  fits(bytes: Uint8Array): boolean {
    if (bytes.byteLength < headerBytes + 4) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0) !== magic || view.getUint32(4) !== this.#version || view.getUint32(8) !== this.#schema) {
      return false;
    }
    const rows = view.getUint32(12);
    const end = headerBytes + rows * this.bytesPerRow;
    if (rows > maxRows || bytes.byteLength !== end + 4) return false;
    return view.getUint32(end) === fnv1a(bytes.subarray(0, end));
  }

  /** Replaces all rows. False, and nothing changed, when the bytes do not fit. */
  fromBytes(bytes: Uint8Array): boolean {
    if (!this.fits(bytes)) return false;
    this.#used = 0;
    this.#free = [];
    this.append(bytes);
    return true;
  }

  /** Puts bytes that fit behind the rows that are there, holes included; gives the number of the first. */
  append(bytes: Uint8Array): number {
    const first = this.#used;
    const rows = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12);
    let capacity = this.#capacity;
    while (capacity < first + rows) capacity *= 2;
    if (capacity > this.#capacity) this.#grow(capacity);
    this.#live.set(bytes.subarray(headerBytes, headerBytes + rows), first);
    let offset = headerBytes + rows;
    for (const [name, [, width]] of Object.entries(this.#spec)) {
      const column = this.columns[name as keyof S];
      const length = rows * width * column.BYTES_PER_ELEMENT;
      new Uint8Array(column.buffer, first * width * column.BYTES_PER_ELEMENT, length).set(
        bytes.subarray(offset, offset + length),
      );
      offset += length;
    }
    this.#used = first + rows;
    for (let row = this.#used - 1; row >= first; row--) if (this.#live[row] === 0) this.#free.push(row);
    return first;
  }

  #grow(capacity: number): void {
    const columns = makeColumns(this.#spec, capacity);
    for (const name of Object.keys(this.#spec) as (keyof S)[]) columns[name].set(this.columns[name] as never);
    const live = new Uint8Array(capacity);
    live.set(this.#live);
    this.columns = columns;
    this.#live = live;
    this.#capacity = capacity;
  }
}

function makeColumns<S extends Record<string, ColumnSpec>>(spec: S, rows: number): Columns<S> {
  const columns: Record<string, unknown> = {};
  for (const [name, [kind, width]] of Object.entries(spec)) columns[name] = new arrayOf[kind](rows * width);
  return columns as Columns<S>;
}

/** FNV-1a, 32 bits: enough to tell a damaged or foreign snapshot from a good one. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}
