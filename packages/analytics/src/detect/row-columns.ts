/**
 * A table of typed columns that grows by doubling, with rows that are handed out and taken back, and a byte form.
 *
 * Bytes: magic "JGRC", version (u32), schema hash (u32), rows in use up to (u32), then each column's first `used` rows as
 * they lie in memory (little endian on every machine that Node runs on), then FNV-1a of all before it (u32).
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

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(headerBytes + this.#used * this.bytesPerRow + 4);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, magic);
    view.setUint32(4, this.#version);
    view.setUint32(8, this.#schema);
    view.setUint32(12, this.#used);
    bytes.set(this.#live.subarray(0, this.#used), headerBytes);
    let offset = headerBytes + this.#used;
    for (const [name, [, width]] of Object.entries(this.#spec)) {
      const part = this.columns[name as keyof S].subarray(0, this.#used * width);
      bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
      offset += part.byteLength;
    }
    view.setUint32(offset, fnv1a(bytes.subarray(0, offset)));
    return bytes;
  }

  /** False, and nothing changed, when the bytes are not exactly what `toBytes` of the same table wrote. */
  fromBytes(bytes: Uint8Array): boolean {
    if (bytes.byteLength < headerBytes + 4) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0) !== magic || view.getUint32(4) !== this.#version || view.getUint32(8) !== this.#schema) {
      return false;
    }
    const used = view.getUint32(12);
    const end = headerBytes + used * this.bytesPerRow;
    if (used > maxRows || bytes.byteLength !== end + 4) return false;
    if (view.getUint32(end) !== fnv1a(bytes.subarray(0, end))) return false;
    let capacity = 16;
    while (capacity < used) capacity *= 2;
    const columns = makeColumns(this.#spec, capacity);
    let offset = headerBytes + used;
    for (const [name, [, width]] of Object.entries(this.#spec)) {
      const column = columns[name as keyof S];
      const length = used * width * column.BYTES_PER_ELEMENT;
      new Uint8Array(column.buffer, 0, length).set(bytes.subarray(offset, offset + length));
      offset += length;
    }
    this.columns = columns;
    this.#capacity = capacity;
    this.#used = used;
    this.#live = new Uint8Array(capacity);
    this.#live.set(bytes.subarray(headerBytes, headerBytes + used));
    this.#free = [];
    for (let row = used - 1; row >= 0; row--) if (this.#live[row] === 0) this.#free.push(row);
    return true;
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
