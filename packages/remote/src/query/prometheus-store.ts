/**
 * A Prometheus-compatible store that answers questions for us. Its answers are passed on as they are, good and bad, as
 * long as they are answers of a query API; no connection, no answer in time and a gateway's error mean that it is away.
 * While it is away it is asked again only every few seconds, so that nobody waits for what will not come.
 */
import type { Clock } from '@jaegis/std';
import { messageOf } from '../message-of.ts';

export interface PrometheusStoreOptions {
  /** Without `/api/v1`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Larger answers are refused: they would have to be held whole. Default 64 MiB. */
  readonly maxAnswerBytes?: number;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

export interface StoreQuestion {
  readonly method: 'GET' | 'POST';
  /** `/api/v1/query`. */
  readonly path: string;
  /** Parameters as they stand behind the `?`. */
  readonly search: string;
  /** A form, with POST. */
  readonly form: Uint8Array | undefined;
}

export type StoreAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly json: Uint8Array }
  | { readonly kind: 'away'; readonly error: string };

export interface PrometheusStoreStats {
  readonly url: string;
  readonly answered: number;
  /** Questions that it did not answer. */
  readonly unanswered: number;
  /** `null` while it is there. */
  readonly awaySince: number | null;
  readonly error: string;
}

/** Between two tries while it is away, and how long one waits for an answer. */
const restMs = 5_000;
const triedMs = 3_000;

export class PrometheusStore {
  readonly #o: Required<PrometheusStoreOptions>;
  #answered = 0;
  #unanswered = 0;
  #awaySince: number | null = null;
  #restUntil = 0;
  #error = '';

  constructor(options: PrometheusStoreOptions) {
    this.#o = { maxAnswerBytes: 64 * 2 ** 20, ...options };
  }

  /** Never rejects. */
  async ask(question: StoreQuestion): Promise<StoreAnswer> {
    const now = this.#o.clock.now();
    const isAway = this.#awaySince !== null;
    if (isAway && now < this.#restUntil) return this.#missed(this.#error);
    // One question tries whether it is back; the others need not wait for that.
    if (isAway) this.#restUntil = now + restMs;
    const answer = await this.#request(question, isAway ? Math.min(this.#o.timeoutMs, triedMs) : this.#o.timeoutMs);
    if (answer.kind === 'away') {
      this.#awaySince ??= now;
      this.#restUntil = this.#o.clock.now() + restMs;
      this.#error = answer.error;
      return this.#missed(answer.error);
    }
    this.#answered++;
    this.#awaySince = null;
    this.#error = '';
    return answer;
  }

  stats(): PrometheusStoreStats {
    const { url } = this.#o;
    return {
      url,
      answered: this.#answered,
      unanswered: this.#unanswered,
      awaySince: this.#awaySince,
      error: this.#error,
    };
  }

  #missed(error: string): StoreAnswer {
    this.#unanswered++;
    return { kind: 'away', error };
  }

  async #request({ method, path, search, form }: StoreQuestion, timeoutMs: number): Promise<StoreAnswer> {
    const { url, headers, clock } = this.#o;
    const abort = new AbortController();
    let isTimeout = false;
    const cancel = clock.after(timeoutMs, () => {
      isTimeout = true;
      abort.abort();
    });
    try {
      const response = await this.#o.fetch(`${url.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        ...(form === undefined ? {} : { body: form as Uint8Array<ArrayBuffer> }),
        // The headers may hold a secret, which belongs to the configured address only.
        redirect: 'manual',
        signal: abort.signal,
      });
      return await this.#read(response);
    } catch (error) {
      return { kind: 'away', error: isTimeout ? `no answer within ${timeoutMs} ms` : messageOf(error) };
    } finally {
      cancel();
    }
  }

  async #read(response: Response): Promise<StoreAnswer> {
    const { status } = response;
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    if (!isJson) {
      await response.body?.cancel().catch(() => {});
      return {
        kind: 'away',
        error: `answered ${status === 0 ? 'with a redirect' : status}, must be JSON of a query API`,
      };
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > this.#o.maxAnswerBytes) {
        const error = `the answer of the store is larger than ${this.#o.maxAnswerBytes} bytes, ask for less`;
        const json = JSON.stringify({ status: 'error', errorType: 'execution', error });
        return { kind: 'answer', status: 422, json: new TextEncoder().encode(json) };
      }
      chunks.push(chunk);
    }
    return { kind: 'answer', status, json: joined(chunks, bytes) };
  }
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
