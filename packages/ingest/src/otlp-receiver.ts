import type { SeriesRef } from '@jaegis/model';
import {
  decodeLogs,
  decodeTraces,
  encodeExportResponse,
  encodeStatus,
  grpcCode,
  jsonToWire,
  MetricsDecoder,
  type OtlpEncoding,
  type OtlpNaming,
  type OtlpSignal,
  type PartialSuccess,
  type RecordsDecoded,
} from '@jaegis/protocol';
import type { Clock } from '@jaegis/std';
import { decompress } from './decompress.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { overloadOf, rejectionsText, retryAfterMs, totalOf } from './rejections.ts';
import type { TelemetrySinks } from './sinks.ts';
import { SpareBatches } from './spare-batches.ts';
import type { WorkTurns } from './work-turns.ts';

export interface OtlpReceiverOptions {
  readonly sinks: TelemetrySinks;
  readonly clock: Clock;
  readonly counters: IngestCounters;
  /** Largest body, before and after decompression. */
  readonly bodyLimitBytes: number;
  /** Requests that may wait for the store at once; more are told to come back. */
  readonly pendingLimit?: number;
  /** Shares the event loop's turns; all that comes is taken at once when left out. */
  readonly turns?: WorkTurns | undefined;
  /** Most series whose identity is remembered (see MetricsDecoder). */
  readonly maxSeries?: number;
  /** How names are made of OTLP's. */
  readonly naming?: OtlpNaming;
  /** Makes hashes differ between processes; any 32-bit number. */
  readonly hashSeed?: number;
}

export interface OtlpHttpRequest {
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly body: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** What became of a request, whichever way it came. */
export type ReceiveOutcome =
  | { readonly kind: 'taken'; readonly partial: PartialSuccess | undefined }
  | { readonly kind: 'malformed' | 'too_large' | 'unsupported'; readonly error: string }
  /** Nothing was taken and the sender should try again after this long. */
  | { readonly kind: 'busy' | 'unavailable'; readonly error: string; readonly retryAfterMs: number };

/** Receives OTLP metrics, traces and logs, and answers in the sender's own encoding. */
export class OtlpReceiver {
  readonly #options: OtlpReceiverOptions;
  readonly #metrics: MetricsDecoder;
  readonly #spare = new SpareBatches();
  #pending = 0;

  constructor(options: OtlpReceiverOptions) {
    const { sinks, maxSeries, hashSeed, naming } = options;
    this.#options = options;
    this.#metrics = new MetricsDecoder({
      resolve: (labels, now) => sinks.samples.resolve(labels, now),
      contact: (identity, now) => sinks.contact(identity, now),
      ...(maxSeries !== undefined && { maxSeries }),
      ...(hashSeed !== undefined && { hashSeed }),
      ...(naming !== undefined && { naming }),
    });
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get counters(): IngestCounters {
    return this.#options.counters;
  }

  /** A request over HTTP. Never rejects; the body of an error answer is a `google.rpc.Status`. */
  async handleHttp(signal: OtlpSignal, request: OtlpHttpRequest): Promise<HttpAnswer> {
    const { counters, bodyLimitBytes } = this.#options;
    const encoding = encodingOf(request.contentType);
    const protocol = encoding === 'json' ? 'otlp_http_json' : 'otlp_http';
    counters.requests(protocol);
    counters.bytes(protocol, request.body.length);
    if (encoding === undefined) {
      const found = JSON.stringify(request.contentType.slice(0, 100));
      const error = `content-type is ${found}, must be application/x-protobuf or application/json`;
      return this.#answer(signal, 'json', {
        protocol,
        outcome: { kind: 'unsupported', error: `Cannot read OTLP ${signal}: ${error}` },
      });
    }
    const plain =
      request.body.length > bodyLimitBytes
        ? ({
            ok: false,
            fault: 'too_large',
            error: `the body is too large, must be at most ${bodyLimitBytes} bytes`,
          } as const)
        : await decompress(request.contentEncoding, request.body, bodyLimitBytes);
    const outcome: ReceiveOutcome = plain.ok
      ? await this.receive(signal, { encoding, protocol, body: plain.body })
      : { kind: plain.fault, error: `Cannot read OTLP ${signal}: ${plain.error}` };
    return this.#answer(signal, encoding, { protocol, outcome });
  }

  /** A request's message, already decompressed. Settles when what was taken is safe. Never rejects. */
  async receive(
    signal: OtlpSignal,
    request: { readonly encoding: OtlpEncoding; readonly protocol: string; readonly body: Uint8Array },
  ): Promise<ReceiveOutcome> {
    const { pendingLimit = 256, turns } = this.#options;
    if (this.#pending >= pendingLimit) {
      const error = `Cannot take OTLP ${signal}: ${this.#pending} requests are waiting, must be fewer than ${pendingLimit}`;
      return { kind: 'busy', error, retryAfterMs: retryAfterMs.busy };
    }
    this.#pending++;
    try {
      const take = () => this.#take(signal, request);
      return await (turns?.run(request.body.length, take) ?? take());
    } finally {
      this.#pending--;
    }
  }

  /** To be told which series the store has dropped. */
  forgetRefs(refs: Iterable<SeriesRef>): void {
    this.#metrics.forgetRefs(refs);
  }

  /** What is remembered of series identities, and how many requests wait for the store. */
  stats(): { series: number; resources: number; bytes: number; dropped: number; pending: number } {
    return { ...this.#metrics.stats(), pending: this.#pending };
  }

  async #take(
    signal: OtlpSignal,
    request: { readonly encoding: OtlpEncoding; readonly protocol: string; readonly body: Uint8Array },
  ): Promise<ReceiveOutcome> {
    let { body } = request;
    if (request.encoding === 'json') {
      const converted = jsonToWire(signal, body);
      if (!converted.ok) return { kind: 'malformed', error: converted.error };
      body = converted.bytes;
    }
    if (signal === 'metrics') return this.#takeMetrics(body, request.protocol);
    return signal === 'traces' ? this.#takeSpans(body, request.protocol) : this.#takeLogs(body, request.protocol);
  }

  async #takeMetrics(body: Uint8Array, protocol: string): Promise<ReceiveOutcome> {
    const { sinks, clock, counters } = this.#options;
    const now = clock.now();
    const batch = this.#spare.take();
    try {
      const decoded = this.#metrics.decode(body, batch, now);
      if (!decoded.ok) return { kind: 'malformed', error: decoded.error };
      for (const [reason, count] of Object.entries(decoded.rejected)) counters.rejected(protocol, reason, count);
      if (decoded.metadata.length > 0) sinks.metadata(decoded.metadata);
      const refused = decoded.points - decoded.taken;
      if (batch.length === 0) return taken(refused, decoded.message);
      const sent = batch.length;
      const result = await sinks.samples.append(batch, now);
      counters.samples(protocol, result.accepted);
      for (const [reason, count] of Object.entries(result.rejected)) counters.rejected(protocol, reason, count);
      // The store has dropped series that we were not told of: what this request wrote to is asked for anew next time.
      if ((result.rejected.unknown_series ?? 0) > 0) this.forgetRefs(batch.refs.subarray(0, batch.length));
      if (decoded.exemplars.length > 0 && result.accepted > 0) sinks.exemplars(decoded.exemplars);
      const lost = totalOf(result.rejected);
      if (lost === 0) return taken(refused, decoded.message);
      const overload = overloadOf(result.rejected);
      if (lost >= sent && overload !== undefined) return overloaded(overload);
      // The store counts samples; a histogram's point is many. A sender must not be told of more points than it sent.
      const message = [decoded.message, `${rejectionsText(result.rejected)} of ${sent} samples refused by the store`];
      return taken(refused + Math.min(lost, decoded.taken), message.filter((part) => part !== '').join('; '));
    } catch (error) {
      return this.#failed('metrics', protocol, error);
    } finally {
      this.#spare.give(batch);
    }
  }

  #takeSpans(body: Uint8Array, protocol: string): ReceiveOutcome {
    const { sinks, clock, counters } = this.#options;
    const now = clock.now();
    try {
      const decoded = decodeTraces(body, now);
      if (!decoded.ok) return { kind: 'malformed', error: decoded.error };
      const admitted = this.#admit(decoded, protocol, now);
      if (admitted.items.length > 0) sinks.spans(admitted.items, now);
      counters.spans(protocol, admitted.items.length);
      return taken(admitted.refused, admitted.message);
    } catch (error) {
      return this.#failed('traces', protocol, error);
    }
  }

  async #takeLogs(body: Uint8Array, protocol: string): Promise<ReceiveOutcome> {
    const { sinks, clock, counters } = this.#options;
    const now = clock.now();
    try {
      const decoded = decodeLogs(body, now);
      if (!decoded.ok) return { kind: 'malformed', error: decoded.error };
      const admitted = this.#admit(decoded, protocol, now);
      if (admitted.items.length > 0) await sinks.logs(admitted.items, now);
      counters.logs(protocol, admitted.items.length);
      return taken(admitted.refused, admitted.message);
    } catch (error) {
      return this.#failed('logs', protocol, error);
    }
  }

  /** The records of those resources that the registry takes. */
  #admit<T>(
    decoded: Extract<RecordsDecoded<T>, { ok: true }>,
    protocol: string,
    now: number,
  ): { items: readonly T[]; refused: number; message: string } {
    const { sinks, counters } = this.#options;
    const items: T[] = [];
    let unknown = 0;
    for (const group of decoded.groups) {
      if (sinks.contact(group.identity, now)) for (const item of group.items) items.push(item);
      else unknown += group.items.length;
    }
    for (const [reason, count] of Object.entries(decoded.rejected)) counters.rejected(protocol, reason, count);
    counters.rejected(protocol, 'agent_limit', unknown);
    const limit = unknown === 0 ? '' : `${unknown} agent_limit (the registry takes no further agents)`;
    const message = [decoded.message, limit].filter((part) => part !== '').join('; ');
    return { items, refused: decoded.rejectedCount + unknown, message };
  }

  #failed(signal: OtlpSignal, protocol: string, error: unknown): ReceiveOutcome {
    this.#options.counters.rejected(protocol, 'storage', 1);
    const reason = error instanceof Error ? error.message : String(error);
    return {
      kind: 'unavailable',
      error: `Cannot keep OTLP ${signal}: ${reason}`,
      retryAfterMs: retryAfterMs.unavailable,
    };
  }

  #answer(
    signal: OtlpSignal,
    encoding: OtlpEncoding,
    given: { protocol: string; outcome: ReceiveOutcome },
  ): HttpAnswer {
    const { outcome, protocol } = given;
    const headers: Record<string, string> = {
      'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
    };
    if (outcome.kind === 'taken')
      return { status: 200, headers, body: encodeExportResponse(signal, encoding, outcome.partial) };
    countWhole(this.#options.counters, protocol, outcome);
    const { status, code } = statuses[outcome.kind];
    if ('retryAfterMs' in outcome) headers['retry-after'] = String(Math.ceil(outcome.retryAfterMs / 1_000));
    return { status, headers, body: encodeStatus(encoding, { code, message: outcome.error }) };
  }
}

const statuses = {
  malformed: { status: 400, code: grpcCode.invalidArgument },
  too_large: { status: 413, code: grpcCode.invalidArgument },
  unsupported: { status: 415, code: grpcCode.invalidArgument },
  busy: { status: 429, code: grpcCode.resourceExhausted },
  unavailable: { status: 503, code: grpcCode.unavailable },
} as const;

/** A request refused as a whole counts as one. */
export function countWhole(counters: IngestCounters, protocol: string, outcome: ReceiveOutcome): void {
  if (outcome.kind === 'malformed' || outcome.kind === 'too_large' || outcome.kind === 'unsupported')
    counters.rejected(protocol, outcome.kind, 1);
  if (outcome.kind === 'busy') counters.rejected(protocol, 'queue_full', 1);
}

function taken(refused: number, message: string): ReceiveOutcome {
  return { kind: 'taken', partial: refused === 0 ? undefined : { rejected: refused, message } };
}

function overloaded(kind: 'busy' | 'unavailable'): ReceiveOutcome {
  const error = kind === 'busy' ? 'the write queue is full' : 'the store cannot write';
  return { kind, error: `Cannot keep OTLP metrics: ${error}`, retryAfterMs: retryAfterMs[kind] };
}

function encodingOf(contentType: string): OtlpEncoding | undefined {
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf';
  return type === 'application/json' ? 'json' : undefined;
}
