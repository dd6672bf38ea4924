// The messages of remote write as protobufjs knows them (field numbers from the published .proto files): the oracle of
// our decoders, and what tests send.
import { formatLabels, isStaleMarker, type Labels, type SeriesRef } from '@jaegis/model';
import protobuf from 'protobufjs';
import { GrowingBatch, type RemoteWriteDecoded, RemoteWriteDecoder, type RemoteWriteVersion } from '../src/index.ts';

const histogram = `message Histogram {
  oneof count { uint64 count_int = 1; double count_float = 2; }
  double sum = 3; sint32 schema = 4; double zero_threshold = 5;
  oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
  repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9; repeated double negative_counts = 10;
  repeated BucketSpan positive_spans = 11; repeated sint64 positive_deltas = 12; repeated double positive_counts = 13;
  int32 reset_hint = 14; int64 timestamp = 15; repeated double custom_values = 16; }
message BucketSpan { sint32 offset = 1; uint32 length = 2; }`;

const root = protobuf.parse(
  `syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4; }
message Label { string name = 1; string value = 2; }
message Sample { double value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message Request { repeated string symbols = 4; repeated TimeSeries2 timeseries = 5; }
message TimeSeries2 { repeated uint32 labels_refs = 1; repeated Sample samples = 2; repeated Histogram histograms = 3; repeated Exemplar2 exemplars = 4; Metadata metadata = 5; int64 created_timestamp = 6; }
message Exemplar2 { repeated uint32 labels_refs = 1; double value = 2; int64 timestamp = 3; }
message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
${histogram}`,
  { keepCase: true },
).root;

export interface SeriesOf {
  readonly labels: Labels | readonly (readonly [string, string])[];
  readonly samples?: readonly (readonly [at: number, value: number])[];
  readonly exemplars?: readonly { labels: Labels; value: number; at: number }[];
  readonly histograms?: readonly object[];
  readonly metadata?: { readonly type: number; readonly help: string; readonly unit: string };
}

const pairsOf = (labels: SeriesOf['labels']) =>
  (Array.isArray(labels) ? labels : Object.entries(labels)) as [string, string][];

/** Stands for Prometheus' stale marker, whose bits an encoder in JavaScript would not keep. */
export const staleOnWire = 123_456.789_012_3;

/** The official bytes of a request; metadata are a message of their own in 1.0. */
export function writeRequest(version: RemoteWriteVersion, series: readonly SeriesOf[]): Uint8Array {
  const bytes = Buffer.from(version === '1.0' ? requestV1(series) : requestV2(series));
  const placeholder = Buffer.alloc(8);
  placeholder.writeDoubleLE(staleOnWire);
  for (let at = bytes.indexOf(placeholder); at >= 0; at = bytes.indexOf(placeholder, at + 8))
    bytes.writeBigUInt64LE(0x7ff0000000000002n, at);
  return bytes;
}

function requestV1(series: readonly SeriesOf[]): Uint8Array {
  const type = root.lookupType('WriteRequest');
  const label = ([name, value]: [string, string]) => ({ name, value });
  const timeseries = series.map((each) => ({
    labels: pairsOf(each.labels).map(label),
    samples: (each.samples ?? []).map(([timestamp, value]) => ({ timestamp, value })),
    exemplars: (each.exemplars ?? []).map(({ labels, value, at }) => ({
      labels: pairsOf(labels).map(label),
      value,
      timestamp: at,
    })),
    histograms: each.histograms ?? [],
  }));
  const metadata = series.flatMap((each) =>
    each.metadata === undefined ? [] : [{ ...each.metadata, metric_family_name: (each.labels as Labels)['__name__'] }],
  );
  return type.encode(type.fromObject({ timeseries, metadata })).finish();
}

function requestV2(series: readonly SeriesOf[]): Uint8Array {
  const type = root.lookupType('Request');
  const symbols = [''];
  const symbol = (text: string) => {
    const known = symbols.indexOf(text);
    return known >= 0 ? known : symbols.push(text) - 1;
  };
  const refs = (labels: SeriesOf['labels']) => pairsOf(labels).flat().map(symbol);
  const timeseries = series.map((each) => ({
    labels_refs: refs(each.labels),
    samples: (each.samples ?? []).map(([timestamp, value]) => ({ timestamp, value })),
    exemplars: (each.exemplars ?? []).map(({ labels, value, at }) => ({
      labels_refs: refs(labels),
      value,
      timestamp: at,
    })),
    histograms: each.histograms ?? [],
    ...(each.metadata && {
      metadata: {
        type: each.metadata.type,
        help_ref: symbol(each.metadata.help),
        unit_ref: symbol(each.metadata.unit),
      },
    }),
  }));
  return type.encode(type.fromObject({ symbols, timeseries })).finish();
}

/** A decoder with a store that remembers: the samples of a request as `series` → `[time, value]`. */
export class WriteStore {
  readonly labels: Labels[] = [];
  readonly contacts: string[] = [];
  takesSeries: (labels: Labels) => boolean = () => true;
  takesAgents = true;
  resolutions = 0;
  readonly #refs = new Map<string, SeriesRef>();
  readonly decoder: RemoteWriteDecoder;

  constructor(maxSeries?: number) {
    this.decoder = new RemoteWriteDecoder({
      resolve: (labels) => {
        this.resolutions++;
        if (!this.takesSeries(labels)) return { rejected: 'series_limit' };
        const key = formatLabels(labels);
        const ref = this.#refs.get(key) ?? this.labels.push(labels);
        this.#refs.set(key, ref);
        return ref;
      },
      contact: ({ pool, instanceId }) => {
        this.contacts.push(`${pool}/${instanceId}`);
        return this.takesAgents;
      },
      ...(maxSeries !== undefined && { maxSeries }),
    });
  }

  decode(version: RemoteWriteVersion, bytes: Uint8Array, now: number) {
    const into = { batch: new GrowingBatch(4), histograms: new GrowingBatch(4), now };
    return this.#taken(this.decoder.decode(version, bytes, into), into);
  }

  /** In parts of so many new series, with something else after each. */
  decodeInParts(
    version: RemoteWriteVersion,
    bytes: Uint8Array,
    of: { now: number; newSeries: number; between: () => void },
  ) {
    const into = { batch: new GrowingBatch(4), histograms: new GrowingBatch(4), now: of.now };
    const progress = { newSeries: of.newSeries };
    for (let parts = 1; ; parts++) {
      const result = this.decoder.decodeSome(version, bytes, into, progress);
      if (result !== undefined) return { ...this.#taken(result, into), parts };
      of.between();
    }
  }

  #taken(result: RemoteWriteDecoded, { batch, histograms }: { batch: GrowingBatch; histograms: GrowingBatch }) {
    const named = (from: GrowingBatch) => {
      const samples: Record<string, [number, number | 'stale'][]> = {};
      for (let i = 0; i < from.length; i++) {
        const value = from.values[i]!;
        const key = formatLabels(this.labels[from.refs[i]! - 1]!);
        samples[key] ??= [];
        samples[key].push([from.timestamps[i]!, isStaleMarker(value) ? 'stale' : value]);
      }
      return samples;
    };
    return { result, samples: named(batch), histograms: named(histograms) };
  }
}
