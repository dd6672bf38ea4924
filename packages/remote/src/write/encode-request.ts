/**
 * The body of a remote-write request, protobuf packed with snappy (prometheus.io/docs/specs/prw).
 *
 * 1.0, a WriteRequest: a series brings its labels as texts, encoded once and copied into each request.
 * 2.0, a Request: each text is there once, in a table of symbols; a series names its labels by their places in it.
 *
 * A sample is nearly always 16 bytes behind its tag: double, time. Lengths are known before anything is written, so the
 * buffer, kept from request to request, is filled in one walk.
 */
import { isStaleMarker, type Labels } from '@jaegis/model';
import { packSnappy } from '@jaegis/protocol';

export type MessageVersion = '1.0' | '2.0';

/** A text of labels, shared by the series of a destination. */
interface Symbol {
  readonly bytes: Uint8Array;
  /** The request that has it in its table, and its place there. */
  request: number;
  place: number;
}

/** One series of a destination: its labels, encoded once. */
export interface OutgoingSeries {
  /** Name, value, name, value ..., in the order that the specification asks for. */
  readonly symbols: readonly Symbol[];
  /** The same as the label messages of 1.0; made when first needed. */
  labels?: Uint8Array;
  readonly shard: number;
  /** The request that it is in, and there its newest sample. */
  request: number;
  newest: number;
}

export interface OutgoingSample {
  readonly series: OutgoingSeries;
  readonly timestamp: number;
  readonly value: number;
}

const utf8 = new TextEncoder();

/** The texts of a destination. Past `limit` it begins anew: a text may then be twice in a table, which harms nobody. */
export class SymbolBook {
  readonly #limit: number;
  #symbols = new Map<string, Symbol>();

  constructor(limit = 200_000) {
    this.#limit = limit;
  }

  of(labels: Labels): Symbol[] {
    const symbols: Symbol[] = [];
    for (const name of Object.keys(labels).sort()) {
      const value = labels[name]!;
      if (value !== '') symbols.push(this.#one(name), this.#one(value));
    }
    return symbols;
  }

  #one(text: string): Symbol {
    let symbol = this.#symbols.get(text);
    if (symbol === undefined) {
      if (this.#symbols.size >= this.#limit) this.#symbols = new Map();
      symbol = { bytes: utf8.encode(text), request: 0, place: 0 };
      this.#symbols.set(text, symbol);
    }
    return symbol;
  }
}

/** Every request of this process has its own number, by which symbols know whether they are in its table. */
let requests = 0;

export class RequestEncoder {
  #bytes = new Uint8Array(64 * 1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #next = new Int32Array(0);
  #first = new Int32Array(0);
  #seriesCount = 0;

  /** The body. Samples of one series stay in their order. */
  encode(samples: readonly OutgoingSample[], version: MessageVersion): Uint8Array {
    this.#length = 0;
    this.#bySeries(samples, ++requests);
    if (version === '1.0') this.#writeRequest(samples);
    else this.#request(samples, requests);
    return packSnappy(this.#bytes.subarray(0, this.#length));
  }

  /** Links the samples of each series: `#first` has the first of each, `#next` the one after, -1 for none. */
  #bySeries(samples: readonly OutgoingSample[], request: number): void {
    if (this.#next.length < samples.length) {
      this.#next = new Int32Array(samples.length);
      this.#first = new Int32Array(samples.length);
    }
    this.#seriesCount = 0;
    for (let i = 0; i < samples.length; i++) {
      const { series } = samples[i]!;
      if (series.request !== request) {
        series.request = request;
        this.#first[this.#seriesCount++] = i;
      } else this.#next[series.newest] = i;
      series.newest = i;
      this.#next[i] = -1;
    }
  }

  #writeRequest(samples: readonly OutgoingSample[]): void {
    for (let i = 0; i < this.#seriesCount; i++) {
      const first = this.#first[i]!;
      const { series } = samples[first]!;
      series.labels ??= labelMessages(series.symbols);
      this.#tag(0x0a, series.labels.length + this.#samplesSize(samples, first));
      this.#raw(series.labels);
      this.#samples(samples, first);
    }
  }

  #request(samples: readonly OutgoingSample[], request: number): void {
    // The first symbol is the empty text.
    this.#tag(0x22, 0);
    let places = 1;
    for (let n = 0; n < this.#seriesCount; n++) {
      const { symbols } = samples[this.#first[n]!]!.series;
      for (let i = 0; i < symbols.length; i++) {
        const symbol = symbols[i]!;
        if (symbol.request === request) continue;
        symbol.request = request;
        symbol.place = places++;
        this.#tag(0x22, symbol.bytes.length);
        this.#raw(symbol.bytes);
      }
    }
    for (let n = 0; n < this.#seriesCount; n++) {
      const first = this.#first[n]!;
      const { symbols } = samples[first]!.series;
      let refs = 0;
      for (let i = 0; i < symbols.length; i++) refs += symbols[i]!.place < 0x80 ? 1 : varintSize(symbols[i]!.place);
      this.#tag(0x2a, 1 + varintSize(refs) + refs + this.#samplesSize(samples, first));
      this.#tag(0x0a, refs);
      this.#room(refs);
      const bytes = this.#bytes;
      let at = this.#length;
      for (let i = 0; i < symbols.length; i++) {
        let { place } = symbols[i]!;
        for (; place > 0x7f; place >>>= 7) bytes[at++] = (place & 0x7f) | 0x80;
        bytes[at++] = place;
      }
      this.#length = at;
      this.#samples(samples, first);
    }
  }

  /** Field 2 of a series in both versions: double value 1, int64 timestamp 2. */
  #samples(samples: readonly OutgoingSample[], first: number): void {
    for (let i = first; i >= 0; i = this.#next[i]!) {
      const { value, timestamp } = samples[i]!;
      this.#tag(0x12, 10 + timeSize(timestamp));
      this.#room(20);
      this.#bytes[this.#length++] = 0x09;
      // Arithmetic and copies may change the bits of a NaN, and those of the stale marker mean something.
      if (isStaleMarker(value)) {
        this.#view.setUint32(this.#length, 2, true);
        this.#view.setUint32(this.#length + 4, 0x7ff00000, true);
      } else this.#view.setFloat64(this.#length, value, true);
      this.#length += 8;
      this.#bytes[this.#length++] = 0x10;
      this.#time(timestamp);
    }
  }

  #samplesSize(samples: readonly OutgoingSample[], first: number): number {
    let size = 0;
    // Tag and length of the message, tag and value, tag of the time.
    for (let i = first; i >= 0; i = this.#next[i]!) size += 12 + timeSize(samples[i]!.timestamp);
    return size;
  }

  #time(value: number): void {
    if (value >= 0) {
      this.#varint(value);
      return;
    }
    this.#room(10);
    // Two's complement of 64 bits: ten groups of seven.
    for (let rest = BigInt.asUintN(64, BigInt(value)), i = 0; i < 10; i++, rest >>= 7n)
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | (i < 9 ? 0x80 : 0);
  }

  #tag(tag: number, size: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = tag;
    this.#varint(size);
  }

  #varint(value: number): void {
    this.#room(8);
    let rest = value;
    // Beyond 32 bits the operators on bits do not reach.
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #room(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function timeSize(timestamp: number): number {
  return timestamp < 0 ? 10 : varintSize(timestamp);
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** The labels as the repeated field 1 of a series of 1.0: string name 1, string value 2. */
function labelMessages(symbols: readonly Symbol[]): Uint8Array {
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
  const text = (tag: number, { bytes }: Symbol) => {
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

function labelSize(symbols: readonly Symbol[], i: number): number {
  const [name, value] = [symbols[i]!.bytes.length, symbols[i + 1]!.bytes.length];
  return 2 + varintSize(name) + name + varintSize(value) + value;
}
