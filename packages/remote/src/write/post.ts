/** One request to a remote-write endpoint, and what its answer means for the samples in it. */
import type { Clock } from '@jaegis/std';
import { messageOf } from '../message-of.ts';
import type { HttpAnswer, Poster } from './http-poster.ts';
import type { MessageVersion } from './outgoing.ts';

export type PostResult =
  /** `isCounted` when the answer says how many samples were written, as receivers of 2.0 do. */
  | { readonly kind: 'taken'; readonly isCounted: boolean }
  /** May pass: no connection, 429, 5xx. */
  | { readonly kind: 'retry'; readonly error: string; readonly afterMs: number | undefined }
  /** Will not pass: any other status. `isBadSamples` when some of the samples may be the reason (400), `isUnsupported` when the form of the message is (415). */
  | {
      readonly kind: 'refused';
      readonly error: string;
      readonly isBadSamples: boolean;
      readonly isUnsupported: boolean;
      readonly isCounted: boolean;
    };

export interface PostTools {
  readonly poster: Poster;
  readonly clock: Clock;
  readonly userAgent: string;
}

export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

const shownBody = 200;
const headersOf: { readonly [V in MessageVersion]: Readonly<Record<string, string>> } = {
  '1.0': { 'content-type': 'application/x-protobuf', 'x-prometheus-remote-write-version': '0.1.0' },
  '2.0': {
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'x-prometheus-remote-write-version': '2.0.0',
  },
};

/** Never rejects. `signal` ends it early, which counts as one that may pass. */
export async function postSamples(
  body: Uint8Array,
  endpoint: Endpoint,
  o: { readonly version: MessageVersion; readonly tools: PostTools; readonly signal: AbortSignal },
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
    const answer = await o.tools.poster.post(endpoint.url, {
      headers: {
        ...headersOf[o.version],
        'content-encoding': 'snappy',
        'user-agent': o.tools.userAgent,
        ...endpoint.headers,
      },
      body,
      signal: abort.signal,
    });
    return judge(answer);
  } catch (error) {
    const why = isTimeout ? `no answer within ${endpoint.timeoutMs} ms` : messageOf(error);
    return { kind: 'retry', error: why, afterMs: undefined };
  } finally {
    cancel();
    o.signal.removeEventListener('abort', end);
  }
}

function judge({ status, headers, text }: HttpAnswer): PostResult {
  const isCounted = headers['x-prometheus-remote-write-samples-written'] !== undefined;
  if (status >= 200 && status < 300) return { kind: 'taken', isCounted };
  const shown = text.trim().slice(0, shownBody);
  const error = `answered ${status}${shown === '' ? '' : `: ${shown}`}`;
  if (status === 429 || status >= 500) {
    const seconds = Number(headers['retry-after'] ?? Number.NaN);
    return { kind: 'retry', error, afterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined };
  }
  return { kind: 'refused', error, isBadSamples: status === 400, isUnsupported: status === 415, isCounted };
}
