/**
 * The body of a remote-write request, protobuf packed with snappy (prometheus.io/docs/specs/prw).
 *
 * 1.0, a WriteRequest: a series brings its labels as texts, encoded once and copied into each request; what metrics are is
 * told in requests of its own.
 * 2.0, a Request: each text is there once, in a table of symbols; a series names its labels by their places in it, and says
 * what its metric is.
 *
 * A sample is nearly always 16 bytes behind its tag: double, time. Lengths are known before anything is written, so the
 * buffer, kept from request to request, is filled in one walk; what few series have is put together apart.
 */
import { packSnappy } from '@jaegis/protocol';
import {
  labelMessages,
  type MessageVersion,
  type OutgoingExemplar,
  type OutgoingMetadata,
  type SharedText,
} from './outgoing.ts';
import { PlainRequest } from './plain-request.ts';
import { RequestBytes, timeSize, varintSize } from './request-bytes.ts';
import type { SampleColumns } from './sample-columns.ts';

/** Every request of this process has its own number, by which symbols know whether they are in its table. */
let requests = 0;

export class RequestEncoder {
  readonly #out = new RequestBytes();
  /** The series of a request of 2.0. */
  readonly #body = new RequestBytes();
  /** Exemplars and metadata of one series. */
  readonly #extras = new RequestBytes();
  readonly #plain = new PlainRequest();
  #next = new Int32Array(0);
  #first = new Int32Array(0);
  #seriesCount = 0;
  /** Symbols in the table of the request; the first is the empty text. */
  #places = 1;

  /** The body. Samples of one series stay in their order. */
  encode(samples: SampleColumns, version: MessageVersion): Uint8Array {
    this.#out.reset();
    this.#bySeries(samples, ++requests);
    if (version === '1.0') {
      const plain = this.#seriesCount === samples.length ? this.#plain.encode(samples, requests) : undefined;
      if (plain !== undefined) return plain;
      this.#writeRequest(samples);
    } else this.#request(samples);
    return packSnappy(this.#out.view());
  }

  /** The body of a request of 1.0 that says what metrics are. */
  encodeMetadata(metrics: readonly OutgoingMetadata[]): Uint8Array {
    const out = this.#out;
    out.reset();
    for (const { name, type, help, unit } of metrics) {
      const texts = [name, help, unit].reduce((sum, { bytes }) => sum + 1 + varintSize(bytes.length) + bytes.length, 0);
      out.tag(0x1a, 2 + texts);
      out.tag(0x08, type);
      for (const [tag, { bytes }] of [
        [0x12, name],
        [0x22, help],
        [0x2a, unit],
      ] as const) {
        out.tag(tag, bytes.length);
        out.raw(bytes);
      }
    }
    return packSnappy(out.view());
  }

  /** Links the samples of each series: `#first` has the first of each, `#next` the one after, -1 for none. */
  #bySeries(samples: SampleColumns, request: number): void {
    if (this.#next.length < samples.length) {
      this.#next = new Int32Array(samples.length);
      this.#first = new Int32Array(samples.length);
    }
    this.#seriesCount = 0;
    for (let i = 0; i < samples.length; i++) {
      const series = samples.series[i]!;
      if (series.request !== request) {
        series.request = request;
        this.#first[this.#seriesCount++] = i;
      } else this.#next[series.newest] = i;
      series.newest = i;
      this.#next[i] = -1;
    }
  }

  #writeRequest(samples: SampleColumns): void {
    const out = this.#out;
    for (let n = 0; n < this.#seriesCount; n++) {
      const first = this.#first[n]!;
      const series = samples.series[first]!;
      series.labels ??= labelMessages(series.symbols);
      const extras = this.#exemplars(samples, first, '1.0');
      out.tag(0x0a, series.labels.length + this.#samplesSize(samples, first) + extras);
      out.raw(series.labels);
      this.#samples(out, samples, first);
      if (extras > 0) out.raw(this.#extras.view());
    }
  }

  /** The table grows in `#out` while series, which name its places, are put into `#body`; that comes behind it in the end. */
  #request(samples: SampleColumns): void {
    const body = this.#body;
    body.reset();
    this.#out.tag(0x22, 0);
    this.#places = 1;
    for (let n = 0; n < this.#seriesCount; n++) {
      const first = this.#first[n]!;
      const { symbols, family } = samples.series[first]!;
      let refs = 0;
      for (let i = 0; i < symbols.length; i++) refs += varintSize(this.#name(symbols[i]!));
      if (family.metadata !== undefined) {
        this.#name(family.metadata.help);
        this.#name(family.metadata.unit);
      }
      for (let i = first; i >= 0; i = this.#next[i]!)
        for (const exemplar of samples.exemplars[i] ?? []) for (const symbol of exemplar.symbols) this.#name(symbol);
      this.#exemplars(samples, first, '2.0');
      if (family.metadata !== undefined) this.#metadata(family.metadata);
      const extras = this.#extras.length;
      body.tag(0x2a, 1 + varintSize(refs) + refs + this.#samplesSize(samples, first) + extras);
      writeRefs(body, symbols, refs);
      this.#samples(body, samples, first);
      if (extras > 0) body.raw(this.#extras.view());
    }
    this.#out.raw(body.view());
  }

  /** Puts a text into the table of the request, once; gives its place there. */
  #name(symbol: SharedText): number {
    if (symbol.request === requests) return symbol.place;
    symbol.request = requests;
    symbol.place = symbol.bytes.length === 0 ? 0 : this.#places++;
    if (symbol.place > 0) {
      this.#out.tag(0x22, symbol.bytes.length);
      this.#out.raw(symbol.bytes);
    }
    return symbol.place;
  }

  /** Field 2 of a series in both versions: double value 1, int64 timestamp 2. */
  #samples(out: RequestBytes, samples: SampleColumns, first: number): void {
    for (let i = first; i >= 0; i = this.#next[i]!) {
      const timestamp = samples.timestamps[i]!;
      out.tag(0x12, 10 + timeSize(timestamp));
      out.double(0x09, samples.values[i]!);
      out.time(0x10, timestamp);
    }
  }

  #samplesSize(samples: SampleColumns, first: number): number {
    let size = 0;
    // Tag and length of the message, tag and value, tag of the time.
    for (let i = first; i >= 0; i = this.#next[i]!) size += 12 + timeSize(samples.timestamps[i]!);
    return size;
  }

  /** Begins the extras of a series with its exemplars; gives their bytes. Labels 1, double value 2, int64 timestamp 3. */
  #exemplars(samples: SampleColumns, first: number, version: MessageVersion): number {
    const out = this.#extras;
    out.reset();
    for (let i = first; i >= 0; i = this.#next[i]!) {
      const exemplars = samples.exemplars[i];
      if (exemplars !== undefined) for (const exemplar of exemplars) writeExemplar(out, exemplar, version);
    }
    return out.length;
  }

  /** Field 5 of a series of 2.0: type 1, help 3, unit 4, the texts by their places. */
  #metadata({ type, help, unit }: OutgoingMetadata): void {
    const out = this.#extras;
    out.tag(0x2a, 4 + varintSize(help.place) + varintSize(unit.place));
    out.tag(0x08, type);
    out.tag(0x18, help.place);
    out.tag(0x20, unit.place);
  }
}

/** Field 3 of a series of 1.0, field 4 of one of 2.0. */
function writeExemplar(out: RequestBytes, exemplar: OutgoingExemplar, version: MessageVersion): void {
  const { symbols, value, timestamp } = exemplar;
  const rest = 10 + timeSize(timestamp);
  if (version === '1.0') {
    const labels = labelMessages(symbols);
    out.tag(0x1a, labels.length + rest);
    out.raw(labels);
  } else {
    const refs = refsSize(symbols);
    out.tag(0x22, 1 + varintSize(refs) + refs + rest);
    writeRefs(out, symbols, refs);
  }
  out.double(0x11, value);
  out.time(0x18, timestamp);
}

function refsSize(symbols: readonly SharedText[]): number {
  let size = 0;
  for (let i = 0; i < symbols.length; i++) size += varintSize(symbols[i]!.place);
  return size;
}

/** The places of texts, packed, as field 1. */
function writeRefs(out: RequestBytes, symbols: readonly SharedText[], size: number): void {
  out.tag(0x0a, size);
  out.room(size);
  const { bytes } = out;
  let at = out.length;
  for (let i = 0; i < symbols.length; i++) {
    let { place } = symbols[i]!;
    for (; place > 0x7f; place >>>= 7) bytes[at++] = (place & 0x7f) | 0x80;
    bytes[at++] = place;
  }
  out.length = at;
}
