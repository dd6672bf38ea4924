export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** The span as engines see it: plain, parsed, bounded. Built once at the edge. */
export interface Span {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Epoch milliseconds, with fraction. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly isError: boolean;
  readonly errorClass: string;
  /** `service.instance.id` of the resource, or a made one when it has none. */
  readonly instanceId: string;
  readonly pool: string;
  /** Other spans that caused this one, as messaging instrumentation notes them. */
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  /** Only those that the engines read: `http.*`, `rpc.*`, `server.*`, `peer.service`, `messaging.*`, `db.*`, `gen_ai.*`, `error.type`. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export interface LogRecord {
  readonly at: number;
  readonly instanceId: string;
  readonly pool: string;
  readonly severity: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly body: string;
  readonly traceId: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Who sent telemetry: the identity read from OTLP resource attributes. */
export interface ResourceIdentity {
  readonly instanceId: string;
  readonly pool: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
}
