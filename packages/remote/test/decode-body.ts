import { formatLabels, type Labels } from '@jaegis/model';
import { GrowingBatch, RemoteWriteDecoder, type RemoteWriteVersion, SnappyReader } from '@jaegis/protocol';

export interface DecodedSample {
  readonly series: string;
  readonly at: number;
  readonly value: number;
}

/** What our own receiver reads in a request's body, in the order of the body. Throws where it refuses anything. */
export function decodeBody(version: RemoteWriteVersion, body: Uint8Array): DecodedSample[] {
  const unpacked = new SnappyReader().read(body, 1e9);
  if (!unpacked.ok) throw new Error(unpacked.error);
  const series: Labels[] = [];
  const decoder = new RemoteWriteDecoder({ resolve: (labels) => series.push(labels) - 1, contact: () => true });
  const [batch, histograms] = [new GrowingBatch(16), new GrowingBatch(16)];
  const decoded = decoder.decode(version, unpacked.bytes.slice(), { batch, histograms, now: 0 });
  if (!decoded.ok || Object.keys(decoded.rejected).length > 0) throw new Error(JSON.stringify(decoded));
  return Array.from({ length: batch.length }, (_, i) => ({
    series: formatLabels(series[batch.refs[i]!]!),
    at: batch.timestamps[i]!,
    value: batch.values[i]!,
  }));
}
