/**
 * How long a sample takes to be seen: a marker is written by remote write and asked for by a query, again and again until
 * the answer has it, then the next. The time is that of both requests together, as a client has it.
 */
import type { Agent } from 'node:http';
import { packSnappy, WireWriter } from '@jaegis/protocol';
import { post } from './send-bodies.ts';

export interface VisibleProbe {
  readonly url: string;
  readonly token: string | undefined;
  /** Tells the markers of two runs apart; those of two processes are apart in any case. */
  readonly run: string;
  readonly agent: Agent;
  /** Rest between two markers. */
  readonly pauseMs: number;
  readonly isOver: () => boolean;
  /** Told of each marker that was seen. */
  readonly onSeen: (tookMs: number) => void;
}

export const remoteWriteHeaders = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
};

interface QueryAnswer {
  readonly data?: { readonly result?: readonly { readonly value?: readonly [number, string] }[] };
}

/** One marker at a time, until it is over. Never rejects: a marker that could not be written is not counted. */
export async function probeVisibility(probe: VisibleProbe): Promise<void> {
  const { url, agent, isOver } = probe;
  // Another process that probes under the same name would write over our marker, which we would then ask for without end.
  const run = `${probe.run}/${process.pid}`;
  const authorized = authorization(probe.token);
  const selector = encodeURIComponent(`jaegis_loadgen_probe{run="${run}"}`);
  for (let value = 1; !isOver(); value++) {
    const startedAt = performance.now();
    const headers = { ...authorized, ...remoteWriteHeaders };
    const sent = await post(markerBody(run, value), { url: `${url}/api/v1/write`, headers }, agent).catch(
      () => undefined,
    );
    let isSeen = false;
    while (sent !== undefined && sent.status < 300 && !isSeen && !isOver()) {
      const answer = await fetch(`${url}/api/v1/query?query=${selector}`, { headers: authorized }).catch(
        () => undefined,
      );
      const body = (await answer?.json().catch(() => undefined)) as QueryAnswer | undefined;
      isSeen = body?.data?.result?.[0]?.value?.[1] === String(value);
    }
    if (isSeen) probe.onSeen(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, probe.pauseMs));
  }
}

export function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function markerBody(run: string, value: number): Uint8Array {
  const writer = new WireWriter();
  writer.messageField(1, (series) => {
    for (const [name, text] of [
      ['__name__', 'jaegis_loadgen_probe'],
      ['run', run],
    ] as const)
      series.messageField(1, (label) => {
        label.stringField(1, name);
        label.stringField(2, text);
      });
    series.messageField(2, (sample) => {
      sample.doubleField(1, value);
      sample.varintField(2, Date.now());
    });
  });
  return packSnappy(writer.finish());
}
