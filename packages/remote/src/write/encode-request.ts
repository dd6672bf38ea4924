/** Remote write 1.0 (prometheus.io/docs/specs/prw/remote_write_spec): a WriteRequest in protobuf, packed with snappy. */
import type { Labels } from '@jaegis/model';
import { packSnappy, WireWriter } from '@jaegis/protocol';

/** One series of a destination: its labels, encoded once. */
export interface OutgoingSeries {
  readonly labels: readonly Uint8Array[];
  readonly shard: number;
}

export interface OutgoingSample {
  readonly series: OutgoingSeries;
  readonly timestamp: number;
  readonly value: number;
}

/** The labels in the order that the specification asks for, each as the bytes of its message. */
export function encodeLabels(labels: Labels): Uint8Array[] {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      const writer = new WireWriter(64);
      writer.stringField(1, name);
      writer.stringField(2, value);
      return writer.finish();
    });
}

/** The body of a request. Samples of one series stay in their order. */
export function encodeRequest(samples: readonly OutgoingSample[]): Uint8Array {
  const bySeries = new Map<OutgoingSeries, OutgoingSample[]>();
  for (const sample of samples) {
    const own = bySeries.get(sample.series);
    if (own === undefined) bySeries.set(sample.series, [sample]);
    else own.push(sample);
  }
  const writer = new WireWriter(samples.length * 64 + 256);
  for (const [series, own] of bySeries) {
    writer.messageField(1, () => {
      for (const label of series.labels) writer.bytesField(1, label);
      for (const { value, timestamp } of own)
        writer.messageField(2, () => {
          writer.doubleField(1, value);
          writer.varintField(2, timestamp);
        });
    });
  }
  return packSnappy(writer.finish());
}
