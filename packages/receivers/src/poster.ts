/**
 * Posts JSON to an address that may be slow or away: one request or one pause at a time, each of which `interrupt` ends.
 * What may pass (no connection, 408, 429, 5xx) is told from what will not.
 */
import type { Clock } from '@jaegis/std';
import { retryAfterMs } from './retry-after.ts';

export type PostResult =
  | { readonly kind: 'taken' }
  | { readonly kind: 'retry'; readonly error: string; readonly afterMs: number | undefined }
  | { readonly kind: 'refused'; readonly error: string };

export interface PosterTools {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** For one request. */
  readonly timeoutMs: number;
}

export class Poster {
  readonly #tools: PosterTools;
  #interrupt: () => void = () => {};

  constructor(tools: PosterTools) {
    this.#tools = tools;
  }

  /** Ends what is waited for right now; a request that is ended counts as one that may pass. */
  interrupt(): void {
    this.#interrupt();
  }

  /** Never rejects. */
  async post(url: string, headers: Readonly<Record<string, string>>, body: unknown): Promise<PostResult> {
    const { clock, timeoutMs } = this.#tools;
    const abort = new AbortController();
    let isTimeout = false;
    const cancel = clock.after(timeoutMs, () => {
      isTimeout = true;
      abort.abort();
    });
    this.#interrupt = () => abort.abort();
    try {
      const response = await this.#tools.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'jaegis', ...headers },
        body: JSON.stringify(body),
        // The headers may hold a secret, which belongs to the configured address only.
        redirect: 'manual',
        signal: abort.signal,
      });
      await response.body?.cancel();
      return judge(response, clock.now());
    } catch (error) {
      return {
        kind: 'retry',
        error: isTimeout ? `no answer within ${timeoutMs} ms` : messageOf(error),
        afterMs: undefined,
      };
    } finally {
      cancel();
      this.#interrupt = () => {};
    }
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#tools.clock.after(ms, resolve);
      this.#interrupt = () => {
        cancel();
        resolve();
      };
    });
  }
}

function judge(response: { status: number; headers: { get(name: string): string | null } }, now: number): PostResult {
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const error = `answered ${status === 0 ? 'with a redirect' : status}`;
  const mayPass = status === 408 || status === 429 || status >= 500;
  if (!mayPass) return { kind: 'refused', error };
  return { kind: 'retry', error, afterMs: retryAfterMs(response.headers.get('retry-after'), now) };
}

/** fetch says only "fetch failed"; what happened is in its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
