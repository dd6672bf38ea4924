import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const bodyLimitBytes = 1_000_000;

export class BodyError extends Error {
  override readonly name = 'BodyError';
  /** What to answer: 400 or 413. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads a JSON body of at most 1 MB. Rejects with a `BodyError`. */
export async function readJson(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes)
      throw new BodyError(413, `Cannot read body: is over ${bodyLimitBytes} bytes, must be under`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new BodyError(400, `Cannot read body: ${(cause as Error).message}`);
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  response.end(bytes);
}

export function errorBody(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } };
}

/** Listens on a free port of this machine and resolves with the server and its address. */
export function listen(): Promise<{ server: Server; url: string }> {
  return new Promise((resolve, reject) => {
    const server = createServer({ keepAliveTimeout: 60_000 });
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    });
  });
}
