import type { Labels, SeriesRef } from '@jaegis/model';
import { type ByteRange, IdentityTable } from '../identity-table.ts';
import { ExponentialSeries, exponentialFault } from '../metrics/exponential-series.ts';
import type { GrowingBatch } from '../metrics/growing-batch.ts';
import { HistogramSeries, histogramFault } from '../metrics/histogram-series.ts';
import { PointReader } from '../metrics/point-reader.ts';
import type { ResolveSeries } from '../metrics/series-book.ts';
import type { CompoundSeries, PointContext } from '../metrics/series-writer.ts';
import { type Refusal, refusedByStore } from '../otlp/refusal.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import { isCustom, type NativePoint, readNativeHistogram, toClassic, toExponential } from './native-histogram.ts';

/** A histogram's labels, read when they are needed. */
export interface HistogramOf {
  readonly kind: number;
  readonly range: ByteRange;
  readonly labels: () => { readonly labels: Labels } | Refusal;
}

/** Writes native histograms as classic series, and remembers which series those are. */
export class NativeSeries {
  readonly #resolve: ResolveSeries;
  readonly #ids: IdentityTable;
  readonly #series = new Map<number, CompoundSeries>();
  readonly #points = new PointReader();
  readonly #undo: (() => void)[] = [];
  readonly #context: PointContext;
  #batch!: GrowingBatch;
  #now = 0;
  #labels: Labels = {};
  #nextId = 1;

  constructor(options: { readonly maxSeries: number; readonly hashSeed: number; readonly resolve: ResolveSeries }) {
    const { maxSeries: maxEntries, hashSeed: seed } = options;
    this.#resolve = options.resolve;
    const onDrop = (id: number) => this.#series.delete(id);
    this.#ids = new IdentityTable({ maxEntries, maxBytes: maxEntries * 512, seed, onDrop });
    const native = this;
    this.#context = {
      get batch() {
        return native.#batch;
      },
      get now() {
        return native.#now;
      },
      resolve: (name, extra) => this.#ref(name, extra),
      onUndo: (undo) => this.#undo.push(undo),
    };
  }

  /** A request begins; its samples go to `batch`. */
  begin(batch: GrowingBatch, now: number): void {
    this.#batch = batch;
    this.#now = now;
    this.#undo.length = 0;
  }

  done(): void {
    this.#undo.length = 0;
  }

  /** The request turned out to be malformed. */
  undo(): void {
    while (this.#undo.length > 0) this.#undo.pop()!();
  }

  /** Takes the `Histogram` between the reader's position and `end`; says why not when it cannot. */
  take(reader: WireReader, end: number, of: HistogramOf): Refusal | undefined {
    const point = readNativeHistogram(reader, end);
    const known = this.#series.get(this.#ids.find(0, of.kind, of.range));
    const labels = of.labels();
    if ('rejected' in labels) return labels;
    this.#labels = labels.labels;
    return isCustom(point) ? this.#custom(point, known, of) : this.#exponential(point, known, of);
  }

  forgetRefs(refs: Iterable<SeriesRef>): void {
    const gone = new Set(refs);
    for (const [id, series] of this.#series) if (series.refs.some((ref) => gone.has(ref))) this.#series.delete(id);
    this.#ids.forget((id) => !this.#series.has(id));
  }

  #exponential(point: NativePoint, known: CompoundSeries | undefined, of: HistogramOf): Refusal | undefined {
    const fault = toExponential(point, this.#points.exponential) ?? exponentialFault(this.#points.exponential);
    if (fault !== undefined) return fault;
    if (known instanceof ExponentialSeries) return known.write(this.#points.exponential, this.#context);
    if (point.isStale) return undefined;
    const series = new ExponentialSeries(this.#labels['__name__']!, false);
    const refusal = series.write(this.#points.exponential, this.#context);
    if (refusal === undefined) this.#keep(series, of);
    return refusal;
  }

  #custom(point: NativePoint, known: CompoundSeries | undefined, of: HistogramOf): Refusal | undefined {
    const into = this.#points.histogram;
    const fault = toClassic(point, into) ?? histogramFault(into);
    if (fault !== undefined) return fault;
    if (known instanceof HistogramSeries && known.fits(into)) return known.write(into, this.#context);
    if (point.isStale) return undefined;
    const series = HistogramSeries.create(into, this.#context, { name: this.#labels['__name__']!, isDelta: false });
    if (!(series instanceof HistogramSeries)) return series;
    this.#keep(series, of);
    return series.write(into, this.#context);
  }

  #keep(series: CompoundSeries, of: HistogramOf): void {
    const id = this.#nextId++;
    this.#series.set(id, series);
    this.#ids.add(0, of.kind, of.range, id);
  }

  #ref(name: string, extra?: readonly [string, string]): SeriesRef | Refusal {
    const labels: Record<string, string> = { ...this.#labels, __name__: name };
    if (extra !== undefined) labels[extra[0]] = extra[1];
    const found = this.#resolve(labels, this.#now);
    if (typeof found === 'number') return found;
    return refusedByStore(name, found);
  }
}
