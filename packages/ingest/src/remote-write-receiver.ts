import type { Rejections, SeriesRef } from '@jaegis/model';
import {
  type GrowingBatch,
  type RemoteWriteDecoded,
  RemoteWriteDecoder,
  type RemoteWriteVersion,
  SnappyReader,
  type Unpacked,
} from '@jaegis/protocol';
import type { Clock } from '@jaegis/std';
import type { IngestCounters } from './ingest-counters.ts';
import type { HttpAnswer } from './otlp-receiver.ts';
import { overloadOf, rejectionsText, retryAfterMs, totalOf } from './rejections.ts';
import type { TelemetrySinks } from './sinks.ts';
import { SpareBatches } from './spare-batches.ts';
import { shortBytes, type WorkTurns } from './work-turns.ts';

export interface RemoteWriteReceiverOptions {
  readonly sinks: TelemetrySinks;
  readonly clock: Clock;
  readonly counters: IngestCounters;
  /** Largest body, before and after unpacking. */
  readonly bodyLimitBytes: number;
  /** Requests that may wait for the store at once; more are told to come back. */
  readonly pendingLimit?: number;
  /** Shares the event loop's turns; all that comes is taken at once when left out. */
  readonly turns?: WorkTurns | undefined;
  readonly maxSeries?: number;
  readonly hashSeed?: number;
}

export interface RemoteWriteRequest {
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly body: Uint8Array;
}

type Decoded = Extract<RemoteWriteDecoded, { ok: true }>;
interface Written {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
}

/** New series of a request that are taken in one step, a millisecond: their requests share the turns with others. */
const newSeriesAtOnce = 64;
const nothing: Written = { samples: 0, histograms: 0, exemplars: 0 };
const messages: Readonly<Record<string, RemoteWriteVersion>> = {
  'prometheus.writerequest': '1.0',
  'io.prometheus.write.v2.request': '2.0',
};
const statuses = { malformed: 400, too_large: 413, unsupported: 415, busy: 429, unavailable: 503 } as const;

/**
 * Receives Prometheus remote write 1.0 and 2.0 (prometheus.io/docs/specs/prw). What can be taken of a request is taken;
 * when something was refused for good the answer is 400 (a sender must not try again), with the counts of what was
 * written in its headers; when it should come back, 429 or 503 with Retry-After.
 */
export class RemoteWriteReceiver {
  readonly #options: RemoteWriteReceiverOptions;
  readonly #decoder: RemoteWriteDecoder;
  readonly #snappy = new SnappyReader();
  readonly #shortSnappy = new SnappyReader();
  /** The long request that `#snappy` holds unpacked, as long as more of it is to come. */
  #held: { readonly body: Uint8Array; readonly unpacked: Unpacked } | undefined;
  readonly #spare = new SpareBatches();
  #pending = 0;

  constructor(options: RemoteWriteReceiverOptions) {
    const { sinks, maxSeries, hashSeed } = options;
    this.#options = options;
    this.#decoder = new RemoteWriteDecoder({
      resolve: (labels, now) => sinks.samples.resolve(labels, now),
      contact: (identity, now) => sinks.contact(identity, now),
      ...(maxSeries !== undefined && { maxSeries }),
      ...(hashSeed !== undefined && { hashSeed }),
    });
  }

  /** A request over HTTP. Never rejects; settles when what was taken is safe. */
  async handle(request: RemoteWriteRequest): Promise<HttpAnswer> {
    const { counters, pendingLimit = 256, turns } = this.#options;
    const version = versionOf(request.contentType);
    const protocol = version === '2.0' ? 'remote_write_v2' : 'remote_write';
    counters.requests(protocol);
    counters.bytes(protocol, request.body.length);
    if (version === undefined) {
      const found = JSON.stringify(request.contentType.slice(0, 120));
      return this.#refuse(
        protocol,
        'unsupported',
        `content-type is ${found}, must be application/x-protobuf with proto prometheus.WriteRequest or io.prometheus.write.v2.Request`,
      );
    }
    const encoding = request.contentEncoding.trim().toLowerCase();
    if (encoding !== '' && encoding !== 'snappy') {
      const found = JSON.stringify(encoding.slice(0, 40));
      return this.#refuse(protocol, 'unsupported', `content-encoding is ${found}, must be snappy`);
    }
    if (this.#pending >= pendingLimit) {
      const error = `${this.#pending} requests are waiting, must be fewer than ${pendingLimit}`;
      return this.#refuse(protocol, 'busy', error);
    }
    this.#pending++;
    try {
      const step = this.#stepsOf(version, protocol, request.body);
      // Without turns there is one step.
      return await (turns?.run(request.body.length, step) ?? step()!);
    } finally {
      this.#pending--;
    }
  }

  /** To be told which series the store has dropped. */
  forgetRefs(refs: Iterable<SeriesRef>): void {
    this.#decoder.forgetRefs(refs);
  }

  /** What is remembered of series identities, and how many requests wait for the store. */
  stats(): { series: number; bytes: number; dropped: number; pending: number } {
    return { ...this.#decoder.stats(), pending: this.#pending };
  }

  /** Takes a request, a part at each call: `undefined` when more is to come. */
  #stepsOf(version: RemoteWriteVersion, protocol: string, body: Uint8Array): () => Promise<HttpAnswer> | undefined {
    const { turns, clock } = this.#options;
    const progress = { newSeries: turns === undefined ? Number.POSITIVE_INFINITY : newSeriesAtOnce };
    const now = clock.now();
    let into: { batch: GrowingBatch; histograms: GrowingBatch; now: number } | undefined;
    return () => {
      const unpacked = this.#unpack(body);
      if (!unpacked.ok) {
        this.#held = undefined;
        return Promise.resolve(this.#refuse(protocol, unpacked.fault, unpacked.error));
      }
      into ??= { batch: this.#spare.take(), histograms: this.#spare.take(), now };
      const decoded = this.#decoder.decodeSome(version, unpacked.bytes, into, progress);
      if (decoded === undefined) return undefined;
      this.#held = undefined;
      return this.#take(decoded, into, protocol);
    };
  }

  /** Short requests come in between the parts of a long one, which stays unpacked; two long ones are unpacked by turns. */
  #unpack(body: Uint8Array): Unpacked {
    const { bodyLimitBytes } = this.#options;
    if (body.length <= shortBytes) return this.#shortSnappy.read(body, bodyLimitBytes);
    if (this.#held?.body !== body) this.#held = { body, unpacked: this.#snappy.read(body, bodyLimitBytes) };
    return this.#held.unpacked;
  }

  async #take(
    decoded: RemoteWriteDecoded,
    into: { batch: GrowingBatch; histograms: GrowingBatch; now: number },
    protocol: string,
  ): Promise<HttpAnswer> {
    try {
      if (!decoded.ok) return this.#refuse(protocol, 'malformed', decoded.error);
      return await this.#store(decoded, into, protocol);
    } finally {
      this.#spare.give(into.batch);
      this.#spare.give(into.histograms);
    }
  }

  async #store(
    decoded: Decoded,
    { batch, histograms, now }: { batch: GrowingBatch; histograms: GrowingBatch; now: number },
    protocol: string,
  ): Promise<HttpAnswer> {
    const { sinks, counters } = this.#options;
    for (const [reason, count] of Object.entries(decoded.rejected)) counters.rejected(protocol, reason, count);
    sinks.metadata(decoded.metadata);
    let refused: Rejections = {};
    let samples = 0;
    let histogramsLost = 0;
    try {
      for (const part of [batch, histograms]) {
        if (part.length === 0) continue;
        const result = await sinks.samples.append(part, now);
        counters.samples(protocol, result.accepted);
        for (const [reason, count] of Object.entries(result.rejected)) counters.rejected(protocol, reason, count);
        // The store has dropped series that we were not told of: they are resolved anew when the sender comes back.
        if ((result.rejected.unknown_series ?? 0) > 0) this.forgetRefs(part.refs.slice(0, part.length));
        refused = sum(refused, result.rejected);
        if (part === batch) samples = result.accepted;
        else if (result.accepted < part.length) histogramsLost = decoded.histogramsTaken;
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#refuse(protocol, 'unavailable', reason);
    }
    const overload = overloadOf(refused);
    if (overload !== undefined)
      return this.#answerLate(overload, overload === 'busy' ? 'the write queue is full' : 'the store cannot write');
    if ((refused.unknown_series ?? 0) > 0) return this.#answerLate('unavailable', 'series were dropped meanwhile');
    const exemplars = decoded.exemplars.length === 0 ? 0 : sinks.exemplars(decoded.exemplars);
    const written = { samples, histograms: decoded.histogramsTaken - histogramsLost, exemplars };
    return answer(decoded, refused, written);
  }

  #refuse(protocol: string, kind: keyof typeof statuses, error: string): HttpAnswer {
    this.#options.counters.rejected(protocol, countedAs[kind], 1);
    return this.#answerLate(kind, error);
  }

  #answerLate(kind: keyof typeof statuses, error: string): HttpAnswer {
    const headers = writtenHeaders(nothing);
    if (kind === 'busy' || kind === 'unavailable')
      headers['retry-after'] = String(Math.ceil(retryAfterMs[kind] / 1_000));
    const text = error.startsWith('Cannot') ? error : `Cannot take remote write: ${error}`;
    return { status: statuses[kind], headers, body: Buffer.from(`${text}\n`) };
  }
}

const countedAs = {
  malformed: 'malformed',
  too_large: 'too_large',
  unsupported: 'unsupported',
  busy: 'queue_full',
  unavailable: 'storage',
} as const;

function answer(decoded: Decoded, refused: Rejections, written: Written): HttpAnswer {
  const headers = writtenHeaders(written);
  const lost = totalOf(decoded.rejected) + totalOf(refused);
  if (lost === 0) return { status: 204, headers, body: new Uint8Array(0) };
  const parts = [decoded.message, totalOf(refused) === 0 ? '' : `${rejectionsText(refused)} refused by the store`];
  const text = `Cannot take all of the remote write: ${parts.filter((part) => part !== '').join('; ')}\n`;
  return { status: 400, headers, body: Buffer.from(text) };
}

function writtenHeaders(written: Written): Record<string, string> {
  return {
    'content-type': 'text/plain; charset=utf-8',
    'x-prometheus-remote-write-samples-written': String(written.samples),
    'x-prometheus-remote-write-histograms-written': String(written.histograms),
    'x-prometheus-remote-write-exemplars-written': String(written.exemplars),
  };
}

function sum(a: Rejections, b: Rejections): Rejections {
  const result: Rejections = { ...a };
  for (const [reason, count] of Object.entries(b) as [keyof Rejections, number][])
    result[reason] = (result[reason] ?? 0) + count;
  return result;
}

/** Which message the body is, by its content type; without a `proto` it is 1.0, as it was before there was another. */
function versionOf(contentType: string): RemoteWriteVersion | undefined {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  if (type.trim() !== 'application/x-protobuf' && type.trim() !== '') return undefined;
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim() === 'proto') return messages[value.trim().replace(/^"|"$/g, '')];
  }
  return '1.0';
}
