/**
 * Posts over HTTP/1.1 on connections that are kept. By hand on node:http: a request by `fetch` takes some four times the CPU,
 * which is more than everything else that is done for the 2,000 samples in it. Redirects are answers like others, for the
 * headers may hold a secret, which belongs to the configured address only.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface HttpPost {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As much of the body as is of use in an error. */
  readonly text: string;
}

export interface Poster {
  /** Rejects where there is no answer, or `signal` ended it. */
  post(url: string, post: HttpPost): Promise<HttpAnswer>;
}

const keptText = 1_000;
/** An answer that goes on beyond this is cut, and its connection with it. */
const longestAnswer = 64 * 2 ** 10;

export class HttpPoster implements Poster {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });

  async post(url: string, post: HttpPost): Promise<HttpAnswer> {
    try {
      return await this.#once(url, post);
    } catch (error) {
      // The other side closed the kept connection as the request was on its way, nearly always unseen; at worst it comes twice.
      if (!(error instanceof StaleConnection)) throw error;
      return this.#once(url, post);
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #once(url: string, { headers, body, signal }: HttpPost): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:');
      const request = (isSecure ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        agent: isSecure ? this.#https : this.#http,
        headers: { ...headers, 'content-length': `${body.length}` },
        signal,
      });
      let isAnswered = false;
      request.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = request.reusedSocket && !isAnswered && !signal.aborted;
        reject(isStale && error.code === 'ECONNRESET' ? new StaleConnection() : new Error(textOf(error)));
      });
      request.on('response', (response) => {
        isAnswered = true;
        read(response, resolve, reject);
      });
      request.end(body);
    });
  }
}

class StaleConnection extends Error {}

function read(response: IncomingMessage, resolve: (answer: HttpAnswer) => void, reject: (error: Error) => void): void {
  const { statusCode: status = 0, headers } = response;
  let text = '';
  let size = 0;
  response.on('data', (part: Buffer) => {
    size += part.length;
    if (text.length < keptText) text += part.toString();
    if (size <= longestAnswer) return;
    resolve({ status, headers, text });
    response.destroy();
  });
  response.on('end', () => resolve({ status, headers, text }));
  response.on('error', reject);
}

/** An address that is tried in several ways says only in its parts why none of them worked. */
function textOf(error: NodeJS.ErrnoException): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  return first?.message ?? (error.message === '' ? (error.code ?? error.name) : error.message);
}
