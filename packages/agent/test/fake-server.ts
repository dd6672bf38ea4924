import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: any;
}

export type Respond = (request: Received, response: ServerResponse) => void;

/** A JAEGIS on loopback that answers what a test wants. */
export class FakeServer {
  readonly received: Received[] = [];
  url = '';
  respond: Respond = (_request, response) => json(response, { intervalMs: 30_000, commands: [] });
  #server: Server | undefined;
  #port = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const isJson = request.headers['content-type'] === 'application/json';
        const body = isJson ? JSON.parse(raw.toString('utf8')) : raw;
        const received = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
        this.received.push(received);
        this.respond(received, response);
        this.#waiting = this.#waiting.filter(({ count, resolve }) => {
          if (this.beats.length >= count) resolve();
          return this.beats.length < count;
        });
      });
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.#port}`;
    return this;
  }

  /** Stops; a later `start` takes the same port. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  get beats(): Received[] {
    return this.received.filter(({ path }) => path.endsWith('/heartbeat'));
  }

  /** Resolves when so many heartbeats have come in all. */
  beatsReach(count: number): Promise<void> {
    if (this.beats.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
