/**
 * Which series there are: a row each in parallel arrays, found by its labels through a hash table of our own. A hit is
 * compared label by label, so two series that hash alike stay two. A ref is a row and the generation of its use:
 *
 *   bits 31..22  generation, 1..1023        bits 21..0  row
 *
 * A row that is used again gets the next generation, so a ref that somebody kept for a dropped series fits nothing, and
 * never another series. A row whose generations are used up is not used again: 4 M rows x 1,023 is enough for a process.
 */
import type { Labels, SeriesRef } from '@jaegis/model';
import { FittingValues } from './fitting-values.ts';
import { grown } from './grown.ts';
import { LabelArena } from './label-arena.ts';
import { Postings } from './postings.ts';
import { Symbols } from './symbols.ts';

const rowBits = 22;
/** The bits of a ref that are its row. */
export const rowMask = 2 ** rowBits - 1;
const lastGeneration = 1023;
/** The most rows that can be; a series limit must be below it. */
export const maxRows = 2 ** rowBits;
/** The most labels of one series. */
export const maxLabels = 64;
const tombstone = -1;
/** In place of a symbol's number: the text is in use nowhere. */
const unknown = 0xffffffff;

/** The row of a series ref, below the generation that its upper bits hold. */
export function rowOf(ref: SeriesRef): number {
  return ref & rowMask;
}

/** 1..1023; 0 is no ref. */
export function generationOf(ref: SeriesRef): number {
  return ref >>> rowBits;
}

function refFrom(row: number, generation: number): SeriesRef {
  return ((generation << rowBits) | row) >>> 0;
}

export class SeriesTable {
  readonly symbols = new Symbols();
  readonly postings = new Postings();
  readonly fittingValues = new FittingValues(this.postings);
  readonly #labels = new LabelArena();
  /** The ref of the series in a row; 0 where there is none. */
  refs = new Uint32Array(256);
  #generations = new Uint16Array(256);
  #labelsAt = new Uint32Array(256);
  #labelCounts = new Uint8Array(256);
  #hashes = new Int32Array(256);
  /** Rows + 1; 0 is empty, -1 was deleted. */
  #table = new Int32Array(1024);
  #tableUsed = 0;
  /** Freed rows, first in first out, so that generations are used up evenly. */
  #freed: number[] = [];
  #freedHead = 0;
  #end = 0;
  #size = 0;
  /** The pairs of the labels that were looked for last, and these labels as long as the numbers still stand for them. */
  readonly #scratch = new Uint32Array(maxLabels * 2);
  #scratchCount = 0;
  #scratchOf: Labels | undefined;
  /** The text that was met last at each place. New series come in droves that differ in one or two, and often share the very string. */
  readonly #lastTexts: string[] = [];
  readonly #lastIds: number[] = [];

  /** Series that are there. */
  get size(): number {
    return this.#size;
  }

  /** One more than the highest row ever used. */
  get end(): number {
    return this.#end;
  }

  isLive(ref: SeriesRef): boolean {
    return ref !== 0 && this.refs[ref & rowMask] === ref;
  }

  /** The row with exactly these labels (empty values do not count), or -1. */
  find(labels: Labels): number {
    let count = 0;
    let hash = 0;
    let isUnknown = false;
    this.#scratchOf = undefined;
    for (const name in labels) {
      const text = labels[name]!;
      if (text === '') continue;
      if (count === maxLabels) return -1;
      const nameId = this.#idOf(name, 2 * count);
      const valueId = this.#idOf(text, 2 * count + 1);
      isUnknown ||= nameId === unknown || valueId === unknown;
      this.#scratch[2 * count] = nameId;
      this.#scratch[2 * count + 1] = valueId;
      hash = (hash + mix(nameId, valueId)) | 0;
      count++;
    }
    this.#scratchCount = count;
    this.#scratchOf = labels;
    return isUnknown ? -1 : this.#probe(hash);
  }

  #idOf(text: string, place: number): number {
    if (this.#lastTexts[place] === text) return this.#lastIds[place]!;
    const id = this.symbols.find(text);
    if (id === undefined) return unknown;
    this.#meet(text, id, place);
    return id;
  }

  #meet(text: string, id: number, place: number): void {
    this.#lastTexts[place] = text;
    this.#lastIds[place] = id;
  }

  /** Adds a series that `find` did not find. `undefined` when no row is left. */
  add(labels: Labels): SeriesRef | undefined {
    const row = this.#takeRow();
    if (row === -1) return undefined;
    const generation = this.#generations[row]! + 1;
    this.#place(row, generation, labels);
    return refFrom(row, generation);
  }

  /** Puts back a series under the ref it had (from the log). The row must be free: drop what is in it first. */
  restore(ref: SeriesRef, labels: Labels): void {
    const row = rowOf(ref);
    this.#reserve(row + 1);
    if (row >= this.#end) this.#end = row + 1;
    this.#place(row, generationOf(ref), labels);
  }

  /** After the last `restore` and before the first `add`: finds the rows that are free. */
  finishRestoring(): void {
    this.#freed = [];
    this.#freedHead = 0;
    for (let row = 0; row < this.#end; row++) {
      if (this.refs[row] === 0 && this.#generations[row]! < lastGeneration) this.#freed.push(row);
    }
  }

  /** Takes series out, all at once: each list of the index is walked once however many go. */
  remove(rows: readonly number[]): void {
    // Numbers are given back here, and may stand for other texts soon.
    this.#scratchOf = undefined;
    this.#lastTexts.length = 0;
    const pairs = this.#labels.pairs;
    const touched = new Map<number, Set<number>>();
    for (const row of rows) {
      const at = this.#labelsAt[row]!;
      for (let i = 0; i < this.#labelCounts[row]!; i++) {
        const name = pairs[at + 2 * i]!;
        const values = touched.get(name);
        if (values === undefined) touched.set(name, new Set([pairs[at + 2 * i + 1]!]));
        else values.add(pairs[at + 2 * i + 1]!);
      }
      this.#unlink(row);
      this.refs[row] = 0;
    }
    const isGone = (row: number): boolean => this.refs[row] === 0;
    for (const [name, values] of touched) for (const value of values) this.postings.sweep(name, value, isGone);
    for (const row of rows) {
      const at = this.#labelsAt[row]!;
      const count = this.#labelCounts[row]!;
      for (let i = 0; i < count * 2; i++) this.symbols.release(pairs[at + i]!);
      this.#labels.remove(at, count);
      if (this.#generations[row]! < lastGeneration) this.#freed.push(row);
    }
    this.#size -= rows.length;
  }

  /** The labels of a row, made anew at each call. */
  labels(row: number): Labels {
    const result: Record<string, string> = {};
    const at = this.#labelsAt[row]!;
    for (let i = 0; i < this.#labelCounts[row]!; i++) {
      result[this.symbols.text(this.#labels.pairs[at + 2 * i]!)] = this.symbols.text(
        this.#labels.pairs[at + 2 * i + 1]!,
      );
    }
    return result;
  }

  /** The number of the row's value of a label, or -1. */
  valueOf(row: number, name: number): number {
    const at = this.#labelsAt[row]!;
    for (let i = 0; i < this.#labelCounts[row]!; i++) {
      if (this.#labels.pairs[at + 2 * i] === name) return this.#labels.pairs[at + 2 * i + 1]!;
    }
    return -1;
  }

  /** Calls `visit` with the number of each label name of a row. */
  forEachName(row: number, visit: (name: number) => void): void {
    const at = this.#labelsAt[row]!;
    for (let i = 0; i < this.#labelCounts[row]!; i++) visit(this.#labels.pairs[at + 2 * i]!);
  }

  /** Calls `visit` with the numbers of each name and value of a row. */
  forEachPair(row: number, visit: (name: number, value: number) => void): void {
    const at = this.#labelsAt[row]!;
    const { pairs } = this.#labels;
    for (let i = 0; i < this.#labelCounts[row]!; i++) visit(pairs[at + 2 * i]!, pairs[at + 2 * i + 1]!);
  }

  get bytes(): number {
    return (
      this.refs.length * 15 +
      this.#table.byteLength +
      this.#labels.pairs.byteLength +
      this.symbols.bytes +
      this.postings.bytes
    );
  }

  #probe(hash: number): number {
    const mask = this.#table.length - 1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const entry = this.#table[i]!;
      if (entry === 0) return -1;
      if (entry !== tombstone && this.#hashes[entry - 1] === hash && this.#hasScratchLabels(entry - 1))
        return entry - 1;
    }
  }

  #hasScratchLabels(row: number): boolean {
    const count = this.#scratchCount;
    if (this.#labelCounts[row] !== count) return false;
    const at = this.#labelsAt[row]!;
    const pairs = this.#labels.pairs;
    for (let i = 0; i < count; i++) {
      const name = this.#scratch[2 * i]!;
      // The usual case: the sender gives the labels in the order it first gave them.
      const value = pairs[at + 2 * i] === name ? pairs[at + 2 * i + 1]! : this.valueOf(row, name);
      if (value !== this.#scratch[2 * i + 1]) return false;
    }
    return true;
  }

  #takeRow(): number {
    if (this.#freedHead < this.#freed.length) {
      const row = this.#freed[this.#freedHead++]!;
      if (this.#freedHead > 1024 && this.#freedHead * 2 > this.#freed.length) {
        this.#freed = this.#freed.slice(this.#freedHead);
        this.#freedHead = 0;
      }
      return row;
    }
    if (this.#end === maxRows) return -1;
    this.#reserve(this.#end + 1);
    return this.#end++;
  }

  #place(row: number, generation: number, labels: Labels): void {
    let count = 0;
    let hash = 0;
    const isLookedUp = this.#scratchOf === labels;
    for (const name in labels) {
      const text = labels[name]!;
      if (text === '') continue;
      const nameId = this.#acquire(name, 2 * count, isLookedUp);
      const valueId = this.#acquire(text, 2 * count + 1, isLookedUp);
      this.postings.add(nameId, valueId, row);
      hash = (hash + mix(nameId, valueId)) | 0;
      count++;
    }
    this.#scratchOf = undefined;
    this.#generations[row] = generation;
    this.refs[row] = refFrom(row, generation);
    this.#labelsAt[row] = this.#labels.add(this.#scratch, count);
    this.#labelCounts[row] = count;
    this.#hashes[row] = hash;
    this.#size++;
    this.#link(row);
  }

  /** One more use of a text, whose number goes to `#scratch`; where it was looked up before, it is there already. */
  #acquire(text: string, place: number, isLookedUp: boolean): number {
    const found = isLookedUp ? this.#scratch[place]! : unknown;
    if (found !== unknown) {
      this.symbols.use(found);
      return found;
    }
    const id = this.symbols.acquire(text);
    this.#meet(text, id, place);
    this.#scratch[place] = id;
    return id;
  }

  #link(row: number): void {
    if ((this.#tableUsed + 1) * 4 > this.#table.length * 3) {
      this.#rebuildTable();
      return;
    }
    const mask = this.#table.length - 1;
    let i = this.#hashes[row]! & mask;
    while (this.#table[i]! > 0) i = (i + 1) & mask;
    if (this.#table[i] === 0) this.#tableUsed++;
    this.#table[i] = row + 1;
  }

  #unlink(row: number): void {
    const mask = this.#table.length - 1;
    for (let i = this.#hashes[row]! & mask; this.#table[i] !== 0; i = (i + 1) & mask) {
      if (this.#table[i] !== row + 1) continue;
      this.#table[i] = tombstone;
      return;
    }
  }

  #rebuildTable(): void {
    let length = 1024;
    while (length < this.#size * 2) length *= 2;
    this.#table = new Int32Array(length);
    this.#tableUsed = 0;
    const mask = length - 1;
    for (let row = 0; row < this.#end; row++) {
      if (this.refs[row] === 0) continue;
      let i = this.#hashes[row]! & mask;
      while (this.#table[i] !== 0) i = (i + 1) & mask;
      this.#table[i] = row + 1;
      this.#tableUsed++;
    }
  }

  #reserve(rows: number): void {
    if (rows <= this.refs.length) return;
    const length = Math.max(rows, this.refs.length * 2);
    this.refs = grown(this.refs, new Uint32Array(length));
    this.#generations = grown(this.#generations, new Uint16Array(length));
    this.#labelsAt = grown(this.#labelsAt, new Uint32Array(length));
    this.#labelCounts = grown(this.#labelCounts, new Uint8Array(length));
    this.#hashes = grown(this.#hashes, new Int32Array(length));
  }
}

/** A pair's share of the hash; summed, so that the order of labels does not matter. Murmur3's finalizer. */
function mix(name: number, value: number): number {
  let h = Math.imul(name, 0x9e3779b1) ^ Math.imul(value, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
