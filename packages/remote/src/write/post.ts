/** One request to a remote-write endpoint, and what its answer means for the samples in it. */
import type { Clock } from '@jaegis/std';
import { messageOf } from '../message-of.ts';

export type PostResult =
  | { readonly kind: 'taken' }
  /** May pass: no connection, 429, 5xx. */
  | { readonly kind: 'retry'; readonly error: string; readonly afterMs: number | undefined }
  /** Will not pass: any other status. `isBadSamples` when some of the samples may be the reason (400). */
  | { readonly kind: 'refused'; readonly error: string; readonly isBadSamples: boolean };

export interface PostTools {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly userAgent: string;
}

export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

const shownBody = 200;

/** Never rejects. `signal` ends it early, which counts as one that may pass. */
export async function postSamples(
  body: Uint8Array,
  endpoint: Endpoint,
  o: { readonly tools: PostTools; readonly signal: AbortSignal },
): Promise<PostResult> {
  const abort = new AbortController();
  const end = () => abort.abort();
  o.signal.addEventListener('abort', end, { once: true });
  let isTimeout = false;
  const cancel = o.tools.clock.after(endpoint.timeoutMs, () => {
    isTimeout = true;
    abort.abort();
  });
  try {
    const response = await o.tools.fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
        'user-agent': o.tools.userAgent,
        ...endpoint.headers,
      },
      body: body as Uint8Array<ArrayBuffer>,
      // The headers may hold a secret, which belongs to the configured address only.
      redirect: 'manual',
      signal: abort.signal,
    });
    const { status } = response;
    const text = status >= 200 && status < 300 ? '' : (await response.text()).trim().slice(0, shownBody);
    if (text === '') await response.body?.cancel().catch(() => {});
    return judge(status, text, response.headers.get('retry-after'));
  } catch (error) {
    const why = isTimeout ? `no answer within ${endpoint.timeoutMs} ms` : messageOf(error);
    return { kind: 'retry', error: why, afterMs: undefined };
  } finally {
    cancel();
    o.signal.removeEventListener('abort', end);
  }
}

function judge(status: number, text: string, retryAfter: string | null): PostResult {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const error = `answered ${status === 0 ? 'with a redirect' : status}${text === '' ? '' : `: ${text}`}`;
  if (status === 429 || status >= 500) {
    const seconds = Number(retryAfter ?? Number.NaN);
    return { kind: 'retry', error, afterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined };
  }
  return { kind: 'refused', error, isBadSamples: status === 400 };
}
