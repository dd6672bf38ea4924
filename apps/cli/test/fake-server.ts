import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { noPaint } from '../src/format/paint.ts';
import type { Terminal } from '../src/terminal.ts';
import { now } from './example-fleet.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/**
 * A server with made answers for the tests of the commands: method and path (without its query) to
 * JSON, or a text for an event stream. Lists are filtered by `pool`; what is not there is a 404.
 */
export class FakeServer {
  readonly requests: SeenRequest[] = [];
  readonly #answers: Record<string, unknown>;
  #server: Server | undefined;
  url = '';

  constructor(answers: Record<string, unknown>) {
    this.#answers = answers;
  }

  async start(): Promise<this> {
    const server = createServer(async (message, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('utf8');
      const path = message.url ?? '';
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      this.requests.push({ method: message.method ?? '', path, body, headers: message.headers });
      const answer = this.#answers[`${message.method} ${path.split('?')[0]}`];
      if (typeof answer === 'string') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(answer);
        return;
      }
      const pool = new URL(path, 'http://fake').searchParams.get('pool');
      const items = (answer as { items?: { pool?: string }[] } | undefined)?.items;
      const json =
        answer === undefined
          ? { error: { code: 'not_found', message: 'Cannot find it' } }
          : pool === null
            ? answer
            : { ...(answer as object), items: items?.filter((item) => item.pool === pool) };
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(json));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this;
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }
}

/** A terminal that keeps what it is given. */
export function fakeTerminal(
  options: {
    columns?: number;
    env?: Record<string, string>;
    onWrite?: () => void;
    /** Standard input, chunk by chunk. */
    input?: Iterable<string> | AsyncIterable<string>;
  } = {},
) {
  const written: string[] = [];
  const warned: string[] = [];
  const interrupt = new AbortController();
  const terminal: Terminal = {
    env: { JAEGIS_DATA_DIR: '/nowhere', ...options.env },
    isTty: false,
    size: () => ({ columns: options.columns ?? Number.POSITIVE_INFINITY, rows: 24 }),
    paint: noPaint,
    write: (text) => {
      written.push(text);
      options.onWrite?.();
    },
    warn: (text) => void warned.push(text),
    writeBytes: async (bytes) => {
      written.push(Buffer.from(bytes).toString());
      options.onWrite?.();
    },
    async *input() {
      for await (const chunk of options.input ?? []) yield Buffer.from(chunk);
    },
    now: () => now,
    interrupted: interrupt.signal,
  };
  return { terminal, interrupt, out: () => written.join(''), err: () => warned.join('\n') };
}
