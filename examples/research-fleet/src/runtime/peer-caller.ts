import { Agent } from 'node:http';
import { type Context, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { type JsonAnswer, postJson } from './http-json.ts';
import { headerFromSpan } from './trace-context.ts';

export interface Endpoint {
  readonly instanceId: string;
  readonly url: string;
}

/** Nobody could do it: the last thing that was tried, in words. `status` is what to answer one's own caller. */
export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

interface Failure {
  readonly errorType: string;
  readonly message: string;
}

const restMs = 3_000;

/**
 * Calls one agent of a pool: of two picked at random the one with fewer of our calls outstanding (Mitzenmacher's power of
 * two choices), and once more at another when the first is full, going away or not there. An agent that just failed
 * rests for three seconds before it is picked again.
 */
export class PeerCaller {
  readonly #tracer: Tracer;
  readonly #peers: (pool: string) => readonly Endpoint[];
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #connections = new Agent({ keepAlive: true, maxSockets: 512 });
  readonly #outstanding = new Map<string, number>();
  readonly #restUntil = new Map<string, number>();

  constructor(options: {
    tracer: Tracer;
    peers: (pool: string) => readonly Endpoint[];
    random: () => number;
    now: () => number;
  }) {
    this.#tracer = options.tracer;
    this.#peers = options.peers;
    this.#random = options.random;
    this.#now = options.now;
  }

  /** The decoded answer. Rejects with a `PeerError` after two tries. */
  async call(
    target: { pool: string; path: string; timeoutMs: number },
    body: unknown,
    parent: Context,
  ): Promise<unknown> {
    const tried: string[] = [];
    let failure: Failure = { errorType: 'no_peer', message: `no agent of ${target.pool} is known` };
    for (let attempt = 0; attempt < 2; attempt++) {
      const peer = this.pick(target.pool, tried);
      if (peer === undefined) break;
      tried.push(peer.instanceId);
      const result = await this.#attempt(peer, { ...target, body, parent });
      if (result.ok) return result.body;
      failure = result.failure;
      if (!result.isRetryable) break;
    }
    throw new PeerError(
      failure.errorType === '429' ? 429 : 503,
      `Cannot ask ${target.pool}: ${failure.message} (${tried.length} tried)`,
    );
  }

  /** Picks a peer that was not `excluded`; a resting one only when there is no other. */
  pick(pool: string, excluded: readonly string[]): Endpoint | undefined {
    const all = this.#peers(pool).filter((peer) => !excluded.includes(peer.instanceId));
    const now = this.#now();
    const rested = all.filter((peer) => (this.#restUntil.get(peer.instanceId) ?? 0) <= now);
    const usable = rested.length > 0 ? rested : all;
    const first = usable[Math.floor(this.#random() * usable.length)];
    const second = usable[Math.floor(this.#random() * usable.length)];
    if (first === undefined || second === undefined) return undefined;
    return this.#load(second) < this.#load(first) ? second : first;
  }

  close(): void {
    this.#connections.destroy();
  }

  #load(peer: Endpoint): number {
    return this.#outstanding.get(peer.instanceId) ?? 0;
  }

  async #attempt(
    peer: Endpoint,
    call: { pool: string; path: string; timeoutMs: number; body: unknown; parent: Context },
  ): Promise<{ ok: true; body: unknown } | { ok: false; failure: Failure; isRetryable: boolean }> {
    const { hostname, port } = new URL(peer.url);
    const span = this.#tracer.startSpan(
      `POST ${call.path}`,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': 'POST',
          'url.full': `${peer.url}${call.path}`,
          'server.address': hostname,
          'server.port': Number(port),
          'peer.service': call.pool,
        },
      },
      call.parent,
    );
    this.#outstanding.set(peer.instanceId, this.#load(peer) + 1);
    let failure: Failure;
    let isRetryable = true;
    try {
      const answer = await postJson(`${peer.url}${call.path}`, call.body, {
        headers: { traceparent: headerFromSpan(span.spanContext()) },
        timeoutMs: call.timeoutMs,
        connections: this.#connections,
      });
      span.setAttribute('http.response.status_code', answer.status);
      if (answer.status < 400) {
        span.end();
        return { ok: true, body: answer.body };
      }
      failure = { errorType: String(answer.status), message: `${peer.instanceId} answered ${describe(answer)}` };
      isRetryable = answer.status === 429 || answer.status >= 500;
    } catch (error) {
      failure = { errorType: 'unreachable', message: `${peer.instanceId}: ${(error as Error).message}` };
    } finally {
      const left = this.#load(peer) - 1;
      if (left > 0) this.#outstanding.set(peer.instanceId, left);
      else this.#outstanding.delete(peer.instanceId);
    }
    span.setAttribute('error.type', failure.errorType);
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
    span.end();
    this.#rest(peer);
    return { ok: false, failure, isRetryable };
  }

  #rest(peer: Endpoint): void {
    if (this.#restUntil.size > 1_000) this.#restUntil.clear();
    this.#restUntil.set(peer.instanceId, this.#now() + restMs);
  }
}

function describe(answer: JsonAnswer): string {
  const error = (answer.body as { error?: { message?: unknown } } | undefined)?.error?.message;
  return typeof error === 'string' ? `${answer.status}: ${error}` : String(answer.status);
}
