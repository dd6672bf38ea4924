import * as grpc from '@grpc/grpc-js';
import { encodeExportResponse, encodeStatus, grpcCode, type OtlpSignal } from '@jaegis/protocol';
import { countWhole, type OtlpReceiver, type ReceiveOutcome } from './otlp-receiver.ts';

export interface GrpcServerOptions {
  readonly receiver: OtlpReceiver;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Largest message, before and after decompression. */
  readonly maxMessageBytes: number;
  /** False answers UNAUTHENTICATED. */
  readonly authorize?: (metadata: grpc.Metadata) => boolean;
  /** Rate limit by the sender's address; a refusal answers RESOURCE_EXHAUSTED with RetryInfo. */
  readonly admit?: (sender: string) => true | { readonly retryAfterMs: number };
}

export interface GrpcServer {
  readonly port: number;
  /** Lets running calls finish for a moment, then ends them. */
  close(): Promise<void>;
}

const protocol = 'otlp_grpc';
const closeWithinMs = 2_000;

const services: readonly (readonly [signal: OtlpSignal, service: string])[] = [
  ['metrics', 'opentelemetry.proto.collector.metrics.v1.MetricsService'],
  ['traces', 'opentelemetry.proto.collector.trace.v1.TraceService'],
  ['logs', 'opentelemetry.proto.collector.logs.v1.LogsService'],
];

/** OTLP over gRPC: the three Export calls, on raw message bytes (our own decoder reads them). gzip is undone by the library. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { receiver, host, maxMessageBytes } = options;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': 1024 * 1024,
    'grpc.max_concurrent_streams': 256,
  });
  for (const [signal, service] of services) {
    const definition: grpc.ServiceDefinition = {
      Export: {
        path: `/${service}/Export`,
        requestStream: false,
        responseStream: false,
        requestSerialize: asBuffer,
        requestDeserialize: asBuffer,
        responseSerialize: asBuffer,
        responseDeserialize: asBuffer,
      },
    };
    const handle: grpc.handleUnaryCall<Buffer, Buffer> = (call, callback) => {
      exportCall(signal, call, options).then(
        (body) => callback(null, body),
        (error: grpc.ServiceError) => callback(error),
      );
    };
    server.addService(definition, { Export: handle });
  }
  const address = host.includes(':') ? `[${host}]` : host;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${address}:${options.port}`, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    close: () =>
      new Promise<void>((resolve) => {
        const cancel = receiver.clock.after(closeWithinMs, () => server.forceShutdown());
        server.tryShutdown(() => {
          cancel();
          resolve();
        });
      }),
  };
}

async function exportCall(
  signal: OtlpSignal,
  call: grpc.ServerUnaryCall<Buffer, Buffer>,
  options: GrpcServerOptions,
): Promise<Buffer> {
  const { receiver, authorize, admit } = options;
  const { counters } = receiver;
  counters.requests(protocol);
  counters.bytes(protocol, call.request.length);
  if (authorize !== undefined && !authorize(call.metadata)) {
    counters.rejected(protocol, 'unauthenticated', 1);
    throw failure(grpc.status.UNAUTHENTICATED, {
      message: 'Cannot take OTLP: the authorization is missing or wrong, must be "Bearer TOKEN"',
    });
  }
  const admitted = admit?.(senderOf(call.getPeer())) ?? true;
  if (admitted !== true) {
    counters.rejected(protocol, 'rate_limited', 1);
    const { retryAfterMs } = admitted;
    throw failure(grpc.status.RESOURCE_EXHAUSTED, { message: 'Cannot take OTLP: too many requests', retryAfterMs });
  }
  const outcome = await receiver.receive(signal, { encoding: 'protobuf', protocol, body: call.request });
  if (outcome.kind === 'taken') return asBuffer(encodeExportResponse(signal, 'protobuf', outcome.partial));
  countWhole(counters, protocol, outcome);
  throw failure(codes[outcome.kind], {
    message: outcome.error,
    ...('retryAfterMs' in outcome && { retryAfterMs: outcome.retryAfterMs }),
  });
}

const codes: Record<Exclude<ReceiveOutcome['kind'], 'taken'>, grpc.status> = {
  malformed: grpcCode.invalidArgument,
  too_large: grpcCode.resourceExhausted,
  unsupported: grpcCode.unimplemented,
  busy: grpcCode.resourceExhausted,
  unavailable: grpcCode.unavailable,
};

/** A gRPC error; its details carry the RetryInfo without which OTLP clients give up on RESOURCE_EXHAUSTED. */
function failure(code: grpc.status, given: { message: string; retryAfterMs?: number }): grpc.ServiceError {
  const metadata = new grpc.Metadata();
  if (given.retryAfterMs !== undefined)
    metadata.set('grpc-status-details-bin', asBuffer(encodeStatus('protobuf', { code, ...given })));
  // Header values must be ASCII; the message may quote what the sender wrote.
  const details = given.message.replace(/[^\x20-\x7e]/g, '?').slice(0, 1_000);
  return Object.assign(new Error(details), { code, details, metadata });
}

/** The address without its port: every connection of a sender has another. */
function senderOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
