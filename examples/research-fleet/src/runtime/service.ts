/**
 * What all research agents share: an HTTP server on loopback with one kind of work, a bounded queue in front of it, a span
 * per request that continues the caller's trace, trouble on purpose, and a drain that finishes what is held.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Agent } from '@jaegis/agent';
import { BadRequestError } from '../messages.ts';
import { BodyError, errorBody, readJson, sendJson } from './http-json.ts';
import { OfferedLoad } from './offered-load.ts';
import { callModel, type PacedCall } from './paced-model.ts';
import { PeerCaller, PeerError } from './peer-caller.ts';
import { mayMakeTrouble, parseTrouble, Trouble } from './trouble.ts';
import { type Refusal, WorkQueue } from './work-queue.ts';

/** What a role is given for one request. */
export interface Job {
  /** Waits for a free slot and does the work in it; rejects when the queue is full or the caller has gone. */
  inSlot<T>(work: () => Promise<T>): Promise<T>;
  /** Waits as long as the model would. */
  think(call: PacedCall): Promise<void>;
  /** Asks an agent of another pool. */
  ask(pool: string, path: string, body: unknown): Promise<unknown>;
}

export interface Role {
  readonly pool: string;
  readonly path: string;
  /** How many requests are worked on at once, and how many may wait. */
  readonly concurrency: number;
  readonly queueLimit: number;
  /** What it answers when nothing comes of its work. */
  readonly emptyAnswer: object;
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
const loadWindowMs = 10_000;
const runaway: PacedCall = { inputTokens: 900, outputTokens: 120, thinkMs: 250 };
const refusalStatus: Readonly<Record<Refusal, number>> = { queue_full: 429, draining: 503, abandoned: 499 };

class RefusedError extends Error {
  override readonly name: Refusal;

  constructor(why: Refusal, message: string) {
    super(message);
    this.name = why;
  }
}

export class Service {
  readonly #role: Role;
  readonly #agent: Agent;
  readonly #options: ServiceOptions;
  readonly #queue: WorkQueue;
  readonly #load: OfferedLoad;
  readonly #trouble = new Trouble();
  readonly #peers: PeerCaller;
  readonly #handle: (body: unknown, job: Job) => Promise<unknown>;
  #held = 0;
  #isDraining = false;

  constructor(role: Role, agent: Agent, options: ServiceOptions) {
    this.#role = role;
    this.#agent = agent;
    this.#options = options;
    this.#queue = new WorkQueue({ limit: role.queueLimit, concurrency: role.concurrency });
    this.#load = new OfferedLoad({ windowMs: loadWindowMs, now: options.now() });
    this.#peers = new PeerCaller(agent, { ...options, timeoutMs: options.askTimeoutMs });
    this.#handle = role.prepare();
    agent.queue(() => this.#queue.length);
    agent.metric('in_flight', 0);
  }

  /** Answers one HTTP request; never rejects. */
  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path } = this.#role;
    const asked = (message.url ?? '/').split('?')[0];
    if (asked === path && message.method === 'POST') {
      this.#held++;
      await this.#agent.handle(message.headers, `POST ${path}`, () => this.#work(message, response)).catch(() => {});
      this.#held--;
    } else if (asked === '/trouble') await this.#serveTrouble(message, response);
    else sendJson(response, 404, errorBody('not_found', `Cannot find ${asked}: must be POST ${path} or /trouble`));
  }

  /** Tells the fleet how much of this agent is in use and asked for. Call it every second. */
  report(): void {
    this.#agent.metric('in_flight', this.#queue.inFlight);
    const saturation = this.#load.saturation(this.#options.now(), this.#role.concurrency);
    if (saturation !== null) this.#agent.metric('saturation', saturation);
  }

  /** Takes nothing new; resolves when nothing waits for a slot. The SDK waits for the answers under way. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#queue.idle();
  }

  /** Takes new work again: the drain was called off. */
  resume(): void {
    this.#isDraining = false;
  }

  /** Inside the request's span: what it rejects with is recorded there. Its result's status is recorded too. */
  async #work(message: IncomingMessage, response: ServerResponse): Promise<{ status: number }> {
    const { pool, queueLimit, concurrency } = this.#role;
    try {
      const body = await readJson(message);
      if (this.#isDraining) throw new RefusedError('draining', `${pool} is draining`);
      // A role may hold requests outside its slots (the planner waits for others): those are bounded as well.
      if (this.#held > 2 * queueLimit + concurrency)
        throw new RefusedError('queue_full', `${pool} holds ${this.#held} requests`);
      const isEmpty = this.#trouble.isSilent;
      sendJson(response, 200, isEmpty ? this.#role.emptyAnswer : await this.#handle(body, this.#job(response)));
      return { status: 200 };
    } catch (thrown) {
      const error = thrown as Error;
      const status = statusOf(error);
      const headers = status === 429 || status === 503 ? { 'retry-after': String(retryAfterSeconds) } : {};
      sendJson(response, status, errorBody(error.name, error.message), headers);
      throw error;
    }
  }

  #job(response: ServerResponse): Job {
    const isAbandoned = (): boolean => response.destroyed;
    return {
      inSlot: async (work) => {
        const { now } = this.#options;
        this.#load.arrived(now());
        const result = await this.#queue.submit(async () => {
          const started = now();
          await this.#trouble.stalled;
          return work().finally(() => this.#load.served((now() - started) / 1_000));
        }, isAbandoned);
        if (result.ok) return result.value;
        throw new RefusedError(result.why, `${this.#role.pool}: ${result.why}, ${this.#queue.length} are waiting`);
      },
      think: (call) => this.#think(call),
      ask: (pool, path, body) => this.#peers.call(pool, path, body),
    };
  }

  #think(call: PacedCall): Promise<void> {
    const { thinkFactor, failureShare } = this.#trouble;
    return callModel(this.#agent, call, { thinkFactor, fails: this.#options.random() < failureShare });
  }

  async #serveTrouble(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (message.method === 'GET') return sendJson(response, 200, { kind: this.#trouble.kind });
    if (message.method !== 'POST' || !mayMakeTrouble(message.headers)) {
      const rule = 'must be a POST to loopback with x-jaegis-trouble: yes, from no web page';
      return sendJson(response, 403, errorBody('forbidden', `Cannot make trouble: the request is another, ${rule}`));
    }
    const parsed = parseTrouble(await readJson(message).catch(() => undefined));
    if (!parsed.ok) return sendJson(response, 400, errorBody('bad_request', parsed.error));
    const { kind } = parsed.request;
    process.stdout.write(`trouble: ${kind}\n`);
    sendJson(response, 200, { kind, instanceId: this.#agent.instanceId });
    this.#trouble.make(parsed.request, {
      memoryLimitBytes: this.#options.memoryLimitBytes,
      onLoop: () => this.#loop(),
    });
  }

  /** An agent that asks its model the same thing again and again: tokens flow, every slot is taken, nothing gets done. */
  #loop(): void {
    for (let slot = 0; slot < this.#role.concurrency; slot++) {
      this.#queue
        .submit(async () => {
          while (this.#trouble.isLooping && !this.#isDraining) await this.#think(runaway);
        })
        .catch((error: Error) => process.stderr.write(`loop: ${error.message}\n`));
    }
  }
}

function statusOf(error: Error): number {
  if (error instanceof RefusedError) return refusalStatus[error.name];
  if (error instanceof BadRequestError) return 400;
  return error instanceof BodyError || error instanceof PeerError ? error.status : 500;
}
