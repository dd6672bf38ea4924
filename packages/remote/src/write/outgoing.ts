/** What goes out, as a destination keeps it: texts, labels and descriptions are encoded once and shared by requests. */
import type { Labels } from '@jaegis/model';
import { varintSize } from './request-bytes.ts';

export type MessageVersion = '1.0' | '2.0';

/** A text, shared by the series of a destination. */
export interface SharedText {
  readonly bytes: Uint8Array;
  /** The request that has it in its table, and its place there. */
  request: number;
  place: number;
}

/** What a metric is. */
export interface OutgoingMetadata {
  readonly name: SharedText;
  /** The number of both versions' enumerations. */
  readonly type: number;
  readonly help: SharedText;
  readonly unit: SharedText;
}

/** The series of one metric share this; what is known of it may come later. */
export interface OutgoingFamily {
  metadata: OutgoingMetadata | undefined;
}

/** One series of a destination: its labels, encoded once. */
export interface OutgoingSeries {
  /** Name, value, name, value ..., in the order that the specification asks for. */
  readonly symbols: readonly SharedText[];
  /** The same as the label messages of 1.0; made when first needed. */
  labels: Uint8Array | undefined;
  readonly family: OutgoingFamily;
  readonly shard: number;
  /** The request that it is in, and there its newest sample. */
  request: number;
  newest: number;
  // What it keeps of the plain requests it was in (plain-request.ts), here and not apart: each object more that is touched
  // for every sample is one more wait for memory.
  /** Its bytes in a plain request; 0 before the first. */
  size: number;
  after: OutgoingSeries | undefined;
  /** The request since which it stands there. */
  linkedIn: number;
  /** The request that made its piece; 0 while there is none. */
  packedIn: number;
  /** Where the piece is kept, and its length. */
  pieceAt: number;
  pieceLength: number;
  /** How many series back it refers to. */
  pieceReach: number;
}

export interface OutgoingExemplar {
  readonly symbols: readonly SharedText[];
  readonly timestamp: number;
  readonly value: number;
}

const utf8 = new TextEncoder();

/** The texts of a destination. Past `limit` it begins anew: a text may then be twice in a table, which harms nobody. */
export class SymbolBook {
  readonly #limit: number;
  #symbols = new Map<string, SharedText>();

  constructor(limit = 200_000) {
    this.#limit = limit;
  }

  of(labels: Labels): SharedText[] {
    const symbols: SharedText[] = [];
    for (const name of Object.keys(labels).sort()) {
      const value = labels[name]!;
      if (value !== '') symbols.push(this.text(name), this.text(value));
    }
    return symbols;
  }

  text(text: string): SharedText {
    let symbol = this.#symbols.get(text);
    if (symbol === undefined) {
      if (this.#symbols.size >= this.#limit) this.#symbols = new Map();
      symbol = { bytes: utf8.encode(text), request: 0, place: 0 };
      this.#symbols.set(text, symbol);
    }
    return symbol;
  }
}

/** All its fields from the beginning: one form of object, for which the hot loops are compiled once. */
export function outgoingSeries(symbols: readonly SharedText[], family: OutgoingFamily, shard: number): OutgoingSeries {
  return {
    symbols,
    labels: undefined,
    family,
    shard,
    request: 0,
    newest: 0,
    size: 0,
    after: undefined,
    linkedIn: 0,
    packedIn: 0,
    pieceAt: 0,
    pieceLength: 0,
    pieceReach: 0,
  };
}

/** Labels as the repeated field 1 of a series, or of an exemplar, of 1.0: string name 1, string value 2. */
export function labelMessages(symbols: readonly SharedText[]): Uint8Array {
  let total = 0;
  for (let i = 0; i < symbols.length; i += 2) {
    const size = labelSize(symbols, i);
    total += 1 + varintSize(size) + size;
  }
  const out = new Uint8Array(total);
  let at = 0;
  const head = (tag: number, size: number) => {
    out[at++] = tag;
    let rest = size;
    for (; rest > 0x7f; rest >>>= 7) out[at++] = (rest & 0x7f) | 0x80;
    out[at++] = rest;
  };
  const text = (tag: number, { bytes }: SharedText) => {
    head(tag, bytes.length);
    out.set(bytes, at);
    at += bytes.length;
  };
  for (let i = 0; i < symbols.length; i += 2) {
    head(0x0a, labelSize(symbols, i));
    text(0x0a, symbols[i]!);
    text(0x12, symbols[i + 1]!);
  }
  return out;
}

function labelSize(symbols: readonly SharedText[], i: number): number {
  const [name, value] = [symbols[i]!.bytes.length, symbols[i + 1]!.bytes.length];
  return 2 + varintSize(name) + name + varintSize(value) + value;
}
