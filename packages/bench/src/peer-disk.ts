/**
 * What the same samples take in VictoriaMetrics: two hours sent by remote write, then merged as far as it goes, and the
 * folders of its data and index measured. The times end now (it keeps nothing of other years); the values are the same.
 */
import { join } from 'node:path';
import { packSnappy, WireWriter } from '@jaegis/protocol';
import { placeholder, placesToStamp, writeTime } from './fleet-load.ts';
import { folderBytes } from './folder-bytes.ts';
import type { NoisySeries } from './noisy-load.ts';
import { startPeer } from './peers.ts';
import { sendBodies } from './send-bodies.ts';
import { remoteWriteHeaders } from './visible-probe.ts';

const samplesPerRequest = 2_000;

/** Bytes per sample after merging; `undefined` where VictoriaMetrics is not installed. */
export async function victoriaMetricsDisk(
  series: readonly NoisySeries[],
  of: { rounds: number; stepMs: number },
): Promise<number | undefined> {
  const peer = await startPeer('victoria-metrics');
  if (peer === undefined) return undefined;
  try {
    const to = { url: `${peer.url}/api/v1/write`, headers: remoteWriteHeaders, connections: 2 };
    await sendBodies(bodies(series, { ...of, start: Date.now() - of.rounds * of.stepMs }), to);
    for (const what of ['force_flush', 'force_merge']) await fetch(`${peer.url}/internal/${what}`);
    const data = join(peer.folder, 'data');
    const size = () => folderBytes(join(data, 'data')) + folderBytes(join(data, 'indexdb'));
    // A merge is done when the folder does not change any more.
    for (let before = -1, calm = 0; calm < 3; ) {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const now = size();
      calm = now === before ? calm + 1 : 0;
      before = now;
    }
    return size() / (series.length * of.rounds);
  } finally {
    await peer.stop();
    peer.discard();
  }
}

/** Each request is made once; in another round only its values and times change, in place. */
function* bodies(
  series: readonly NoisySeries[],
  of: { rounds: number; stepMs: number; start: number },
): Iterable<Uint8Array> {
  const requests: { own: readonly NoisySeries[]; bytes: Buffer; valueAt: readonly number[] }[] = [];
  for (let from = 0; from < series.length; from += samplesPerRequest) {
    const own = series.slice(from, from + samplesPerRequest);
    requests.push({ own, ...requestOf(own, of.start) });
  }
  for (let round = 0; round < of.rounds; round++) {
    for (const { own, bytes, valueAt } of requests) {
      for (const [i, { next }] of own.entries()) {
        bytes.writeDoubleLE(next(), valueAt[i]!);
        writeTime(bytes, valueAt[i]! + 8, of.start + round * of.stepMs);
      }
      yield packSnappy(bytes);
    }
  }
}

function requestOf(series: readonly NoisySeries[], at: number): { bytes: Buffer; valueAt: number[] } {
  const writer = new WireWriter();
  for (const { labels } of series)
    writer.messageField(1, (timeSeries) => {
      for (const [name, value] of Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
        timeSeries.messageField(1, (label) => {
          label.stringField(1, name);
          label.stringField(2, value);
        });
      timeSeries.messageField(2, (sample) => {
        sample.doubleField(1, placeholder);
        sample.varintField(2, at);
      });
    });
  const bytes = Buffer.from(writer.finish());
  return { bytes, valueAt: placesToStamp(bytes) };
}
