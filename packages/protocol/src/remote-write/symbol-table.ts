/**
 * Remote write 2.0 names labels by their index in a table of strings that each request brings along. Each string of a
 * request is looked up once by its bytes and gets a number that stays the same over requests; a series is then the row
 * of its symbols' numbers, and becomes strings only when it was never seen. A number is never given twice, so a symbol
 * that was forgotten meanwhile costs a resolution and cannot be taken for another.
 */
import type { MetricMetadata } from '@jaegis/model';
import { assert } from '@jaegis/std';
import { type ByteRange, IdentityTable } from '../identity-table.ts';
import { readText } from '../wire/utf8.ts';
import { WireError, type WireReader } from '../wire/wire-reader.ts';
import { metadataType } from './metadata.ts';

const nameSymbol = new TextEncoder().encode('__name__');

export class SymbolTable {
  readonly #numbers: IdentityTable;
  readonly #seenMetadata: IdentityTable;
  readonly #range: ByteRange;
  #bytes: Uint8Array = new Uint8Array(0);
  #starts = new Uint32Array(1_024);
  #ends = new Uint32Array(1_024);
  /** The lasting number of each symbol of the request; 0 is not looked up yet. */
  #ids = new Uint32Array(1_024);
  #count = 0;
  #next = 1;
  #nameId = 0;
  /** The label refs read last, and the row of their numbers. */
  #refs = new Uint32Array(128);
  #refCount = 0;
  #row = new Uint32Array(128);
  #rowBytes = new Uint8Array(this.#row.buffer);
  #rowView = new DataView(this.#row.buffer);

  constructor(options: { readonly maxSymbols: number; readonly hashSeed: number }) {
    const { maxSymbols: maxEntries, hashSeed: seed } = options;
    this.#numbers = new IdentityTable({ maxEntries, maxBytes: maxEntries * 128, seed });
    this.#seenMetadata = new IdentityTable({ maxEntries: 20_000, maxBytes: 20_000 * 32, seed });
    this.#range = { bytes: this.#bytes, view: this.#rowView, start: 0, end: 0, hash: 0 };
  }

  get bytes(): number {
    return this.#numbers.bytes;
  }

  get dropped(): number {
    return this.#numbers.dropped;
  }

  /** Finds the symbols of the request that the reader stands at the start of, and leaves it there. */
  read(reader: WireReader): void {
    const start = reader.pos;
    this.#bytes = reader.bytes;
    this.#range.bytes = reader.bytes;
    this.#range.view = reader.view;
    this.#count = 0;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== 0x22) {
        reader.skip(tag);
        continue;
      }
      const limit = reader.limit();
      if (this.#count === this.#starts.length) this.#grow();
      this.#starts[this.#count] = reader.pos;
      this.#ends[this.#count] = limit;
      this.#ids[this.#count++] = 0;
      reader.pos = limit;
    }
    reader.pos = start;
  }

  /** Reads the label refs (fields of `tag`) between the reader's position and `end`; points `into` at their numbers. */
  readRefs(reader: WireReader, given: { end: number; tag: number; into: ByteRange }): void {
    this.#collectRefs(reader, given.end, given.tag);
    const count = this.#refCount;
    for (let i = 0; i < count; i++) this.#row[i] = this.#idOf(this.#refs[i]!);
    const { into } = given;
    into.bytes = this.#rowBytes;
    into.view = this.#rowView;
    into.start = 0;
    into.end = count * 4;
  }

  /** The labels that `readRefs` read last, as text. */
  labels(): [string, string][] {
    return this.#pairs();
  }

  /** The labels between the reader's position and `end`, as text. */
  pairs(reader: WireReader, given: { end: number; tag: number }): [string, string][] {
    // The series' own refs are still needed behind its exemplars.
    const own = this.#refs.slice(0, this.#refCount);
    this.#collectRefs(reader, given.end, given.tag);
    const found = this.#pairs();
    this.#refs.set(own);
    this.#refCount = own.length;
    return found;
  }

  /** The `Metadata` between the reader's position and `end`, of the series read last; `undefined` when it was told before. */
  newMetadata(reader: WireReader, end: number): MetricMetadata | undefined {
    let type = 0;
    let help = 0;
    let unit = 0;
    reader.end = end;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x08) type = reader.uint32();
      else if (tag === 0x18) help = reader.uint32();
      else if (tag === 0x20) unit = reader.uint32();
      else reader.skip(tag);
    }
    let name = -1;
    for (let i = 0; i + 1 < this.#refCount; i += 2) if (this.#row[i] === this.#nameId) name = this.#refs[i + 1]!;
    if (name === -1 || this.#nameId === 0) return undefined;
    const row = new Uint32Array([this.#idOf(name), type, this.#idOf(help), this.#idOf(unit)]);
    const bytes = new Uint8Array(row.buffer);
    const range = { bytes, view: new DataView(row.buffer), start: 0, end: bytes.length, hash: 0 };
    if (this.#seenMetadata.find(0, 1, range) !== 0) return undefined;
    this.#seenMetadata.add(0, 1, range, 1);
    return { name: this.#text(name), type: metadataType(type), help: this.#text(help), unit: this.#text(unit) };
  }

  #collectRefs(reader: WireReader, end: number, tag: number): void {
    let count = 0;
    reader.end = end;
    for (let found = reader.tag(); found !== 0; found = reader.tag()) {
      if (found === tag) {
        const limit = reader.limit();
        // A ref takes a byte at least.
        if (count + limit - reader.pos > this.#refs.length) this.#growRefs(count + limit - reader.pos);
        const { bytes } = reader;
        while (reader.pos < limit) {
          const byte = bytes[reader.pos]!;
          if (byte < 0x80) {
            reader.pos++;
            this.#refs[count++] = byte;
          } else this.#refs[count++] = reader.uint32();
        }
        if (reader.pos !== limit) throw new WireError('label refs end inside a number');
      } else if (found === tag - 2) {
        if (count === this.#refs.length) this.#growRefs(count * 2);
        this.#refs[count++] = reader.uint32();
      } else reader.skip(found);
    }
    if (count % 2 !== 0) throw new WireError(`label refs are ${count}, must be pairs of name and value`);
    this.#refCount = count;
  }

  #idOf(ref: number): number {
    if (ref >= this.#count) throw new WireError(`a symbol ref is ${ref}, must be below ${this.#count}`);
    const known = this.#ids[ref]!;
    return known !== 0 ? known : this.#lookUp(ref);
  }

  #lookUp(ref: number): number {
    const range = this.#range;
    range.start = this.#starts[ref]!;
    range.end = this.#ends[ref]!;
    let id = this.#numbers.find(0, 1, range);
    if (id === 0) {
      assert(this.#next < 0xffffffff, 'symbol numbers have run out');
      id = this.#next++;
      this.#numbers.add(0, 1, range, id);
    }
    this.#ids[ref] = id;
    if (
      range.end - range.start === nameSymbol.length &&
      nameSymbol.every((byte, i) => this.#bytes[range.start + i] === byte)
    )
      this.#nameId = id;
    return id;
  }

  #pairs(): [string, string][] {
    const pairs: [string, string][] = [];
    for (let i = 0; i < this.#refCount; i += 2)
      pairs.push([this.#text(this.#refs[i]!), this.#text(this.#refs[i + 1]!)]);
    return pairs;
  }

  #text(ref: number): string {
    if (ref >= this.#count) throw new WireError(`a symbol ref is ${ref}, must be below ${this.#count}`);
    return readText(this.#bytes, this.#starts[ref]!, this.#ends[ref]!);
  }

  #grow(): void {
    const double = (from: Uint32Array): Uint32Array<ArrayBuffer> => {
      const to = new Uint32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.#starts = double(this.#starts);
    this.#ends = double(this.#ends);
    this.#ids = double(this.#ids);
  }

  #growRefs(atLeast: number): void {
    const refs = new Uint32Array(Math.max(atLeast, this.#refs.length * 2));
    refs.set(this.#refs);
    this.#refs = refs;
    this.#row = new Uint32Array(refs.length);
    this.#rowBytes = new Uint8Array(this.#row.buffer);
    this.#rowView = new DataView(this.#row.buffer);
  }
}
