import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Agent } from '@jaegis/agent';
import type { Counter, Histogram } from '@opentelemetry/api';
import { errorBody, readJson, sendJson } from '../runtime/http-json.ts';
import { PeerCaller } from '../runtime/peer-caller.ts';
import { mayMakeTrouble } from '../runtime/trouble.ts';
import type { Arrivals } from './arrivals.ts';
import { RecentWindow } from './recent-window.ts';
import {
  changeShape,
  isShapeName,
  type ShapeName,
  type ShapeOptions,
  type ShapeState,
  settleShape,
  shapeDurationMs,
  shapeNames,
  shapeRate,
} from './shapes.ts';

export interface LoadGeneratorOptions {
  readonly shape: ShapeName;
  readonly shapes: ShapeOptions;
  /** Most questions on the way at once; one more is not asked, and counted. */
  readonly outstandingLimit: number;
  readonly timeoutMs: number;
  readonly arrivals: Arrivals;
  readonly nextQuestion: () => string;
  readonly random: () => number;
  readonly now: () => number;
}

const windowMs = 15_000;

/** Asks the planners questions in an open loop, in a shape that can be changed over HTTP, and says how it went. */
export class LoadGenerator {
  readonly #agent: Agent;
  readonly #options: LoadGeneratorOptions;
  readonly #peers: PeerCaller;
  readonly #recent = new RecentWindow({ windowMs });
  readonly #asked: Counter;
  readonly #seconds: Histogram;
  #state: ShapeState;
  #lastTick: number;
  #outstanding = 0;
  #held = 0;

  constructor(agent: Agent, options: LoadGeneratorOptions) {
    this.#agent = agent;
    this.#options = options;
    this.#peers = new PeerCaller(agent, options);
    this.#asked = agent.meter.createCounter('research.questions', { description: 'Questions asked, by outcome.' });
    this.#seconds = agent.meter.createHistogram('research.question.duration', {
      unit: 's',
      description: 'From question to report.',
      advice: { explicitBucketBoundaries: [0.5, 1, 2, 5, 10, 20, 45] },
    });
    this.#lastTick = options.now();
    this.#state = { shape: options.shape, since: this.#lastTick, base: options.shape };
  }

  /** Asks what has become due since the last tick. Call it every 50 ms or so. */
  tick(): void {
    const now = this.#options.now();
    this.#state = settleShape(this.#state, now);
    // A process that was paused does not ask everything it missed at once.
    const elapsedMs = Math.min(now - this.#lastTick, 1_000);
    this.#lastTick = now;
    for (let due = this.#options.arrivals.advance(elapsedMs, this.#rate(now)); due > 0; due--) {
      if (this.#outstanding >= this.#options.outstandingLimit) {
        this.#held++;
        this.#asked.add(1, { outcome: 'held_back' });
      } else void this.#ask();
    }
  }

  /** Tells the fleet how it went. Call it every second. */
  report(): void {
    const now = this.#options.now();
    const recent = this.#recent.read(now);
    this.#agent.metric('request_rate', this.#rate(now));
    this.#agent.metric('throughput', recent.answeredRate);
    this.#agent.metric('in_flight', this.#outstanding);
    this.#agent.metric('questions_held_back_total', this.#held);
    if (recent.errorRate !== null) this.#agent.metric('error_rate', recent.errorRate);
    if (recent.p50 !== null) this.#agent.metric('latency_p50', recent.p50);
    if (recent.p95 !== null) this.#agent.metric('latency_p95', recent.p95);
  }

  /** `GET /shape` and `POST /shape {"shape": "surge"}`; the same guard as for trouble. */
  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if ((message.url ?? '/') !== '/shape')
      return sendJson(response, 404, errorBody('not_found', `Cannot find ${message.url}: must be /shape`));
    if (message.method === 'GET') return sendJson(response, 200, this.#describe());
    if (message.method !== 'POST' || !mayMakeTrouble(message.headers)) {
      const reason =
        'Cannot change shape: request must be POST with x-jaegis-trouble: yes, to loopback, from no web page';
      return sendJson(response, 403, errorBody('forbidden', reason));
    }
    const body = (await readJson(message).catch(() => undefined)) as { shape?: unknown } | undefined;
    if (!isShapeName(body?.shape) || (body.shape === 'trace' && this.#options.shapes.trace === undefined)) {
      const reason = `Cannot change shape: is ${JSON.stringify(body?.shape) ?? 'missing'}, must be one of ${shapeNames.join(', ')}`;
      return sendJson(response, 400, errorBody('bad_request', reason));
    }
    this.#state = changeShape(this.#state, body.shape, this.#options.now());
    process.stdout.write(`shape: ${body.shape}\n`);
    sendJson(response, 200, this.#describe());
  }

  #rate(now: number): number {
    return shapeRate(this.#state.shape, now - this.#state.since, this.#options.shapes);
  }

  #describe() {
    const now = this.#options.now();
    const duration = shapeDurationMs(this.#state.shape);
    return {
      shape: this.#state.shape,
      since: this.#state.since,
      endsAt: duration === null ? null : this.#state.since + duration,
      after: duration === null ? null : this.#state.base,
      questionsPerSecond: this.#rate(now),
      outstanding: this.#outstanding,
      heldBack: this.#held,
      ...this.#recent.read(now),
    };
  }

  async #ask(): Promise<void> {
    const { now, nextQuestion } = this.#options;
    const started = now();
    this.#outstanding++;
    const ask = () => this.#peers.call('research/planner', '/ask', { question: nextQuestion() });
    const ok = await this.#agent.run('question', {}, ask).then(
      () => true,
      () => false,
    );
    this.#outstanding--;
    const ended = now();
    const seconds = (ended - started) / 1_000;
    this.#recent.add({ at: ended, seconds, ok });
    this.#asked.add(1, { outcome: ok ? 'answered' : 'failed' });
    this.#seconds.record(seconds);
  }
}
