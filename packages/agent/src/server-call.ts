import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Host } from './host.ts';

export type ServerAnswer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly error: string; readonly retryAfterMs?: number };

export interface ServerCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Keeps the process alive until it is answered. Only the goodbye does. */
  readonly holdsProcess?: boolean;
}

/** The SDK's own way to the server: small, bounded in time and size, never a reason for the process to live on, and never traced. */
export class ServerConnection {
  readonly #host: Host;
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #agent: HttpAgent;
  readonly #isHttps: boolean;

  constructor(host: Host, url: string, token: string | undefined) {
    this.#host = host;
    this.#url = url;
    this.#token = token;
    this.#isHttps = url.startsWith('https:');
    // 4 s is below the 5 s after which Node's own server drops an idle connection.
    const options = { keepAlive: true, maxSockets: 4, timeout: 4_000 };
    this.#agent = this.#isHttps ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Never rejects. */
  call(call: ServerCall): Promise<ServerAnswer> {
    return new Promise((resolve) => {
      try {
        context.with(suppressTracing(context.active()), () => this.#send(call, resolve));
      } catch (error) {
        resolve({ ok: false, error: messageOf(error) });
      }
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(call: ServerCall, resolve: (answer: ServerAnswer) => void): void {
    const payload = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const headers: Record<string, string | number> = { accept: 'application/json' };
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    if (payload !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = payload.length;
    }
    const send = this.#isHttps ? httpsRequest : httpRequest;
    const request = send(`${this.#url}${call.path}`, { method: call.method, headers, agent: this.#agent });
    const finish = (answer: ServerAnswer) => {
      cancelDeadline();
      resolve(answer);
    };
    // The whole call, not only its silence: a server that drips a byte a second must not hold us.
    const cancelDeadline = this.#host.after(call.timeoutMs, () => {
      request.destroy();
      finish({ ok: false, error: `no answer within ${call.timeoutMs} ms` });
    });
    if (call.holdsProcess !== true) request.on('socket', (socket: Socket) => socket.unref());
    else request.on('socket', (socket: Socket) => socket.ref());
    request.on('error', (error) => finish({ ok: false, error: messageOf(error) }));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= call.maxBytes) chunks.push(chunk);
        else {
          response.destroy();
          finish({ ok: false, error: `answer is larger than ${call.maxBytes} bytes` });
        }
      });
      response.on('error', (error) => finish({ ok: false, error: messageOf(error) }));
      response.on('close', () => finish({ ok: false, error: 'answer was cut off' }));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return finish(parse(chunks));
        const retryAfter = Number(response.headers['retry-after']);
        const wait = Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfterMs: retryAfter * 1_000 } : {};
        finish({ ok: false, error: `answered ${status}`, ...wait });
      });
    });
    request.end(payload);
  }
}

function parse(chunks: Buffer[]): ServerAnswer {
  try {
    return { ok: true, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
  } catch {
    return { ok: false, error: 'answer is not JSON' };
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
