import { WireWriter } from '../wire/wire-writer.ts';

export type OtlpSignal = 'metrics' | 'traces' | 'logs';
export type OtlpEncoding = 'protobuf' | 'json';

/** What of a request was refused; `rejected` counts data points, spans or log records. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

const rejectedFields = { metrics: 'rejectedDataPoints', traces: 'rejectedSpans', logs: 'rejectedLogRecords' } as const;

/** The body of `Export{Metrics,Trace,Logs}ServiceResponse`. Without `partial` everything was taken, and the message is empty. */
export function encodeExportResponse(
  signal: OtlpSignal,
  encoding: OtlpEncoding,
  partial: PartialSuccess | undefined,
): Uint8Array {
  if (encoding === 'json') {
    const body =
      partial === undefined
        ? {}
        : { partialSuccess: { [rejectedFields[signal]]: String(partial.rejected), errorMessage: partial.message } };
    return new TextEncoder().encode(JSON.stringify(body));
  }
  const writer = new WireWriter();
  if (partial !== undefined)
    writer.messageField(1, (inner) => {
      if (partial.rejected > 0) inner.varintField(1, partial.rejected);
      if (partial.message !== '') inner.stringField(2, partial.message);
    });
  return writer.finish();
}

/** gRPC status codes that an OTLP receiver answers with. */
export const grpcCode = {
  invalidArgument: 3,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  /** Adds a `google.rpc.RetryInfo`: without it OTLP clients do not retry a RESOURCE_EXHAUSTED. */
  readonly retryAfterMs?: number;
}

const retryInfoType = 'type.googleapis.com/google.rpc.RetryInfo';

/** The body of a `google.rpc.Status`, which OTLP/HTTP wants in error answers and gRPC in `grpc-status-details-bin`. */
export function encodeStatus(encoding: OtlpEncoding, status: RpcStatus): Uint8Array {
  const { code, message, retryAfterMs } = status;
  if (encoding === 'json') {
    const details =
      retryAfterMs === undefined ? [] : [{ '@type': retryInfoType, retryDelay: `${retryAfterMs / 1_000}s` }];
    return new TextEncoder().encode(JSON.stringify({ code, message, ...(details.length > 0 && { details }) }));
  }
  const writer = new WireWriter();
  writer.varintField(1, code);
  writer.stringField(2, message);
  if (retryAfterMs !== undefined)
    writer.messageField(3, (any) => {
      any.stringField(1, retryInfoType);
      any.messageField(2, (retryInfo) =>
        retryInfo.messageField(1, (duration) => {
          duration.varintField(1, Math.floor(retryAfterMs / 1_000));
          duration.varintField(2, Math.round((retryAfterMs % 1_000) * 1e6));
        }),
      );
    });
  return writer.finish();
}
