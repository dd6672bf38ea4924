import { tokenStore } from './token-store.ts';

/** An answer that is not the one hoped for. `code` is the server's stable word, or `unreachable` when there was none. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export type Params = Readonly<Record<string, string | number | undefined>>;

/** A path with its parameters; those not given are left out. */
export function withParams(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Asks the API of our own origin. Throws an `ApiError` with the server's own words. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await (await send(path, options)).json()) as T;
}

/** As `request`, where nothing is answered. */
export async function requestDone(path: string, options: RequestOptions = {}): Promise<void> {
  await send(path, options);
}

/** As `request`, for an answer that comes in lines of JSON: gives each as it comes. Aborting ends it. */
export async function* requestLines<T>(path: string, options: RequestOptions = {}): AsyncGenerator<T> {
  const response = await send(path, options);
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
    if (done) return;
  }
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const { method = 'GET', body, signal } = options;
  const headers: Record<string, string> = { accept: 'application/json', ...authorization() };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      signal: signal ?? null,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The server does not answer.');
  }
  if (response.status === 401) tokenStore.refused();
  if (!response.ok) throw await errorOf(response);
  return response;
}

export function authorization(): Record<string, string> {
  const token = tokenStore.token();
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => undefined)) as
    | { error?: { code?: string; message?: string } | string; errorType?: string }
    | string
    | undefined;
  // Alertmanager's endpoints say a text and nothing else.
  if (typeof body === 'string') return new ApiError(response.status, 'error', body);
  // The Prometheus endpoints say `{"status":"error","errorType":...,"error":"..."}`; our own an object.
  if (typeof body?.error === 'string') return new ApiError(response.status, body.errorType ?? 'error', body.error);
  return new ApiError(
    response.status,
    body?.error?.code ?? 'error',
    body?.error?.message ?? `The server answered ${response.status}.`,
  );
}
