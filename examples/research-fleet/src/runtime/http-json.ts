import { type Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';

const bodyLimitBytes = 1_000_000;

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads a JSON body of at most 1 MB. Rejects with a `BodyError` that carries the status to answer. */
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

/** POSTs JSON over a kept connection. Rejects when the peer cannot be reached or does not answer within `timeoutMs`. */
export function postJson(
  url: string,
  body: unknown,
  options: { headers: Record<string, string>; timeoutMs: number; connections: Agent },
): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const call = request(url, {
      method: 'POST',
      agent: options.connections,
      headers: { 'content-type': 'application/json', 'content-length': bytes.length, ...options.headers },
    });
    const deadline = setTimeout(
      () => call.destroy(new Error(`no answer within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      reject(error);
    };
    call.on('error', fail);
    call.on('response', (message) => {
      message.on('error', fail);
      readJson(message).then(
        (answer) => {
          clearTimeout(deadline);
          resolve({ status: message.statusCode ?? 0, headers: message.headers, body: answer });
        },
        (error: Error) => fail(error),
      );
    });
    call.end(bytes);
  });
}
