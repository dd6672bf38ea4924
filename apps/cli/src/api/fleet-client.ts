import type {
  Agent,
  AgentCommandKind,
  AgentReport,
  AgentSummary,
  Alert,
  Decision,
  FleetReport,
  Incident,
  Link,
  Page,
  Pool,
  PoolMode,
  TuningRecord,
  WhatIfReport,
} from '@jaegis/model';
import { badInput, CliError, isBad } from '../errors.ts';
import type { QueryData } from '../format/query.ts';
import type { Connection } from './connection.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

/** Answers that blame the question: a wrong value, a missing token, an id that nothing has. */
const whatWasAsked: ReadonlySet<number> = new Set([400, 401, 403, 404, 422]);

/** The server said no; `status` and `code` are its own words. */
export class ApiError extends CliError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(whatWasAsked.has(status) ? badInput : isBad, message);
    this.status = status;
  }
}

/** The HTTP API of a JAEGIS server, typed on the model's shapes. Every method rejects with a one-line `CliError`. */
export class FleetClient {
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  health(): Promise<FleetReport> {
    return this.#get('/api/fleet/health');
  }

  agents(query: Query = {}): Promise<Page<Agent>> {
    return this.#get('/api/fleet/agents', query);
  }

  agentSummaries(query: Query = {}): Promise<Page<AgentSummary> & { at: number }> {
    return this.#get('/api/fleet/agents', { limit: 20_000, ...query, view: 'summary' });
  }

  agent(id: string): Promise<AgentReport> {
    return this.#get(`/api/fleet/agents/${encodeURIComponent(id)}`);
  }

  output(id: string, tail: number): Promise<{ readonly lines: readonly string[] }> {
    return this.#get(`/api/fleet/agents/${encodeURIComponent(id)}/output`, { tail });
  }

  command(id: string, kind: AgentCommandKind, reason: string): Promise<unknown> {
    return this.#send('POST', `/api/fleet/agents/${encodeURIComponent(id)}/commands`, { kind, reason });
  }

  pools(): Promise<Page<Pool>> {
    return this.#get('/api/fleet/pools', { limit: 5_000 });
  }

  pool(name: string): Promise<Pool> {
    return this.#get(`/api/fleet/pools/${encodeURIComponent(name)}`);
  }

  setMode(name: string, mode: PoolMode): Promise<Pool> {
    return this.#send('PUT', `/api/fleet/pools/${encodeURIComponent(name)}/mode`, { mode });
  }

  /** Another policy on what was recorded of a pool; the server's own words when it cannot be answered. */
  async whatIf(pool: string, question: Readonly<Record<string, unknown>>): Promise<WhatIfReport> {
    const response = await this.#fetch(`/api/fleet/pools/${encodeURIComponent(pool)}/backtest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(whatIfTimeoutMs),
    });
    const lines = (await response.text()).trimEnd().split('\n');
    const last = JSON.parse(lines.at(-1) ?? '{}') as { report?: WhatIfReport; error?: { message: string } };
    if (last.report !== undefined) return last.report;
    throw new CliError(isBad, last.error?.message ?? `Cannot backtest pool ${pool}: the answer ended early`);
  }

  links(query: Query = {}): Promise<Page<Link>> {
    return this.#get('/api/fleet/links', { limit: 10_000, ...query });
  }

  incidents(query: Query = {}): Promise<Page<Incident>> {
    return this.#get('/api/fleet/incidents', query);
  }

  incident(id: string): Promise<Incident> {
    return this.#get(`/api/fleet/incidents/${encodeURIComponent(id)}`);
  }

  acknowledge(id: string, by: string): Promise<Incident> {
    return this.#send('POST', `/api/fleet/incidents/${encodeURIComponent(id)}/ack`, { by });
  }

  alerts(query: Query = {}): Promise<Page<Alert>> {
    return this.#get('/api/fleet/alerts', query);
  }

  alert(id: string): Promise<Alert> {
    return this.#get(`/api/fleet/alerts/${encodeURIComponent(id)}`);
  }

  tuning(query: Query = {}): Promise<Page<TuningRecord>> {
    return this.#get('/api/fleet/tuning', query);
  }

  decisions(query: Query = {}): Promise<Page<Decision>> {
    return this.#get('/api/fleet/decisions', query);
  }

  decision(id: string): Promise<Decision> {
    return this.#get(`/api/fleet/decisions/${encodeURIComponent(id)}`);
  }

  async query(expr: string, time: number | undefined): Promise<QueryData> {
    const { data } = await this.#get<{ data: QueryData }>('/api/v1/query', { query: expr, time });
    return data;
  }

  async queryRange(expr: string, range: { start: number; end: number; step: number }): Promise<QueryData> {
    const { data } = await this.#get<{ data: QueryData }>('/api/v1/query_range', { query: expr, ...range });
    return data;
  }

  /** Takes a snapshot of the server's data folder: where that folder is, and the snapshot's name below it. */
  async snapshot(): Promise<{ dataDir: string; name: string }> {
    const { dataDir } = await this.#get<{ dataDir: string }>('/api/fleet/system');
    const long = { method: 'POST', signal: AbortSignal.timeout(snapshotTimeoutMs) };
    const { data } = await this.#json<{ data: { name: string } }>('/api/v1/admin/tsdb/snapshot', long);
    return { dataDir, name: data.name };
  }

  /** The event stream; the body is read by `followEvents`. */
  async events(lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
    const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    return this.#fetch('/api/fleet/events', { headers: { accept: 'text/event-stream', ...resume }, signal });
  }

  #get<T>(path: string, query: Query = {}): Promise<T> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const search = new URLSearchParams(
      given.map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return this.#json<T>(search === '' ? path : `${path}?${search}`, {});
  }

  #send<T>(method: 'POST' | 'PUT', path: string, body: unknown): Promise<T> {
    return this.#json<T>(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #json<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.#fetch(path, init);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new CliError(
        isBad,
        `Cannot read answer of ${this.connection.url}${path.split('?')[0]}: is not JSON, must come from a JAEGIS server`,
        { cause },
      );
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const { url, token } = this.connection;
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, {
        signal: AbortSignal.timeout(requestTimeoutMs),
        ...init,
        headers,
      });
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      throw unreachable(url, error);
    }
    if (response.ok) return response;
    throw await refusal(response, url);
  }
}

const requestTimeoutMs = 15_000;
/** A week in a simulated pool, twice, on a busy machine. */
const whatIfTimeoutMs = 5 * 60_000;
/** The head of a large store is written meanwhile. */
const snapshotTimeoutMs = 10 * 60_000;

function unreachable(url: string, error: unknown): CliError {
  const cause = (error as { cause?: { code?: unknown; message?: unknown } }).cause;
  const code = cause?.code;
  const why =
    code === 'ECONNREFUSED'
      ? 'connection refused'
      : (error as Error).name === 'TimeoutError'
        ? `no answer within ${requestTimeoutMs / 1_000} s`
        : String(cause?.message ?? (error as Error).message);
  return new CliError(isBad, `Cannot reach JAEGIS at ${url}: ${why}, start it with \`npx jaegis up\``, {
    cause: error,
  });
}

/** The server's own sentence where it gave one; both of its error forms are known. */
async function refusal(response: Response, url: string): Promise<ApiError> {
  const text = await response.text();
  let message = '';
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } | string };
    message = typeof error === 'string' ? error : String(error?.message ?? '');
  } catch {
    // Not JSON: what answered is perhaps no JAEGIS. The status says what there is to say.
  }
  if (response.status === 401)
    return new ApiError(
      401,
      `Cannot ask ${url}: the token is missing or wrong, must be given with --token or JAEGIS_TOKEN (it is in DATA_DIR/token)`,
    );
  return new ApiError(
    response.status,
    message || `Cannot ask ${url}: it answered ${response.status}, must be a JAEGIS server`,
  );
}
