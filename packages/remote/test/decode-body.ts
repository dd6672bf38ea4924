import { formatLabels, type Labels, type MetricMetadata } from '@jaegis/model';
import { GrowingBatch, RemoteWriteDecoder, type RemoteWriteVersion, SnappyReader } from '@jaegis/protocol';

export interface DecodedSample {
  readonly series: string;
  readonly at: number;
  readonly value: number;
}

export interface DecodedExemplar {
  readonly series: string;
  readonly labels: string;
  readonly at: number;
  readonly value: number;
}

export interface DecodedRequest {
  readonly samples: readonly DecodedSample[];
  readonly exemplars: readonly DecodedExemplar[];
  readonly metadata: readonly MetricMetadata[];
}

/** The samples that our own receiver reads in a request's body, in the order of the body. */
export function decodeBody(version: RemoteWriteVersion, body: Uint8Array): readonly DecodedSample[] {
  return decodeRequest(version, body).samples;
}

/** All that it reads. Throws where it refuses anything. */
export function decodeRequest(version: RemoteWriteVersion, body: Uint8Array): DecodedRequest {
  const unpacked = new SnappyReader().read(body, 1e9);
  if (!unpacked.ok) throw new Error(unpacked.error);
  const series: Labels[] = [];
  const decoder = new RemoteWriteDecoder({ resolve: (labels) => series.push(labels) - 1, contact: () => true });
  const [batch, histograms] = [new GrowingBatch(16), new GrowingBatch(16)];
  const decoded = decoder.decode(version, unpacked.bytes.slice(), { batch, histograms, now: 0 });
  if (!decoded.ok || Object.keys(decoded.rejected).length > 0) throw new Error(JSON.stringify(decoded));
  return {
    samples: Array.from({ length: batch.length }, (_, i) => ({
      series: formatLabels(series[batch.refs[i]!]!),
      at: batch.timestamps[i]!,
      value: batch.values[i]!,
    })),
    exemplars: decoded.exemplars.map(({ ref, labels, at, value }) => ({
      series: formatLabels(series[ref]!),
      labels: formatLabels(labels),
      at,
      value,
    })),
    metadata: decoded.metadata,
  };
}
