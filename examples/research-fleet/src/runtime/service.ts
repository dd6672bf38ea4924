/**
 * What all research agents share: an HTTP server on loopback with one kind of work, a bounded queue in front of it, a span
 * per request that continues the caller's trace, trouble on purpose, and a drain that finishes what is held.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { BadRequestError } from '../messages.ts';
import type { FleetAgent } from './fleet-agent.ts';
import { BodyError, readJson, sendJson } from './http-json.ts';
import { type ModelCall, PacedModel } from './paced-model.ts';
import { PeerCaller, PeerError } from './peer-caller.ts';
import { contextFromHeader } from './trace-context.ts';
import { mayMakeTrouble, parseTrouble, Trouble } from './trouble.ts';
import { type Refusal, WorkQueue } from './work-queue.ts';

/** What a role is given for one request. */
export interface Job {
  /** Waits for a free slot and does the work in it; rejects when the queue is full or the caller has gone. */
  inSlot<T>(work: () => Promise<T>): Promise<T>;
  /** Waits as long as the model would. */
  think(call: ModelCall): Promise<void>;
  /** Asks an agent of another pool. */
  ask(pool: string, path: string, body: unknown): Promise<unknown>;
}

export interface Role {
  readonly pool: string;
  readonly path: string;
  /** How many requests are worked on at once, and how many may wait. */
  readonly concurrency: number;
  readonly queueLimit: number;
  /** Called once at the start: reads what it needs and gives the function that does one request. */
  prepare(): (body: unknown, job: Job) => Promise<unknown>;
}

export interface ServiceOptions {
  readonly memoryLimitBytes: number;
  readonly askTimeoutMs: number;
  readonly random: () => number;
  readonly now: () => number;
}

const retryAfterSeconds = 2;
const status: Readonly<Record<Refusal, number>> = { queue_full: 429, draining: 503, abandoned: 499 };

class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly why: Refusal;

  constructor(why: Refusal, message: string) {
    super(message);
    this.why = why;
  }
}

export class Service {
  readonly #role: Role;
  readonly #agent: FleetAgent;
  readonly #options: ServiceOptions;
  readonly #queue: WorkQueue;
  readonly #trouble = new Trouble();
  readonly #model: PacedModel;
  readonly #peers: PeerCaller;
  readonly #handle: (body: unknown, job: Job) => Promise<unknown>;
  #held = 0;
  #isDraining = false;
  #onReleased: (() => void)[] = [];

  constructor(role: Role, agent: FleetAgent, options: ServiceOptions) {
    this.#role = role;
    this.#agent = agent;
    this.#options = options;
    this.#queue = new WorkQueue({ limit: role.queueLimit, concurrency: role.concurrency });
    const tokens = agent.meter.createCounter('gen_ai.client.token.count', {
      unit: '{token}',
      description: 'Model tokens used, by direction.',
    });
    this.#model = new PacedModel({
      tracer: agent.tracer,
      onTokens: (direction, count) => tokens.add(count, { 'gen_ai.token.type': direction }),
      thinkFactor: () => this.#trouble.thinkFactor,
    });
    this.#peers = new PeerCaller({ ...options, tracer: agent.tracer, peers: (pool) => agent.peers(pool) });
    this.#handle = role.prepare();
    agent.queue(() => this.#queue.length);
    agent.metric('in_flight', 0);
  }

  /** Answers one HTTP request; never rejects. */
  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (message.url ?? '/').split('?')[0];
    if (message.method === 'POST' && path === this.#role.path) return this.#serveWork(message, response);
    if (path === '/trouble') return this.#serveTrouble(message, response);
    if (message.method === 'GET' && path === '/healthz') return sendJson(response, 200, { pool: this.#role.pool });
    sendJson(response, 404, errorBody('not_found', `Cannot find ${path}: must be ${this.#role.path} or /trouble`));
  }

  /** Takes nothing new and resolves when everything held has been answered. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#held > 0)
      await new Promise<void>((resolve) => {
        this.#onReleased.push(resolve);
      });
    await this.#queue.drain();
    this.#peers.close();
  }

  async #serveWork(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, pool } = this.#role;
    const span = this.#agent.tracer.startSpan(
      `POST ${path}`,
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'POST', 'http.route': path, 'url.path': path } },
      contextFromHeader(message.headers['traceparent']),
    );
    const context = trace.setSpan(contextFromHeader(undefined), span);
    this.#held++;
    try {
      const body = await readJson(message);
      if (this.#isDraining) throw new RefusedError('draining', `${pool} is draining`);
      // A role may hold requests outside its slots (the planner waits for others): those are bounded as well.
      if (this.#held > 2 * this.#role.queueLimit + this.#role.concurrency)
        throw new RefusedError('queue_full', `${this.#held} requests are held`);
      const answer = await this.#handle(body, this.#job(response, context));
      span.setAttribute('http.response.status_code', 200);
      sendJson(response, 200, answer);
    } catch (error) {
      this.#answerError(error as Error, response, span);
    } finally {
      span.end();
      this.#held--;
      if (this.#held === 0) for (const resolve of this.#onReleased.splice(0)) resolve();
    }
  }

  #job(response: ServerResponse, context: Context): Job {
    const isAbandoned = (): boolean => response.destroyed;
    return {
      inSlot: async (work) => {
        const result = await this.#queue.submit(async () => {
          this.#agent.metric('in_flight', this.#queue.inFlight);
          const value = await work();
          this.#agent.progress(1);
          return value;
        }, isAbandoned);
        this.#agent.metric('in_flight', this.#queue.inFlight);
        if (result.ok) return result.value;
        throw new RefusedError(result.why, `${this.#role.pool}: ${result.why}, ${this.#queue.length} are waiting`);
      },
      think: (call) => this.#model.complete(call, context, () => this.#options.random() < this.#trouble.failureShare),
      ask: (pool, path, body) => this.#peers.call({ pool, path, timeoutMs: this.#options.askTimeoutMs }, body, context),
    };
  }

  #answerError(error: Error, response: ServerResponse, span: Span): void {
    const code =
      error instanceof RefusedError
        ? status[error.why]
        : error instanceof BadRequestError
          ? 400
          : error instanceof BodyError || error instanceof PeerError
            ? error.status
            : 500;
    const errorType = error instanceof RefusedError ? error.why : error.name;
    span.setAttribute('http.response.status_code', code);
    span.setAttribute('error.type', errorType);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    const headers = code === 429 || code === 503 ? { 'retry-after': String(retryAfterSeconds) } : {};
    sendJson(response, code, errorBody(errorType, error.message), headers);
  }

  async #serveTrouble(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (message.method === 'GET') return sendJson(response, 200, { kind: this.#trouble.kind });
    if (message.method !== 'POST' || !mayMakeTrouble(message.headers)) {
      const reason =
        'Cannot make trouble: request must be POST with x-jaegis-trouble: yes, to loopback, from no web page';
      return sendJson(response, 403, errorBody('forbidden', reason));
    }
    const body = await readJson(message).catch(() => undefined);
    const parsed = parseTrouble(body);
    if (!parsed.ok) return sendJson(response, 400, errorBody('bad_request', parsed.error));
    process.stdout.write(`trouble: ${parsed.request.kind}\n`);
    this.#trouble.make(parsed.request, {
      memoryLimitBytes: this.#options.memoryLimitBytes,
      onLoop: () => this.#loop(),
    });
    sendJson(response, 200, { kind: parsed.request.kind, instanceId: this.#agent.instanceId });
  }

  /** An agent that asks its model the same thing again and again: tokens flow, every slot is taken, nothing gets done. */
  #loop(): void {
    const ask = { inputTokens: 900, outputTokens: 120, thinkMs: 250 };
    for (let slot = 0; slot < this.#role.concurrency; slot++) {
      this.#queue
        .submit(async () => {
          this.#agent.metric('in_flight', this.#queue.inFlight);
          while (this.#trouble.isLooping) await this.#model.complete(ask, contextFromHeader(undefined));
        })
        .catch((error: Error) => process.stderr.write(`loop: ${error.message}\n`));
    }
  }
}

/** Listens on a free loopback port and resolves with the server and its address. */
export function listen(): Promise<{ server: Server; url: string }> {
  return new Promise((resolve, reject) => {
    const server = createServer({ keepAliveTimeout: 60_000 });
    server.on('error', reject);
    server.listen(Number(process.env['RESEARCH_PORT'] ?? 0), '127.0.0.1', () => {
      resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    });
  });
}

export function errorBody(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } };
}
