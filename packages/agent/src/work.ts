import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { PeerBook } from './peers.ts';
import { carryContext, contextFrom, type HeadersLike } from './telemetry.ts';

export interface RunOptions {
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /** Steps of progress that its success counts for. Default 1. */
  readonly progress?: number;
}

/** One call of a language model. What is only known afterwards is told by `usage`. */
export interface ModelCall {
  readonly model: string;
  /** `openai`, `anthropic`, ... (`gen_ai.provider.name`). */
  readonly provider?: string;
  /** `chat` (default), `embeddings`, ... (`gen_ai.operation.name`). */
  readonly operation?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
}

export type ModelUsage = Pick<ModelCall, 'inputTokens' | 'outputTokens' | 'costUsd'>;

const spanKinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/**
 * Spans around an agent's work, by the OpenTelemetry semantic conventions. An error of the work itself is recorded and
 * passed on as it is: it belongs to the host.
 */
export class Work {
  readonly #tracer: Tracer;
  readonly #peers: PeerBook;
  #inFlight = 0;
  #progress = 0;
  #whenIdle: (() => void)[] = [];

  constructor(tracer: Tracer, peers: PeerBook) {
    this.#tracer = tracer;
    this.#peers = peers;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get progress(): number {
    return this.#progress;
  }

  /** Steps of work done; anything but a positive number counts for nothing. */
  advance(steps: number): void {
    if (steps > 0 && Number.isFinite(steps)) this.#progress += steps;
  }

  /** Resolves once nothing is in flight. */
  idle(): Promise<void> {
    return this.#inFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  run<T>(name: string, options: RunOptions, fn: (span: Span) => T | Promise<T>): Promise<T> {
    const { kind = 'internal', attributes = {}, progress = 1 } = options;
    return this.#inFlightWhile(progress, () => this.#inSpan(name, { kind: spanKinds[kind], attributes }, fn));
  }

  handle<T>(headers: HeadersLike, name: string, fn: (span: Span) => T | Promise<T>): Promise<T> {
    const [, method, route] = /^([A-Z]+) (\/.*)$/.exec(name) ?? [];
    const attributes: Attributes =
      method === undefined ? {} : { 'http.request.method': method, 'http.route': route ?? '/' };
    const serve = async (span: Span) => {
      const result = await fn(span);
      const status = statusOf(result);
      if (status !== undefined) markHttpStatus(span, status, 500);
      return result;
    };
    return this.#inFlightWhile(1, () =>
      this.#inSpan(name, { kind: SpanKind.SERVER, attributes, parent: contextFrom(headers) }, serve),
    );
  }

  request(pool: string, url: string | URL, init: RequestInit = {}): Promise<Response> {
    const method = (init.method ?? 'GET').toUpperCase();
    const attributes: Attributes = {
      'http.request.method': method,
      'url.full': withoutSecrets(url),
      'peer.service': pool,
      ...addressOf(url),
    };
    return this.#inSpan(method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const headers: Record<string, string> = Object.fromEntries(new Headers(init.headers).entries());
      carryContext(headers);
      const ended = this.#peers.began(String(url));
      try {
        const response = await fetch(url, { ...init, headers });
        markHttpStatus(span, response.status, 400);
        return response;
      } finally {
        ended();
      }
    });
  }

  model<T>(call: ModelCall, fn: (usage: (usage: ModelUsage) => void, span: Span) => T | Promise<T>): Promise<T> {
    const operation = call.operation ?? 'chat';
    const attributes: Attributes = { 'gen_ai.operation.name': operation, 'gen_ai.request.model': call.model };
    if (call.provider !== undefined) attributes['gen_ai.provider.name'] = call.provider;
    return this.#inSpan(`${operation} ${call.model}`, { kind: SpanKind.CLIENT, attributes }, (span) => {
      const setUsage = (usage: ModelUsage) => {
        setNumber(span, 'gen_ai.usage.input_tokens', usage.inputTokens);
        setNumber(span, 'gen_ai.usage.output_tokens', usage.outputTokens);
        setNumber(span, 'gen_ai.usage.cost', usage.costUsd);
      };
      setUsage(call);
      return fn(setUsage, span);
    });
  }

  async #inFlightWhile<T>(progress: number, fn: () => Promise<T>): Promise<T> {
    this.#inFlight++;
    try {
      const result = await fn();
      this.advance(progress);
      return result;
    } finally {
      this.#inFlight--;
      if (this.#inFlight === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }

  async #inSpan<T>(
    name: string,
    o: { readonly kind: SpanKind; readonly attributes: Attributes; readonly parent?: Context },
    fn: (span: Span) => T | Promise<T>,
  ): Promise<T> {
    const parent = o.parent ?? context.active();
    const span = this.#tracer.startSpan(name, { kind: o.kind, attributes: o.attributes }, parent);
    try {
      return await context.with(trace.setSpan(parent, span), fn, undefined, span);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      span.recordException(failure);
      span.setAttribute('error.type', (failure as NodeJS.ErrnoException).code ?? failure.name);
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
      throw error;
    } finally {
      span.end();
    }
  }
}

function markHttpStatus(span: Span, status: number, errorsFrom: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status < errorsFrom) return;
  span.setAttribute('error.type', String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** `{ status: 503 }`, `{ statusCode: 503 }` or a `Response`: what a handler gives back may say how it went. */
function statusOf(result: unknown): number | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  const { status, statusCode } = result as { status?: unknown; statusCode?: unknown };
  return [status, statusCode].find(
    (value): value is number => Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599,
  );
}

function setNumber(span: Span, name: string, value: number | undefined): void {
  if (typeof value === 'number' && Number.isFinite(value)) span.setAttribute(name, value);
}

function withoutSecrets(url: string | URL): string {
  try {
    const clean = new URL(url);
    clean.username = clean.password = '';
    return clean.href;
  } catch {
    return String(url);
  }
}

function addressOf(url: string | URL): Attributes {
  try {
    const { hostname, port, protocol } = new URL(url);
    return { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) };
  } catch {
    return {};
  }
}
