import type { Exemplar, Labels, MetricMetadata, Rejections, ResourceIdentity, SeriesRef } from '@jaegis/model';
import { assert } from '@jaegis/std';
import type { ByteRange } from '../identity-table.ts';
import { findAttributes } from '../metrics/attribute-range.ts';
import type { GrowingBatch } from '../metrics/growing-batch.ts';
import type { ResolveSeries } from '../metrics/series-book.ts';
import { orRefusal, type Refusal, RefusalTally, refusedByStore } from '../otlp/refusal.ts';
import { WireError, WireReader } from '../wire/wire-reader.ts';
import { KnownSeries } from './known-series.ts';
import { readMetadata } from './metadata.ts';
import { NativeSeries } from './native-series.ts';
import { readSample, type SamplePoint } from './sample-reader.ts';
import { LabelRunReader, labelsOfPairs, nameFault } from './series-labels.ts';
import { SymbolTable } from './symbol-table.ts';

export type RemoteWriteVersion = '1.0' | '2.0';

export interface RemoteWriteDecoderOptions {
  readonly resolve: ResolveSeries;
  /** Told once a request of each agent (a series with the labels `pool` and `instance`); false refuses its samples. */
  readonly contact: (identity: ResourceIdentity, now: number) => boolean;
  /** Most series identities remembered. */
  readonly maxSeries?: number;
  /** Makes hashes differ between processes. Any 32-bit number. */
  readonly hashSeed?: number;
}

export type RemoteWriteDecoded =
  | {
      readonly ok: true;
      /** Float samples, native histograms and exemplars in the request. */
      readonly samples: number;
      readonly histograms: number;
      readonly exemplarCount: number;
      /** Native histograms that were taken, as classic series in `histogramBatch`. */
      readonly histogramsTaken: number;
      readonly exemplars: readonly Exemplar[];
      readonly metadata: readonly MetricMetadata[];
      readonly rejected: Rejections;
      readonly message: string;
    }
  | { readonly ok: false; readonly error: string };

/** How far a request is decoded that is taken in parts. Made by its caller, kept by the decoder. */
export interface RemoteWriteProgress {
  /** Series never seen before that a part may have. */
  readonly newSeries: number;
  found?: Found;
}

/** What a request has brought so far. */
interface Found {
  readonly request: number;
  /** Where the next part begins. */
  pos: number;
  newSeries: number;
  slowRefusals: number;
  samples: number;
  histograms: number;
  histogramsTaken: number;
  exemplarCount: number;
  readonly exemplars: Exemplar[];
  readonly metadata: MetricMetadata[];
  readonly tally: RefusalTally;
}

// A refused series costs the slow path; after so many in one request the rest of the unknown is refused unread.
const maxSlowRefusals = 10_000;
const notTried: Refusal = {
  rejected: 'too_large',
  message: `more than ${maxSlowRefusals} series of the request were refused before`,
};
/** OpenMetrics' own limit is 128 characters; senders of the day go somewhat over it. */
const maxExemplarCharacters = 512;
const exemplarTooLong: Refusal = {
  rejected: 'label_limit',
  message: `the labels of an exemplar are longer than ${maxExemplarCharacters} characters`,
};
const agentLimit: Refusal = { rejected: 'agent_limit', message: 'the registry takes no further agents' };

/**
 * Prometheus remote write 1.0 (`prometheus.WriteRequest`) and 2.0 (`io.prometheus.write.v2.Request`) to samples, in one
 * walk over the bytes. A known series costs one comparison of its label bytes (1.0) or of its symbols' numbers (2.0);
 * strings are made only for series never seen, which cost thirty times as much: `decodeSome` stops after so many of them,
 * and other requests may be decoded before the rest. Keeps what it knows between requests; not re-entrant, and never waits.
 */
export class RemoteWriteDecoder {
  readonly #options: RemoteWriteDecoderOptions;
  readonly #known: KnownSeries;
  readonly #symbols: SymbolTable;
  readonly #native: NativeSeries;
  readonly #labelRuns = new LabelRunReader();
  readonly #contact: (identity: ResourceIdentity) => boolean;
  readonly #sample: SamplePoint = { at: 0, value: 0 };
  readonly #range: ByteRange;
  #reader = new WireReader(new Uint8Array(0));
  #batch!: GrowingBatch;
  #now = 0;
  #requests = 0;
  #found: Found = this.#nothing();

  constructor(options: RemoteWriteDecoderOptions) {
    const { maxSeries = 2_000_000, hashSeed = 0x2545f491 } = options;
    this.#options = options;
    this.#contact = (identity) => options.contact(identity, this.#now);
    this.#known = new KnownSeries({ maxSeries, hashSeed });
    this.#symbols = new SymbolTable({ maxSymbols: maxSeries, hashSeed });
    this.#native = new NativeSeries({
      maxSeries: Math.max(1_000, maxSeries >>> 3),
      hashSeed,
      resolve: options.resolve,
    });
    this.#range = { bytes: this.#reader.bytes, view: this.#reader.view, start: 0, end: 0, hash: 0 };
  }

  /**
   * Appends the request's samples to `batch` and its histograms, as classic series, to `histograms`. Series that cannot
   * be taken are counted by reason; only bytes that are no request refuse all of it, and then nothing of it is kept.
   */
  decode(
    version: RemoteWriteVersion,
    bytes: Uint8Array,
    into: { readonly batch: GrowingBatch; readonly histograms: GrowingBatch; readonly now: number },
  ): RemoteWriteDecoded {
    const decoded = this.decodeSome(version, bytes, into, { newSeries: Number.POSITIVE_INFINITY });
    assert(decoded !== undefined, () => 'a request of any number of new series has no second part');
    return decoded;
  }

  /** One part of it; `undefined` when more is to come: then it is to be called again with the same arguments. */
  decodeSome(
    version: RemoteWriteVersion,
    bytes: Uint8Array,
    into: { readonly batch: GrowingBatch; readonly histograms: GrowingBatch; readonly now: number },
    progress: RemoteWriteProgress,
  ): RemoteWriteDecoded | undefined {
    this.#begin(bytes, into, progress);
    const before = [into.batch.length, into.histograms.length] as const;
    try {
      const isWhole = version === '1.0' ? this.#readV1(progress) : this.#readV2(progress);
      if (!isWhole) {
        this.#native.done();
        return undefined;
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#native.undo();
      into.batch.length = before[0];
      into.histograms.length = before[1];
      return { ok: false, error: `Cannot read remote write ${version}: ${error.message}` };
    }
    this.#native.done();
    const { samples, histograms, exemplarCount, histogramsTaken, exemplars, metadata, tally } = this.#found;
    return {
      ok: true,
      samples,
      histograms,
      exemplarCount,
      histogramsTaken,
      exemplars,
      metadata,
      rejected: tally.counts(),
      message: tally.message(),
    };
  }

  /** Must be told which series the store has dropped; their refs are not written to again. */
  forgetRefs(refs: Iterable<SeriesRef>): void {
    const gone = [...refs];
    this.#known.forgetRefs(gone);
    this.#native.forgetRefs(gone);
  }

  /** Known series, the bytes their identities take, and how many were forgotten for want of room. */
  stats(): { series: number; bytes: number; dropped: number } {
    const { series, bytes, dropped } = this.#known.stats();
    return { series, bytes: bytes + this.#symbols.bytes, dropped: dropped + this.#symbols.dropped };
  }

  #nothing(): Found {
    return {
      request: ++this.#requests,
      pos: 0,
      newSeries: 0,
      slowRefusals: 0,
      samples: 0,
      histograms: 0,
      histogramsTaken: 0,
      exemplarCount: 0,
      exemplars: [],
      metadata: [],
      tally: new RefusalTally(),
    };
  }

  #begin(
    bytes: Uint8Array,
    into: { batch: GrowingBatch; histograms: GrowingBatch; now: number },
    progress: RemoteWriteProgress,
  ): void {
    this.#reader = new WireReader(bytes);
    this.#batch = into.batch;
    this.#native.begin(into.histograms, into.now);
    this.#now = into.now;
    progress.found ??= this.#nothing();
    this.#found = progress.found;
    this.#found.newSeries = 0;
  }

  /** True at the end of the request, false at that of a part. */
  #readV1(progress: RemoteWriteProgress): boolean {
    const reader = this.#reader;
    const { end } = reader;
    reader.enter(this.#found.pos, end);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) {
        const limit = reader.limit();
        this.#seriesV1(limit);
        reader.enter(limit, end);
        if (this.#isPart(limit, end, progress)) return false;
      } else if (tag === 0x1a) {
        const limit = reader.limit();
        const found = orRefusal(() => readMetadata(reader, limit));
        if ('rejected' in found) this.#found.tally.add(found);
        else this.#found.metadata.push(found);
        reader.enter(limit, end);
      } else if (tag === 0x22 || tag === 0x2a)
        throw new WireError('the body has the fields of 2.0, must be what its content type says');
      else reader.skip(tag);
    }
    return true;
  }

  #isPart(pos: number, end: number, progress: RemoteWriteProgress): boolean {
    this.#found.pos = pos;
    return this.#found.newSeries >= progress.newSeries && pos < end;
  }

  /** The `TimeSeries` between the reader's position and `end`. */
  #seriesV1(end: number): void {
    const reader = this.#reader;
    const { bytes, pos: start } = reader;
    let pos = start;
    while (pos < end && bytes[pos] === 0x0a) {
      const length = pos + 1 < end ? bytes[pos + 1]! : 0x80;
      if (length < 0x80) pos += 2 + length;
      else {
        reader.pos = pos + 1;
        pos = reader.limit();
      }
    }
    if (pos > end) throw new WireError('a label is cut off');
    const range = this.#range;
    range.bytes = bytes;
    range.view = reader.view;
    range.start = start;
    range.end = pos;
    reader.enter(pos, end);
    // The usual series is its labels and one sample; in any other, labels may also stand behind.
    const isPlain = pos + 1 < end && bytes[pos] === 0x12 && pos + 2 + bytes[pos + 1]! === end;
    if (!isPlain && this.#hasLabels(end)) {
      reader.enter(start, end);
      findAttributes(reader, range, { end, tag: 0x0a });
    }
    this.#body(1, end);
  }

  /** Whether a label stands between the reader's position and `end`. Leaves the reader where it was. */
  #hasLabels(end: number): boolean {
    const reader = this.#reader;
    const { pos } = reader;
    let found = false;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      found ||= tag === 0x0a;
      reader.skip(tag);
    }
    reader.enter(pos, end);
    return found;
  }

  #readV2(progress: RemoteWriteProgress): boolean {
    const reader = this.#reader;
    const { end } = reader;
    this.#symbols.read(reader);
    reader.enter(this.#found.pos, end);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a || tag === 0x1a)
        throw new WireError('the body has the fields of 1.0, must be what its content type says');
      if (tag !== 0x2a) {
        reader.skip(tag);
        continue;
      }
      const limit = reader.limit();
      this.#seriesV2(limit);
      reader.enter(limit, end);
      if (this.#isPart(limit, end, progress)) return false;
    }
    return true;
  }

  #seriesV2(end: number): void {
    const reader = this.#reader;
    const start = reader.pos;
    this.#symbols.readRefs(reader, { end, tag: 0x0a, into: this.#range });
    reader.enter(start, end);
    this.#body(2, end);
  }

  /** Everything of a time series but its labels, which `#range` holds. */
  #body(kind: 1 | 2, end: number): void {
    const reader = this.#reader;
    const { bytes } = reader;
    const point = this.#sample;
    let slot = 0;
    while (reader.pos < end) {
      if (bytes[reader.pos] !== 0x12) {
        this.#other(kind, end);
        continue;
      }
      reader.pos++;
      const limit = reader.limit();
      readSample(reader, limit, point);
      reader.enter(limit, end);
      this.#found.samples++;
      if (slot === 0) {
        const found = this.#slot(kind);
        if (typeof found !== 'number') {
          this.#found.tally.add(found);
          continue;
        }
        slot = found;
      }
      this.#batch.push(this.#known.refAt(slot), point.at, point.value);
    }
  }

  /** The slot of the series whose identity `#range` holds. */
  #slot(kind: 1 | 2): number | Refusal {
    const known = this.#known.find(kind, this.#range);
    const slot = known !== 0 ? known : this.#firstSight(kind);
    if (typeof slot !== 'number') return slot;
    return this.#known.isTaken(slot, this.#found.request, this.#contact) ? slot : agentLimit;
  }

  /** A field of a time series that is no sample: label, exemplar, histogram, metadata, or unknown. */
  #other(kind: 1 | 2, end: number): void {
    const reader = this.#reader;
    const tag = reader.tag();
    const isExemplar = tag === (kind === 1 ? 0x1a : 0x22);
    const isHistogram = tag === (kind === 1 ? 0x22 : 0x1a);
    const isMetadata = kind === 2 && tag === 0x2a;
    if (!isExemplar && !isHistogram && !isMetadata) {
      reader.skip(tag);
      return;
    }
    const limit = reader.limit();
    if (isExemplar) this.#exemplar(kind, limit);
    else if (isMetadata) {
      const found = orRefusal(() => ({ metadata: this.#symbols.newMetadata(reader, limit) }));
      if ('rejected' in found) this.#found.tally.add(found);
      else if (found.metadata !== undefined) this.#found.metadata.push(found.metadata);
    } else {
      this.#found.histograms++;
      const refusal = this.#native.take(reader, limit, { kind, range: this.#range, labels: () => this.#labels(kind) });
      if (refusal === undefined) this.#found.histogramsTaken++;
      else this.#found.tally.add(refusal);
    }
    reader.enter(limit, end);
  }

  #labels(kind: 1 | 2): { readonly labels: Labels } | Refusal {
    const found = orRefusal(() => ({
      labels: kind === 1 ? this.#labelRuns.read(this.#range) : labelsOfPairs(this.#symbols.labels()),
    }));
    return 'rejected' in found ? found : (nameFault(found.labels) ?? found);
  }

  #exemplar(kind: 1 | 2, limit: number): void {
    const reader = this.#reader;
    this.#found.exemplarCount++;
    const slot = this.#slot(kind);
    const start = reader.pos;
    reader.end = limit;
    let at = 0;
    let value = 0;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x11) value = reader.double();
      else if (tag === 0x18) at = reader.int();
      else reader.skip(tag);
    }
    if (typeof slot !== 'number') {
      this.#found.tally.add(slot);
      return;
    }
    const found = orRefusal(() => {
      reader.enter(start, limit);
      if (kind === 2) return { labels: labelsOfPairs(this.#symbols.pairs(reader, { end: limit, tag: 0x0a })) };
      const range = { bytes: reader.bytes, view: reader.view, start, end: limit, hash: 0 };
      return { labels: this.#labelRuns.read(range) };
    });
    if ('rejected' in found) this.#found.tally.add(found);
    else if (labelSize(found.labels) > maxExemplarCharacters) this.#found.tally.add(exemplarTooLong);
    else this.#found.exemplars.push({ ref: this.#known.refAt(slot), at, value, labels: found.labels });
  }

  /** The slow path of a series never seen: its labels become strings, once. */
  #firstSight(kind: 1 | 2): number | Refusal {
    if (this.#found.slowRefusals >= maxSlowRefusals) return notTried;
    this.#found.newSeries++;
    const found = this.#labels(kind);
    if ('rejected' in found) {
      this.#found.slowRefusals++;
      return found;
    }
    const { labels } = found;
    const ref = this.#options.resolve(labels, this.#now);
    if (typeof ref === 'number') return this.#known.keep(kind, this.#range, { ref, labels });
    this.#found.slowRefusals++;
    return refusedByStore(labels['__name__']!, ref);
  }
}

function labelSize(labels: Labels): number {
  let size = 0;
  for (const name of Object.keys(labels)) size += name.length + labels[name]!.length;
  return size;
}
