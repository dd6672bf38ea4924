import type { Heartbeat, ReplicaCounts, Signals, Span } from '@jaegis/model';
import { activeFaults, type Fault } from './fault.ts';
import type { CompletedRequest, MadeAgent, MadeRequest } from './made-agent.ts';
import { MadePool, type MadePoolOptions } from './made-pool.ts';
import type { MadeTarget, MadeTargetEvent } from './made-target.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import { type FinishedWork, MeasuredPool } from './measured-pool.ts';
import { namedRng, poisson } from './named-rng.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly pools: readonly MadePoolOptions[];
  readonly faults?: readonly Fault[];
  /** Epoch milliseconds of the beginning; 2024-01-01 unless told. */
  readonly startMs?: number;
  /** How finely time passes inside; a second unless told. */
  readonly stepMs?: number;
  /** False for runs that only look at signals: no spans are made, which is quicker. */
  readonly withSpans?: boolean;
}

/** What reached the server between two calls. */
export interface Delivery {
  readonly at: number;
  readonly heartbeats: readonly Heartbeat[];
  readonly spans: readonly Span[];
  /** What the supervisor of the processes saw: over no network, so no fault hides it. */
  readonly events: readonly MadeTargetEvent[];
}

/** What is true of a pool, whether anyone measured it or not. */
export interface PoolTruth {
  /** Requests per second that come in now, from outside. */
  readonly demand: number;
  /** Replicas that demand needs at full use. */
  readonly needed: number;
  readonly replicas: ReplicaCounts;
  readonly waiting: number;
  readonly arrived: number;
  readonly answered: number;
  /** When the newest telemetry that reached the server was true; 0 = never any. */
  readonly heardAt: number;
}

export interface World {
  readonly seed: number;
  readonly startMs: number;
  readonly targets: ReadonlyMap<string, MadeTarget>;
  /** Lets the world live until `now` and gives what arrived at the server meanwhile. Never goes back. */
  advanceTo(now: number): Delivery;
  /** The signals of a pool as a server would have them from what was delivered. */
  signals(pool: string): Signals;
  truth(pool: string): PoolTruth;
}

type Message =
  | { readonly kind: 'heartbeat'; readonly beat: Heartbeat }
  | { readonly kind: 'work'; readonly pool: string; readonly work: FinishedWork; readonly spans: readonly Span[] };

const dayZero = 1_704_067_200_000;

/** A made world: pools of queueing agents under load, a network that loses and delays, targets that fail. From a seed. */
export function createWorld(options: WorldOptions): World {
  const { seed, faults = [], startMs = dayZero, stepMs = 1_000, withSpans = true } = options;
  const pools = new Map<string, { pool: MadePool; measured: MeasuredPool }>();
  for (const each of options.pools) {
    const pool = new MadePool(each, { seed, faults, startedAt: startMs });
    pools.set(each.name, { pool, measured: new MeasuredPool() });
  }
  const arrivals = namedRng(seed, 'arrivals');
  const network = namedRng(seed, 'network');
  const mailbox: Mailbox<Message> = createMailbox();
  let now = startMs;

  const poolOf = (name: string) => {
    const found = pools.get(name);
    if (found === undefined) throw new Error(`Cannot find pool: is "${name}", must be one of ${[...pools.keys()]}`);
    return found;
  };
  let ids = 0;
  // Unlike in the first digits, as real ones are, so that what samples or shards by them is exercised.
  const hex = (digits: number): string => {
    if (!withSpans) return '';
    const count = (++ids).toString(16).padStart(8, '0');
    return (Math.imul(ids, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0') + count.padStart(digits - 8, '0');
  };
  const send = (pool: MadePool, agent: MadeAgent, message: Message): void => {
    if (pool.isHeld(agent, 'partition')) return;
    let deliverAt = now;
    for (const fault of activeFaults(faults, pool.options.name, now - startMs)) {
      if (fault.kind === 'drop' && network.chance(fault.share)) return;
      if (fault.kind === 'delay') deliverAt += fault.ms;
    }
    mailbox.post(deliverAt, message, now);
  };

  const arrive = (pool: MadePool, from: number): void => {
    const rate = pool.options.load?.(from - startMs) ?? 0;
    const count = poisson(arrivals, (rate * (now - from)) / 1_000);
    const times = Array.from({ length: count }, () => from + arrivals.next() * (now - from)).sort((a, b) => a - b);
    pool.admit(times.map((arrivedAt): MadeRequest => ({ traceId: hex(32), parentSpanId: '', arrivedAt })));
  };

  const finish = (pool: MadePool, agent: MadeAgent, request: CompletedRequest): void => {
    const failing = pool.faults().find((fault) => fault.kind === 'errors');
    const isError = failing?.kind === 'errors' && network.chance(failing.share);
    if (isError) pool.totals.failed++;
    const spans = withSpans ? spansOf(pool, agent, request, isError) : [];
    const seconds = (request.finishedAt - request.arrivedAt) / 1_000;
    const work = { endedAt: request.finishedAt, seconds, isError };
    send(pool, agent, { kind: 'work', pool: pool.options.name, work, spans });
    const { downstream } = pool.options;
    if (downstream === undefined || isError) return;
    const parentSpanId = spans.at(-1)?.spanId ?? '';
    poolOf(downstream).pool.admit([{ traceId: request.traceId, parentSpanId, arrivedAt: request.finishedAt }]);
  };

  /** A server span, and a client span after it where the request goes on. */
  const spansOf = (pool: MadePool, agent: MadeAgent, request: CompletedRequest, isError: boolean): Span[] => {
    const { name, downstream } = pool.options;
    const served: Span = {
      traceId: request.traceId,
      spanId: hex(16),
      parentSpanId: request.parentSpanId,
      name: 'work',
      kind: 'server',
      startMs: request.arrivedAt,
      durationMs: request.finishedAt - request.arrivedAt,
      isError,
      errorClass: isError ? 'MadeError' : '',
      instanceId: agent.instanceId,
      pool: name,
      attributes: {},
    };
    if (downstream === undefined || isError) return [served];
    const called: Span = {
      ...served,
      spanId: hex(16),
      parentSpanId: served.spanId,
      name: `call ${downstream}`,
      kind: 'client',
      startMs: request.finishedAt,
      durationMs: 1,
      attributes: { 'peer.service': downstream },
    };
    return [served, called];
  };

  const stepTo = (next: number): void => {
    const from = now;
    now = next;
    for (const { pool } of pools.values()) {
      arrive(pool, from);
      for (const { agent, done } of pool.advance(now)) for (const request of done) finish(pool, agent, request);
      for (const { agent, heartbeat } of pool.beats()) send(pool, agent, { kind: 'heartbeat', beat: heartbeat });
    }
  };

  return {
    seed,
    startMs,
    targets: new Map([...pools].map(([name, { pool }]) => [name, pool.target])),
    advanceTo(until) {
      while (now < until) stepTo(Math.min(until, now + stepMs));
      const heartbeats: Heartbeat[] = [];
      const spans: Span[] = [];
      for (const { message, sentAt } of mailbox.collect(now)) {
        if (message.kind === 'heartbeat') {
          heartbeats.push(message.beat);
          poolOf(message.beat.pool).measured.deliverHeartbeat(message.beat, sentAt);
        } else {
          spans.push(...message.spans);
          poolOf(message.pool).measured.deliverWork(message.work);
        }
      }
      const events = [...pools.values()].flatMap(({ pool }) => pool.events.splice(0));
      return { at: now, heartbeats, spans, events };
    },
    signals(name) {
      const { pool, measured } = poolOf(name);
      return measured.signals(
        now,
        pool.faults().some((fault) => fault.kind === 'garble'),
      );
    },
    truth(name) {
      const { pool, measured } = poolOf(name);
      const demand = pool.options.load?.(now - startMs) ?? 0;
      const agents = pool.agents();
      const count = (state: MadeAgent['state']) => agents.filter((agent) => agent.state === state).length;
      return {
        demand,
        needed: Math.ceil(demand / pool.options.capacity - 1e-9),
        replicas: { ready: count('ready'), pending: count('starting'), draining: count('draining') },
        waiting: pool.waiting,
        arrived: pool.totals.arrived,
        answered: pool.totals.answered,
        heardAt: measured.heardAt,
      };
    },
  };
}
