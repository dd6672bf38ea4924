import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import type { FleetEvent, WhatIfReport } from '@jaegis/model';
import { MadeApi, type MadeApiOptions } from './made-api.ts';
import { makeBacktest } from './made-backtest.ts';

/** The made API and the built dashboard on one port, for developing and testing the dashboard without JAEGIS. */
export interface MadeServerOptions extends MadeApiOptions {
  /** Folder of the built dashboard. */
  readonly dist: string;
  readonly port?: number;
  /** When set, the API answers 401 without it. */
  readonly token?: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};
/** Stricter than the real server's on purpose: what runs here runs there. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'";

type NewEvent = FleetEvent extends infer E ? (E extends FleetEvent ? Omit<E, 'seq'> : never) : never;

export class MadeServer {
  readonly api: MadeApi;
  /** What was posted or put: for tests. */
  readonly received: { method: string; path: string; body: unknown }[] = [];
  /** The `last-event-id` of each stream that was opened. */
  readonly resumedFrom: string[] = [];
  readonly #options: MadeServerOptions;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  #seq = 1_000;
  #isDown = false;

  private constructor(options: MadeServerOptions) {
    this.#options = options;
    this.api = new MadeApi(options);
    this.#server = createServer(
      (request, response) => void this.#serve(request, response).catch(() => response.destroy()),
    );
  }

  static async start(options: MadeServerOptions): Promise<MadeServer> {
    const made = new MadeServer(options);
    await new Promise<void>((resolve) => made.#server.listen(options.port ?? 0, '127.0.0.1', resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get streams(): number {
    return this.#streams.size;
  }

  emit(event: NewEvent): void {
    this.#seq++;
    const text = `id: ${this.#seq}\nevent: ${event.event}\ndata: ${JSON.stringify({ ...event.data, seq: this.#seq })}\n\n`;
    for (const stream of this.#streams) stream.write(text);
  }

  /** Down: every stream is cut and every request to the API is cut until it is up again. */
  setDown(isDown: boolean): void {
    this.#isDown = isDown;
    if (isDown) for (const stream of this.#streams) stream.destroy();
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://made');
    if (!url.pathname.startsWith('/api/')) return this.#file(url.pathname, response);
    if (this.#isDown) {
      request.socket.destroy();
      return;
    }
    if (this.#options.token !== undefined && request.headers.authorization !== `Bearer ${this.#options.token}`)
      return json(response, 401, {
        error: { code: 'token_required', message: 'the bearer token is missing or wrong' },
      });
    if (url.pathname === '/api/fleet/events') return this.#stream(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    const method = request.method ?? 'GET';
    if (method !== 'GET') this.received.push({ method, path: url.pathname, body });
    const [, , , , pool = '', action] = url.pathname.split('/').map(decodeURIComponent);
    if (action === 'backtest') return inLines(response, makeBacktest(pool, (body ?? {}) as object, Date.now()));
    const answer = this.api.answer(method, url, body);
    if (answer === undefined)
      return json(response, 404, {
        error: { code: 'not_found', message: `Cannot find ${url.pathname}: it is not known` },
      });
    for (const event of this.api.takeEvents()) this.emit(event);
    return json(response, 200, answer);
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    this.resumedFrom.push(String(request.headers['last-event-id'] ?? ''));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n: hello\n\n');
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const wanted = normalize(join(this.#options.dist, path));
    const isInside = wanted.startsWith(this.#options.dist + sep) && extname(path) !== '';
    const found = isInside ? await readFile(wanted).catch(() => undefined) : undefined;
    if (found === undefined && path.startsWith('/assets/')) return json(response, 404, {});
    const body = found ?? (await readFile(join(this.#options.dist, 'index.html')));
    response.writeHead(200, {
      'content-type': types[found === undefined ? '.html' : extname(path)] ?? 'application/octet-stream',
      'content-security-policy': policy,
    });
    response.end(body);
  }
}

/** As the real server tells of a backtest: progress, then the report. */
function inLines(response: ServerResponse, report: WhatIfReport): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const line of [{ progress: 0 }, { progress: 0.5 }, { progress: 1 }, { report }])
    response.write(`${JSON.stringify(line)}\n`);
  response.end();
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
