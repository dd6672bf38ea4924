import type { Heartbeat } from '@jaegis/model';
import type { Rng } from '@jaegis/std';
import { activeFaults, type Fault } from './fault.ts';
import type { LoadShape } from './load-shape.ts';
import { type CompletedRequest, MadeAgent, type MadeRequest } from './made-agent.ts';
import { type MadePoolControls, MadeTarget, type MadeTargetEvent } from './made-target.ts';
import { lognormal, namedRng } from './named-rng.ts';

export interface MadePoolOptions {
  readonly name: string;
  /** Ready at the beginning. */
  readonly initial: number;
  /** Requests per second that one agent serves when it never waits. */
  readonly capacity: number;
  /** What comes in from outside; a pool may also be fed by another one's `downstream`. */
  readonly load?: LoadShape;
  /** Each finished request becomes one of this pool. */
  readonly downstream?: string;
  readonly startupMs?: number;
  readonly heartbeatIntervalMs?: number;
  /** Coefficient of variation of service times; 0.5 unless told. */
  readonly serviceVariation?: number;
  readonly memoryLimitBytes?: number;
  /** Model tokens that one request uses; agents then report their tokens per second. None unless told. */
  readonly tokensPerRequest?: number;
  /** `shared` (the default): one line, whoever is free takes the next. `own`: each agent has a line, given at arrival. */
  readonly lines?: 'shared' | 'own';
}

const baseMemoryBytes = 64 * 2 ** 20;
const drainMs = 10_000;
/** What stops all work. */
const stopping = ['hang', 'stuck', 'loop'] as const;
/** How much slower work goes beside a CPU hog. */
const hogSlowdown = 1.3;
/** A supervisor starts a dead agent again after this. */
const restartDelayMs = 1_000;

/** A pool of made agents, what it is asked to do, and what happens to it. */
export class MadePool implements MadePoolControls {
  readonly options: MadePoolOptions;
  readonly target: MadeTarget;
  /** Requests that came in, were answered, and failed, since the beginning. */
  readonly totals = { arrived: 0, answered: 0, failed: 0 };
  readonly events: MadeTargetEvent[] = [];
  readonly #agents = new Map<string, MadeAgent>();
  readonly #rng: Rng;
  readonly #seed: number;
  readonly #faults: readonly Fault[];
  readonly #startedAt: number;
  /** Those that a fault was brought upon, by the fault, with the life (count of restarts) that it was brought upon. */
  readonly #struck = new Map<Fault, ReadonlyMap<string, number>>();
  readonly #nextBeat = new Map<string, number>();
  /** Requests answered since the agent's last beat. */
  readonly #served = new Map<string, number>();
  /** Waiting for any agent at all. */
  #unassigned: MadeRequest[] = [];
  #memoryLimitBytes: number;
  #made = 0;
  #now: number;

  constructor(options: MadePoolOptions, world: { seed: number; faults: readonly Fault[]; startedAt: number }) {
    this.options = options;
    this.#memoryLimitBytes = options.memoryLimitBytes ?? Number.POSITIVE_INFINITY;
    this.#seed = world.seed;
    this.#rng = namedRng(world.seed, `pool/${options.name}`);
    this.#faults = world.faults;
    this.#startedAt = world.startedAt;
    this.#now = world.startedAt;
    this.target = new MadeTarget(this);
    for (const id of this.start(options.initial, { delayMs: 0, isNeverReady: false })) {
      const agent = this.#agents.get(id)!;
      agent.readyAt = this.#now;
      agent.state = 'ready';
    }
    this.events.length = 0;
  }

  now(): number {
    return this.#now;
  }

  agents(): readonly MadeAgent[] {
    return [...this.#agents.values()];
  }

  faults(): readonly Fault[] {
    return activeFaults(this.#faults, this.options.name, this.#now - this.#startedAt);
  }

  start(count: number, o: { delayMs: number; isNeverReady: boolean }): string[] {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      const instanceId = `${this.options.name}-${++this.#made}`;
      const agent = new MadeAgent(
        {
          instanceId,
          pid: 1_000 + this.#made,
          createdAt: this.#now,
          readyAt: o.isNeverReady ? Number.POSITIVE_INFINITY : this.#now + o.delayMs + this.#startup(),
          serviceSeconds: 1 / this.options.capacity,
          serviceVariation: this.options.serviceVariation ?? 0.5,
          memoryBytes: baseMemoryBytes,
        },
        namedRng(this.#seed, `agent/${instanceId}`),
      );
      this.#agents.set(instanceId, agent);
      this.#tell('started', agent, 'ordered');
      ids.push(instanceId);
    }
    return ids;
  }

  drain(instanceId: string): void {
    const agent = this.#agents.get(instanceId);
    if (agent === undefined || agent.state === 'draining') return;
    if (agent.state === 'starting') {
      this.#remove(agent, 'killed', 'no longer needed while starting');
      return;
    }
    agent.state = 'draining';
    agent.drainUntil = this.#now + drainMs;
    // What waits goes to the others; what is being served is finished.
    const [serving, ...waiting] = agent.inFlight > 0 ? agent.abandon() : [undefined, ...agent.abandon()];
    if (serving !== undefined) agent.take(serving);
    this.#unassigned.unshift(...waiting.filter((request) => request !== undefined));
  }

  limitMemory(bytes: number | null): void {
    this.#memoryLimitBytes = bytes ?? Number.POSITIVE_INFINITY;
  }

  resume(instanceId: string): void {
    const agent = this.#agents.get(instanceId);
    if (agent?.state === 'draining') agent.state = 'ready';
  }

  kill(instanceId: string, reason: string): void {
    const agent = this.#agents.get(instanceId);
    if (agent === undefined) return;
    this.#unassigned.unshift(...agent.abandon());
    this.#tell('exited', agent, reason);
    if (agent.state === 'draining') {
      this.#agents.delete(instanceId);
      return;
    }
    this.restart(instanceId);
  }

  restart(instanceId: string): void {
    const agent = this.#agents.get(instanceId);
    if (agent === undefined) return;
    this.#made++;
    agent.restart(this.#now, { readyAt: this.#now + restartDelayMs + this.#startup(), pid: 1_000 + this.#made });
    this.#tell('started', agent, 'started again');
  }

  /** Lets requests in, at their times of arrival. */
  admit(requests: readonly MadeRequest[]): void {
    this.totals.arrived += requests.length;
    this.#unassigned.push(...requests);
  }

  /** Moves on to `now`; gives what was finished on the way, by agent. */
  advance(now: number): { agent: MadeAgent; done: CompletedRequest[] }[] {
    const elapsedMs = now - this.#now;
    this.#now = now;
    const faults = this.faults();
    this.#strike(faults);
    for (const agent of this.#agents.values()) {
      if (agent.state === 'starting' && agent.readyAt <= now) {
        agent.state = 'ready';
        this.#tell('ready', agent, 'says that it is ready');
      }
    }
    const early = this.options.lines === 'own' ? this.#spread() : this.#serveShared(now, faults);
    const finished: { agent: MadeAgent; done: CompletedRequest[] }[] = [];
    for (const agent of [...this.#agents.values()]) {
      if (agent.state !== 'ready' && agent.state !== 'draining') continue;
      const done = [...(early.get(agent) ?? []), ...agent.work(now, this.#slowdown(agent, faults))];
      const isSilent = this.#isStruck(agent, faults, 'silent');
      if (isSilent) agent.progress -= done.length;
      else if (done.length > 0) finished.push({ agent, done });
      this.#served.set(agent.instanceId, (this.#served.get(agent.instanceId) ?? 0) + (isSilent ? 0 : done.length));
      this.totals.answered += isSilent ? 0 : done.length;
      this.#leak(agent, faults, elapsedMs);
      const isEmpty = agent.inFlight === 0 && agent.waiting === 0;
      if (agent.state === 'draining' && (isEmpty || now >= agent.drainUntil)) {
        this.#unassigned.unshift(...agent.abandon());
        this.#remove(agent, isEmpty ? 'drained' : 'killed', isEmpty ? 'finished its work' : 'did not finish in time');
      }
    }
    return finished;
  }

  /** Heartbeats that are due, from those who can beat. */
  beats(): { agent: MadeAgent; heartbeat: Heartbeat }[] {
    const intervalMs = this.options.heartbeatIntervalMs ?? 5_000;
    const faults = this.faults();
    const beats: { agent: MadeAgent; heartbeat: Heartbeat }[] = [];
    for (const agent of this.#agents.values()) {
      if (agent.state !== 'ready' && agent.state !== 'draining') continue;
      const dueAt = this.#nextBeat.get(agent.instanceId) ?? agent.readyAt;
      if (this.#now < dueAt) continue;
      this.#nextBeat.set(agent.instanceId, Math.max(dueAt + intervalMs, this.#now + intervalMs / 2));
      const busyMs = agent.takeBusyMs(this.#now);
      const served = this.#served.get(agent.instanceId) ?? 0;
      this.#served.delete(agent.instanceId);
      if (this.#isStruck(agent, faults, 'hang')) continue;
      beats.push({
        agent,
        heartbeat: {
          instanceId: agent.instanceId,
          pool: this.options.name,
          status: agent.state === 'draining' ? 'draining' : agent.inFlight > 0 ? 'busy' : 'ok',
          version: '1.0.0',
          labels: { 'process.pid': String(agent.pid), 'host.name': 'made' },
          metrics: {
            queue_length: agent.waiting + this.#unassigned.length / Math.max(1, this.#readyCount()),
            in_flight: agent.inFlight,
            memory_bytes: agent.memoryBytes,
            cpu_utilization: this.#isStruck(agent, faults, 'hog') ? 1 : Math.min(1, busyMs / intervalMs),
            ...this.#tokens(agent, faults, served / (intervalMs / 1_000)),
          },
          progress: agent.progress,
          intervalMs,
        },
      });
    }
    return beats;
  }

  /** Requests that wait, wherever they do. */
  get waiting(): number {
    let waiting = this.#unassigned.length;
    for (const agent of this.#agents.values()) waiting += agent.waiting;
    return waiting;
  }

  /** Whether this fault holds this agent now. */
  isHeld(agent: MadeAgent, kind: Fault['kind']): boolean {
    return this.#isStruck(agent, this.faults(), kind);
  }

  #tokens(agent: MadeAgent, faults: readonly Fault[], answersPerSecond: number): { tokens_rate?: number } {
    const { tokensPerRequest } = this.options;
    if (tokensPerRequest === undefined) return {};
    const loop = faults.find((fault) => fault.kind === 'loop');
    const isLooping = loop?.kind === 'loop' && this.#isStruck(agent, faults, 'loop');
    return { tokens_rate: isLooping ? loop.tokensPerSecond : answersPerSecond * tokensPerRequest };
  }

  #startup(): number {
    return lognormal(this.#rng, this.options.startupMs ?? 20_000, 0.15);
  }

  #readyCount(): number {
    let count = 0;
    for (const agent of this.#agents.values()) if (agent.state === 'ready') count++;
    return count;
  }

  /** One line for all: whoever is free first takes the next request. */
  #serveShared(now: number, faults: readonly Fault[]): Map<MadeAgent, CompletedRequest[]> {
    const done = new Map<MadeAgent, CompletedRequest[]>();
    const able = this.agents().filter(
      (agent) => agent.state === 'ready' && this.#slowdown(agent, faults) !== Number.POSITIVE_INFINITY,
    );
    const serve = (agent: MadeAgent): void => {
      const finished = agent.work(now, this.#slowdown(agent, faults));
      if (finished.length > 0) done.set(agent, [...(done.get(agent) ?? []), ...finished]);
    };
    for (const agent of able) serve(agent);
    let taken = 0;
    for (; taken < this.#unassigned.length; taken++) {
      let first: MadeAgent | undefined;
      for (const agent of able) {
        if (agent.freeAt < now && (first === undefined || agent.freeAt < first.freeAt)) first = agent;
      }
      if (first === undefined) break;
      first.take(this.#unassigned[taken]!);
      serve(first);
    }
    if (taken > 0) this.#unassigned = this.#unassigned.slice(taken);
    return done;
  }

  /** Each request goes to the shorter line of two drawn ones. */
  #spread(): Map<MadeAgent, CompletedRequest[]> {
    const ready = this.agents().filter((agent) => agent.state === 'ready');
    if (ready.length === 0) return new Map();
    for (const request of this.#unassigned) {
      const first = this.#rng.pick(ready);
      const second = this.#rng.pick(ready);
      (second.waiting + second.inFlight < first.waiting + first.inFlight ? second : first).take(request);
    }
    this.#unassigned = [];
    return new Map();
  }

  /** Chooses whom a fault that begins holds, and lets crashes happen. */
  #strike(faults: readonly Fault[]): void {
    for (const fault of faults) {
      if (this.#struck.has(fault)) continue;
      const agents = this.agents().filter((agent) => agent.state === 'ready');
      const count = 'agents' in fault && fault.agents !== undefined ? fault.agents : agents.length;
      const chosen = new Map(agents.slice(0, count).map((agent) => [agent.instanceId, agent.restarts]));
      this.#struck.set(fault, chosen);
      if (fault.kind === 'crash') for (const id of chosen.keys()) this.kill(id, 'exited with code 1');
    }
  }

  #isStruck(agent: MadeAgent, faults: readonly Fault[], kind: Fault['kind']): boolean {
    return faults.some((fault) => {
      if (fault.kind !== kind) return false;
      // A fault of the whole pool holds those that came later too; one of named agents ends with their restart.
      const isWhole = !('agents' in fault) || fault.agents === undefined;
      return isWhole || this.#struck.get(fault)?.get(agent.instanceId) === agent.restarts;
    });
  }

  #slowdown(agent: MadeAgent, faults: readonly Fault[]): number {
    if (stopping.some((kind) => this.#isStruck(agent, faults, kind))) return Infinity;
    if (this.#isStruck(agent, faults, 'hog')) return hogSlowdown;
    const wear = faults.find((fault) => fault.kind === 'wear');
    if (wear?.kind === 'wear' && this.#isStruck(agent, faults, 'wear'))
      return 1 + (wear.perMinute * (this.#now - this.#startedAt - wear.at)) / 60_000;
    const slow = faults.find((fault) => fault.kind === 'slow');
    return slow?.kind === 'slow' && this.#isStruck(agent, faults, 'slow') ? slow.factor : 1;
  }

  #leak(agent: MadeAgent, faults: readonly Fault[], elapsedMs: number): void {
    const leak = faults.find((fault) => fault.kind === 'leak');
    if (leak?.kind !== 'leak' || !this.#isStruck(agent, faults, 'leak')) return;
    agent.memoryBytes += (leak.bytesPerSecond * elapsedMs) / 1_000;
    if (agent.memoryBytes > this.#memoryLimitBytes) this.kill(agent.instanceId, 'out of memory');
  }

  #remove(agent: MadeAgent, kind: 'drained' | 'killed', reason: string): void {
    agent.state = 'gone';
    this.#agents.delete(agent.instanceId);
    this.#nextBeat.delete(agent.instanceId);
    this.#served.delete(agent.instanceId);
    this.#tell(kind, agent, reason);
  }

  #tell(kind: MadeTargetEvent['kind'], agent: MadeAgent, reason: string): void {
    const { instanceId, pid } = agent;
    this.events.push({ kind, pool: this.options.name, instanceId, pid, reason, at: this.#now });
  }
}
