import {
  type Exemplar,
  type MetricMetadata,
  type Rejections,
  type ResourceIdentity,
  type SeriesRef,
  staleMarker,
} from '@jaegis/model';
import type { ByteRange } from '../identity-table.ts';
import { type Refusal, RefusalTally } from '../otlp/refusal.ts';
import { WireError, WireReader } from '../wire/wire-reader.ts';
import { findAttributes } from './attribute-range.ts';
import { type Definition, metricKind } from './definition.ts';
import { DeltaSeries } from './delta-series.ts';
import { readExemplars } from './exemplar-reader.ts';
import { ExponentialSeries, exponentialFault } from './exponential-series.ts';
import type { GrowingBatch } from './growing-batch.ts';
import { HistogramSeries, histogramFault } from './histogram-series.ts';
import { type MetricHeader, readMetricHeader } from './metric-header.ts';
import { type NumberPoint, newNumberPoint, readNumberPoint } from './number-point.ts';
import { PointReader } from './point-reader.ts';
import { type KnownResource, SeriesBook, type SeriesBookOptions } from './series-book.ts';
import type { CompoundSeries, PointContext } from './series-writer.ts';
import { SummarySeries, summaryFault } from './summary-series.ts';

export interface MetricsDecoderOptions extends SeriesBookOptions {
  /** Told of every resource of a request before its points are read; false refuses them. */
  readonly contact: (identity: ResourceIdentity, now: number) => boolean;
}

export type MetricsDecoded =
  | {
      readonly ok: true;
      /** Data points in the request, and those of them that became samples. */
      readonly points: number;
      readonly taken: number;
      readonly exemplars: readonly Exemplar[];
      /** Of metrics that were not described before. */
      readonly metadata: readonly MetricMetadata[];
      readonly rejected: Rejections;
      /** Counts and first examples of what was refused, for the sender; empty when nothing was. */
      readonly message: string;
    }
  | { readonly ok: false; readonly error: string };

// How often `target_info` is repeated: well within the five minutes after which a query takes a series for gone.
const targetInfoEveryMs = 60_000;
// A delta is added up once and for all, so its time is judged before and not only by the store.
const deltaAgeMs = { past: 24 * 3_600_000, future: 10 * 60_000 };
// A refused point costs the slow path; after so many in one request the rest of the unknown is refused unread.
const maxSlowRefusals = 10_000;

const agentLimit: Refusal = { rejected: 'agent_limit', message: 'the registry takes no further agents' };
const notTried: Refusal = {
  rejected: 'too_large',
  message: `more than ${maxSlowRefusals} points of the request were refused before`,
};
const noTemporality: Refusal = {
  rejected: 'unsupported',
  message: 'the aggregation temporality is unspecified, must be delta or cumulative',
};
const noValue: Refusal = { rejected: 'malformed', message: 'a data point has no value' };

/**
 * OTLP metrics (`ExportMetricsServiceRequest`, protobuf) to samples, in one walk over the bytes. Messages are entered by
 * position and never built; a point of a known series costs one hash and compare of its attribute bytes and three writes.
 * Keeps what it knows of series between requests; not re-entrant, but a call never waits for anything.
 */
export class MetricsDecoder {
  readonly #contact: MetricsDecoderOptions['contact'];
  readonly #book: SeriesBook;
  readonly #points = new PointReader();
  readonly #number = newNumberPoint();
  readonly #header: MetricHeader = {
    nameStart: 0,
    nameEnd: 0,
    unitStart: 0,
    unitEnd: 0,
    helpStart: 0,
    helpEnd: 0,
    kind: 0,
    dataStart: 0,
    dataEnd: 0,
  };
  readonly #undo: (() => void)[] = [];
  readonly #context: PointContext;
  readonly #range: ByteRange;
  #reader = new WireReader(new Uint8Array(0));
  #batch!: GrowingBatch;
  #tally = new RefusalTally();
  #now = 0;
  #exemplars: Exemplar[] = [];
  #pointCount = 0;
  #slowRefusals = 0;
  #resource!: KnownResource;
  #definition!: Definition;
  #labels: Record<string, string> | undefined;

  constructor(options: MetricsDecoderOptions) {
    this.#contact = options.contact;
    this.#book = new SeriesBook(options);
    this.#range = { bytes: this.#reader.bytes, view: this.#reader.view, start: 0, end: 0, hash: 0 };
    const decoder = this;
    this.#context = {
      get batch() {
        return decoder.#batch;
      },
      get now() {
        return decoder.#now;
      },
      resolve: (name, extra) => this.#resolve(name, extra),
      onUndo: (undo) => this.#undo.push(undo),
    };
  }

  /**
   * Appends the request's samples to `batch`. Points that cannot be taken are counted by reason and the others are taken;
   * only bytes that are not the message they claim to be refuse the whole request, and then nothing of it is kept.
   */
  decode(bytes: Uint8Array, batch: GrowingBatch, now: number): MetricsDecoded {
    const before = batch.length;
    this.#reader = new WireReader(bytes);
    this.#range.bytes = bytes;
    this.#range.view = this.#reader.view;
    this.#batch = batch;
    this.#tally = new RefusalTally();
    this.#now = now;
    this.#exemplars = [];
    this.#pointCount = 0;
    this.#slowRefusals = 0;
    this.#undo.length = 0;
    try {
      this.#request();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      while (this.#undo.length > 0) this.#undo.pop()!();
      batch.length = before;
      return { ok: false, error: `Cannot read OTLP metrics: ${error.message}` };
    }
    this.#undo.length = 0;
    const tally = this.#tally;
    return {
      ok: true,
      points: this.#pointCount,
      taken: this.#pointCount - tally.total,
      exemplars: this.#exemplars,
      metadata: this.#book.takeMetadata(),
      rejected: tally.counts(),
      message: tally.message(),
    };
  }

  /** Must be told which series the store has dropped; their refs are not written to again. */
  forgetRefs(refs: Iterable<SeriesRef>): void {
    this.#book.forgetRefs(refs);
  }

  /** Known series and resources, the bytes their identities take, and how many were forgotten for want of room. */
  stats(): { series: number; resources: number; bytes: number; dropped: number } {
    return this.#book.stats();
  }

  #request(): void {
    const reader = this.#reader;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== 0x0a) {
        reader.skip(tag);
        continue;
      }
      const limit = reader.limit();
      const { end } = reader;
      this.#resourceMetrics(reader.pos, limit);
      reader.enter(limit, end);
    }
  }

  #resourceMetrics(start: number, end: number): void {
    const reader = this.#reader;
    let resourceStart = start;
    let resourceEnd = start;
    reader.enter(start, end);
    // The resource may stand behind its metrics on the wire.
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) {
        resourceEnd = reader.limit();
        resourceStart = reader.pos;
        reader.pos = resourceEnd;
      } else reader.skip(tag);
    }
    const resource = this.#book.resource(reader, resourceStart, resourceEnd);
    this.#resource = resource;
    let refusal = resource.refusal;
    if (resource.identity !== undefined && !this.#contact(resource.identity, this.#now)) refusal = agentLimit;
    if (refusal === undefined) this.#targetInfo(resource);
    reader.enter(start, end);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== 0x12) {
        reader.skip(tag);
        continue;
      }
      const limit = reader.limit();
      this.#scopeMetrics(reader.pos, limit, refusal);
      reader.enter(limit, end);
    }
  }

  #targetInfo(resource: KnownResource): void {
    if (resource.targetInfo === undefined || this.#now - resource.targetInfoAt < targetInfoEveryMs) return;
    const ref = this.#book.resolve(resource.targetInfo, this.#now);
    if (typeof ref !== 'number') return;
    const before = resource.targetInfoAt;
    this.#undo.push(() => {
      resource.targetInfoAt = before;
    });
    resource.targetInfoAt = this.#now;
    this.#batch.push(ref, this.#now, 1);
  }

  #scopeMetrics(start: number, end: number, refusal: Refusal | undefined): void {
    const reader = this.#reader;
    let scopeStart = start;
    let scopeEnd = start;
    reader.enter(start, end);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) {
        scopeEnd = reader.limit();
        scopeStart = reader.pos;
        reader.pos = scopeEnd;
      } else reader.skip(tag);
    }
    const scope = this.#book.scope(reader, scopeStart, scopeEnd);
    reader.enter(start, end);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== 0x12) {
        reader.skip(tag);
        continue;
      }
      const limit = reader.limit();
      this.#metric(limit, scope, refusal);
      reader.enter(limit, end);
    }
  }

  #metric(end: number, scope: number, refusal: Refusal | undefined): void {
    const reader = this.#reader;
    const header = this.#header;
    if (!readMetricHeader(reader, end, header)) return;
    const { dataStart, dataEnd, kind } = header;
    let whole = refusal;
    if (kind === 0) whole ??= noTemporality;
    else {
      this.#definition = this.#book.definition(reader, scope, header);
      whole ??= this.#definition.refusal;
    }
    if (whole !== undefined) {
      const reason = whole;
      this.#eachPoint(dataStart, dataEnd, () => this.#tally.add(reason));
    } else if (kind <= metricKind.deltaUpDown) this.#numberPoints(dataStart, dataEnd);
    else this.#eachPoint(dataStart, dataEnd, (limit) => this.#compoundPoint(limit));
  }

  #eachPoint(start: number, end: number, take: (limit: number) => void): void {
    const reader = this.#reader;
    reader.enter(start, end);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== 0x0a) {
        reader.skip(tag);
        continue;
      }
      const limit = reader.limit();
      this.#pointCount++;
      take(limit);
      reader.enter(limit, end);
    }
  }

  // The hot loop: kept apart from #eachPoint so that no closure is called per point.
  #numberPoints(start: number, end: number): void {
    const reader = this.#reader;
    reader.enter(start, end);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== 0x0a) {
        reader.skip(tag);
        continue;
      }
      const limit = reader.limit();
      this.#pointCount++;
      this.#numberPoint(reader, limit);
      reader.enter(limit, end);
    }
  }

  #numberPoint(reader: WireReader, end: number): void {
    const point = this.#number;
    const range = this.#range;
    const { pos } = reader;
    readNumberPoint(reader, end, point);
    if (point.isScattered) {
      reader.pos = pos;
      findAttributes(reader, range, { end, tag: 0x3a });
    } else {
      range.bytes = reader.bytes;
      range.view = reader.view;
      range.start = point.attributesStart;
      range.end = point.attributesEnd;
    }
    if (!point.hasValue && !point.isMissing) {
      this.#tally.add(noValue);
      return;
    }
    const definition = this.#definition;
    if (definition.kind > metricKind.upDown) {
      this.#deltaPoint(point, end);
      return;
    }
    let ref = this.#book.numbers.find(this.#resource.id, definition.id, range);
    if (ref === 0) {
      const found = this.#firstSight(() => this.#resolve(definition.name));
      if (typeof found !== 'number') {
        this.#tally.add(found);
        return;
      }
      ref = found;
      this.#book.numbers.add(this.#resource.id, definition.id, range, ref);
    }
    this.#batch.push(ref, point.at, point.isMissing ? staleMarker : point.value);
    if (point.exemplarsAt !== 0) this.#takeExemplars({ at: point.exemplarsAt, end, tag: 0x2a }, () => ref);
  }

  #deltaPoint(point: NumberPoint, end: number): void {
    const series = this.#deltaTimeFault(point.at) ?? this.#deltaSeries();
    const fault = series instanceof DeltaSeries ? series.write(point, this.#context) : series;
    if (fault !== undefined) this.#tally.add(fault);
    else if (point.exemplarsAt !== 0 && series instanceof DeltaSeries)
      this.#takeExemplars({ at: point.exemplarsAt, end, tag: 0x2a }, () => series.refs[0]!);
  }

  #takeExemplars(from: { at: number; end: number; tag: number }, refOf: (value: number) => SeriesRef): void {
    for (const exemplar of readExemplars(this.#reader, from))
      this.#exemplars.push({ ...exemplar, ref: refOf(exemplar.value) });
  }

  #deltaSeries(): DeltaSeries | Refusal {
    const known = this.#compound();
    if (known instanceof DeltaSeries) return known;
    const ref = this.#firstSight(() => this.#resolve(this.#definition.name));
    if (typeof ref !== 'number') return ref;
    return this.#keep(new DeltaSeries(ref));
  }

  #deltaTimeFault(at: number): Refusal | undefined {
    if (at < this.#now - deltaAgeMs.past) return { rejected: 'too_old', message: 'a delta point is older than a day' };
    if (at > this.#now + deltaAgeMs.future)
      return { rejected: 'too_new', message: 'a delta point lies more than ten minutes in the future' };
    return undefined;
  }

  #compoundPoint(end: number): void {
    const reader = this.#reader;
    const { kind } = this.#definition;
    const tag = kind === metricKind.summary ? 0x3a : kind <= metricKind.deltaHistogram ? 0x4a : 0x0a;
    findAttributes(reader, this.#range, { end, tag });
    const fault =
      kind === metricKind.summary
        ? this.#summaryPoint(reader)
        : kind <= metricKind.deltaHistogram
          ? this.#histogramPoint(reader)
          : this.#exponentialPoint(reader);
    if (fault !== undefined) {
      this.#tally.add(fault);
      return;
    }
    if (kind === metricKind.summary) return;
    const isExponential = kind > metricKind.deltaHistogram;
    const { exemplarsAt } = isExponential ? this.#points.exponential : this.#points.histogram;
    if (exemplarsAt === 0) return;
    const series = this.#compound();
    if (series instanceof HistogramSeries || series instanceof ExponentialSeries)
      this.#takeExemplars({ at: exemplarsAt, end, tag: isExponential ? 0x5a : 0x42 }, (value) =>
        series.bucketOf(value),
      );
  }

  #histogramPoint(reader: WireReader): Refusal | undefined {
    const point = this.#points.readHistogram(reader);
    const isDelta = this.#definition.kind === metricKind.deltaHistogram;
    const fault = (isDelta ? this.#deltaTimeFault(point.at) : undefined) ?? histogramFault(point);
    if (fault !== undefined) return fault;
    const known = this.#compound();
    const earlier = known instanceof HistogramSeries ? known : undefined;
    if (earlier?.fits(point)) return earlier.write(point, this.#context);
    // A marker for a series that was never seen ends nothing.
    if (point.isMissing) return undefined;
    const { name } = this.#definition;
    const series = this.#firstSight(() => HistogramSeries.create(point, this.#context, { name, isDelta }));
    if (!(series instanceof HistogramSeries)) return series;
    if (earlier !== undefined) this.#endMissing(earlier, series, point.at);
    return this.#keep(series).write(point, this.#context);
  }

  #exponentialPoint(reader: WireReader): Refusal | undefined {
    const point = this.#points.readExponential(reader);
    const isDelta = this.#definition.kind === metricKind.deltaExponential;
    const fault = (isDelta ? this.#deltaTimeFault(point.at) : undefined) ?? exponentialFault(point);
    if (fault !== undefined) return fault;
    const known = this.#compound();
    if (known instanceof ExponentialSeries) return known.write(point, this.#context);
    if (point.isMissing) return undefined;
    const series = new ExponentialSeries(this.#definition.name, isDelta);
    const refusal = this.#firstSight(() => series.write(point, this.#context) ?? 1);
    if (typeof refusal !== 'number') return refusal;
    this.#keep(series);
    return undefined;
  }

  #summaryPoint(reader: WireReader): Refusal | undefined {
    const point = this.#points.readSummary(reader);
    const fault = summaryFault(point);
    if (fault !== undefined) return fault;
    const known = this.#compound();
    const earlier = known instanceof SummarySeries ? known : undefined;
    if (earlier?.fits(point)) earlier.write(point, this.#context);
    else if (!point.isMissing) {
      const series = this.#firstSight(() => SummarySeries.create(point, this.#context, this.#definition.name));
      if (!(series instanceof SummarySeries)) return series;
      if (earlier !== undefined) this.#endMissing(earlier, series, point.at);
      this.#keep(series).write(point, this.#context);
    }
    return undefined;
  }

  /** Stale markers for what an earlier form of the same histogram or summary had and the new one has not. */
  #endMissing(earlier: CompoundSeries, series: CompoundSeries, at: number): void {
    const kept = new Set(series.refs);
    for (const ref of earlier.refs) if (!kept.has(ref)) this.#batch.push(ref, at, staleMarker);
  }

  #compound(): CompoundSeries | undefined {
    this.#labels = undefined;
    return this.#book.compound(this.#resource.id, this.#definition.id, this.#range);
  }

  #keep<T extends CompoundSeries>(series: T): T {
    this.#book.keepCompound(series, {
      resource: this.#resource.id,
      definition: this.#definition.id,
      range: this.#range,
    });
    return series;
  }

  /** Runs the slow path of a point whose series is not known, unless too many of this request came to nothing. */
  #firstSight<T extends CompoundSeries | SeriesRef>(create: () => T | Refusal): T | Refusal {
    if (this.#slowRefusals >= maxSlowRefusals) return notTried;
    this.#labels = undefined;
    const made = create();
    if (typeof made === 'object' && 'rejected' in made) this.#slowRefusals++;
    return made;
  }

  #resolve(name: string, extra?: readonly [string, string]): SeriesRef | Refusal {
    if (this.#labels === undefined) {
      const found = this.#book.labelsOf(this.#resource, this.#range);
      if (!('labels' in found)) return found;
      this.#labels = withoutReserved(found.labels, this.#definition.kind);
    }
    const labels: Record<string, string> = { ...this.#labels, __name__: name };
    if (extra !== undefined) labels[extra[0]] = extra[1];
    return this.#book.resolve(labels, this.#now);
  }
}

/** `le` and `quantile` belong to us where we add them; an attribute of that name is kept as `exported_...`. */
function withoutReserved(labels: Record<string, string>, kind: number): Record<string, string> {
  const reserved = kind === metricKind.summary ? 'quantile' : 'le';
  if (kind < metricKind.histogram || !Object.hasOwn(labels, reserved)) return labels;
  const { [reserved]: value, ...rest } = labels;
  return { ...rest, [`exported_${reserved}`]: value! };
}
