import { type Meter, metrics, type Span, type Tracer, trace } from '@opentelemetry/api';
import { GuardedCallbacks } from './guarded.ts';
import { Heart, type HeartStats } from './heart.ts';
import { type BeatStatus, beatBody, type Command } from './heartbeat.ts';
import { type Cancel, type Host, within } from './host.ts';
import type { Settings } from './options.ts';
import { type Peer, PeerBook } from './peers.ts';
import { ServerConnection } from './server-call.ts';
import { type HeadersLike, startTelemetry, type Telemetry } from './telemetry.ts';
import { Vitals } from './vitals.ts';
import { type ModelCall, type ModelUsage, type RunOptions, Work } from './work.ts';

export type Handler = (reason: string) => void | Promise<void>;

export interface AgentStats extends HeartStats {
  /** How often one of the host's callbacks threw or rejected. */
  readonly callbackErrors: number;
  readonly lastCallbackError: string;
  /** Metrics and labels beyond the limit that were not taken. */
  readonly refused: number;
}

const goodbyeMs = 1_000;
const farewellMs = 3_000;
const metricLimit = 100;
const labelLimit = 48;
const commandsRemembered = 100;

/** One agent of a fleet, seen from inside. Nothing here throws for what the server does, or blocks for it. */
export class Agent {
  readonly instanceId: string;
  readonly pool: string;
  /** Of the host's own OpenTelemetry provider, or of ours. */
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly #settings: Settings;
  readonly #host: Host;
  readonly #server: ServerConnection;
  readonly #heart: Heart;
  readonly #peers: PeerBook;
  readonly #work: Work;
  readonly #vitals: Vitals;
  readonly #telemetry: Telemetry;
  readonly #callbacks = new GuardedCallbacks();
  readonly #metrics = new Map<string, number>();
  readonly #labels: Map<string, string>;
  readonly #handlers = {
    drain: [] as Handler[],
    takenBack: [] as Handler[],
    restart: [] as Handler[],
    pause: [] as Handler[],
    resume: [] as Handler[],
  };
  readonly #seenCommands = new Set<string>();
  readonly #cancels: Cancel[] = [];
  #queue: number | (() => number) | undefined;
  #status: 'ok' | 'busy' | 'error' = 'ok';
  #isPaused = false;
  #isDraining = false;
  #draining: Promise<void> | undefined;
  /** The drain under way, as long as it may still be called off. */
  #drainAttempt: { readonly reason: string; isOff: boolean; readonly callOff: () => void } | undefined;
  #leaving: Promise<void> | undefined;
  #refused = 0;

  constructor(settings: Settings, host: Host) {
    this.#settings = settings;
    this.#host = host;
    this.instanceId = settings.instanceId;
    this.pool = settings.pool;
    this.#labels = new Map(Object.entries(settings.labels).slice(0, labelLimit));
    this.#telemetry = startTelemetry(settings, host);
    this.tracer = trace.getTracer('@jaegis/agent');
    this.meter = metrics.getMeter('@jaegis/agent');
    this.#server = new ServerConnection(host, settings.url, settings.token);
    this.#peers = new PeerBook(host, this.#server);
    this.#work = new Work(this.tracer, this.#peers);
    this.#vitals = new Vitals(host);
    this.#heart = new Heart({
      host,
      server: this.#server,
      instanceId: settings.instanceId,
      intervalMs: settings.heartbeatIntervalMs,
      body: (intervalMs) => this.#beatBody(this.#statusNow(), intervalMs),
      onAnswer: (answer) => {
        for (const command of answer.commands) this.#obey(command);
      },
    });
    if (settings.handleSigterm) {
      this.#cancels.push(host.onSignal('SIGTERM', () => void this.drain('SIGTERM')));
      this.#cancels.push(host.onSignal('SIGUSR2', () => this.#takeBack('load returned')));
    }
    this.#cancels.push(host.onEnding(() => void this.leave('the process has nothing left to do')));
  }

  /** For `join`. */
  firstBeat(): Promise<void> {
    return this.#heart.beat();
  }

  // --- what the agent says of itself

  /** How much work waits: a number now and then, or a function asked at every heartbeat. */
  queue(length: number | (() => number)): void {
    this.#queue = length;
  }

  /** Steps of work done. Lets JAEGIS tell an agent that is busy from one that is stuck. */
  progress(steps = 1): void {
    this.#work.advance(steps);
  }

  /** Any number. One named like a signal (`saturation`, `cost_rate`, `success_rate`, ...) is taken as that signal. At most 100. */
  metric(name: string, value: number): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) this.#metrics.delete(name);
    else if (this.#metrics.has(name) || this.#metrics.size < metricLimit) this.#metrics.set(name, value);
    else this.#refused++;
  }

  /** An attribute of this instance, such as `agent.url`. At most 48. */
  label(name: string, value: string): void {
    if (this.#labels.has(name) || this.#labels.size < labelLimit) this.#labels.set(name, String(value));
    else this.#refused++;
  }

  /** `error` when it cannot work, `busy` when it takes nothing more. */
  status(status: 'ok' | 'busy' | 'error'): void {
    if (status === this.#status) return;
    this.#status = status;
    void this.#heart.beat();
  }

  // --- what it is told

  /** Called when the agent shall finish what it has and take nothing new. The process ends after all of them are done. */
  onDrain(handler: Handler): void {
    this.#handlers.drain.push(handler);
  }

  /**
   * Called when a drain by JAEGIS's own supervision is called off because load returned: take work again. An agent with
   * `onDrain` handlers is only ever taken back when it has one of these, for only it knows how to undo them.
   */
  onTakenBack(handler: Handler): void {
    this.#handlers.takenBack.push(handler);
  }

  /** Called before a drain whose reason is a restart. */
  onRestart(handler: Handler): void {
    this.#handlers.restart.push(handler);
  }

  onPause(handler: Handler): void {
    this.#handlers.pause.push(handler);
  }

  onResume(handler: Handler): void {
    this.#handlers.resume.push(handler);
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  // --- the others

  /** Live agents of a pool that said where they are reached (label `agent.url`). What is known now; empty at first. */
  peers(pool: string): readonly Peer[] {
    return this.#peers.list(pool);
  }

  /** As `peers`, but waits up to 2 s for the first answer. */
  findPeers(pool: string): Promise<readonly Peer[]> {
    return this.#peers.find(pool);
  }

  /** The peer with the fewest requests of ours under way; taking turns among equals. */
  pickPeer(pool: string): Peer | undefined {
    return this.#peers.pick(pool);
  }

  // --- its work, as spans

  /** Runs `fn` in a span, counted as work in flight and, when it succeeds, as progress. */
  run<T>(name: string, options: RunOptions, fn: (span: Span) => T | Promise<T>): Promise<T> {
    return this.#work.run(name, options, fn);
  }

  /** Serves a request: a server span that continues the caller's trace. A name like `POST /read` gives method and route; a result with `status` gives the status. */
  handle<T>(headers: HeadersLike, name: string, fn: (span: Span) => T | Promise<T>): Promise<T> {
    return this.#work.handle(headers, name, fn);
  }

  /** `fetch` to a peer of `pool`, in a client span whose context goes along. */
  request(pool: string, url: string | URL, init?: RequestInit): Promise<Response> {
    return this.#work.request(pool, url, init);
  }

  /** Runs a model call in a `gen_ai` span. Tell `usage` what is only known afterwards. */
  model<T>(call: ModelCall, fn: (usage: (usage: ModelUsage) => void, span: Span) => T | Promise<T>): Promise<T> {
    return this.#work.model(call, fn);
  }

  // --- going

  /** Finishes: tells JAEGIS and the handlers, waits for work in flight, leaves, and ends the process if it shall. */
  drain(reason: string): Promise<void> {
    this.#draining ??= this.#drain(reason);
    return this.#draining;
  }

  /** Says goodbye and stops everything the SDK runs. Takes 3 s at most. */
  leave(reason = 'left'): Promise<void> {
    this.#leaving ??= this.#leave(reason);
    return this.#leaving;
  }

  get stats(): AgentStats {
    const { errors, lastError } = this.#callbacks;
    return { ...this.#heart.stats, callbackErrors: errors, lastCallbackError: lastError, refused: this.#refused };
  }

  // --- inside

  async #drain(reason: string): Promise<void> {
    this.#isDraining = true;
    void this.#heart.beat();
    let callOff = () => {};
    const off = new Promise<void>((resolve) => {
      callOff = resolve;
    });
    const attempt = { reason, isOff: false, callOff };
    this.#drainAttempt = attempt;
    const handlers = this.#callbacks.runAll(this.#handlers.drain, reason);
    const finished = handlers.then(() => this.#work.idle());
    await within(this.#host, this.#settings.drainTimeoutMs, Promise.race([finished, off]));
    if (attempt.isOff) return;
    this.#drainAttempt = undefined;
    await this.leave(`drained: ${reason}`);
    if (this.#settings.exitOnDrain) this.#host.exit(0);
  }

  /** Only what our supervisor asked for by SIGTERM is called off by it; a person's drain is not. */
  #takeBack(reason: string): void {
    const attempt = this.#drainAttempt;
    if (attempt?.reason !== 'SIGTERM') return;
    attempt.isOff = true;
    attempt.callOff();
    this.#drainAttempt = undefined;
    this.#draining = undefined;
    this.#isDraining = false;
    void this.#callbacks.runAll(this.#handlers.takenBack, reason).then(() => this.#heart.beat());
  }

  get #canReturn(): boolean {
    const { drain, takenBack } = this.#handlers;
    return this.#settings.handleSigterm && (drain.length === 0 || takenBack.length > 0);
  }

  async #leave(reason: string): Promise<void> {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#isDraining = true;
    const goodbye = this.#heart.stop(() => this.#beatBody('stopped', this.#heart.stats.intervalMs, reason), goodbyeMs);
    await within(this.#host, farewellMs, Promise.all([goodbye, this.#telemetry.stop()]));
    this.#peers.stop();
    this.#vitals.stop();
    this.#server.close();
  }

  #obey(command: Command): void {
    if (this.#seenCommands.has(command.id)) return;
    this.#seenCommands.add(command.id);
    if (this.#seenCommands.size > commandsRemembered)
      this.#seenCommands.delete(this.#seenCommands.values().next().value!);
    const reason = command.reason || `${command.kind} command`;
    switch (command.kind) {
      case 'drain':
        void this.drain(reason);
        return;
      case 'restart':
        void this.#callbacks.runAll(this.#handlers.restart, reason).then(() => {
          if (this.#settings.exitOnDrain) void this.drain(reason);
        });
        return;
      case 'pause':
      case 'resume':
        this.#isPaused = command.kind === 'pause';
        void this.#callbacks.runAll(this.#handlers[command.kind], reason).then(() => this.#heart.beat());
        return;
      case 'kill':
        void this.leave(`killed: ${reason}`).then(() => {
          if (this.#settings.exitOnDrain) this.#host.exit(137);
        });
    }
  }

  #statusNow(): BeatStatus {
    if (this.isDraining) return 'draining';
    return this.#isPaused && this.#status === 'ok' ? 'busy' : this.#status;
  }

  #beatBody(status: BeatStatus, intervalMs: number, reason?: string): unknown {
    const queue = this.#callbacks.read(() => (typeof this.#queue === 'function' ? this.#queue() : this.#queue));
    const own: Record<string, number> = { ...this.#vitals.read(), in_flight: this.#work.inFlight };
    if (typeof queue === 'number' && queue >= 0 && Number.isFinite(queue)) own['queue_length'] = queue;
    if (this.#isPaused) own['paused'] = 1;
    return beatBody({
      instanceId: this.instanceId,
      pool: this.pool,
      status,
      version: this.#settings.version,
      labels: { ...Object.fromEntries(this.#labels), ...(this.#canReturn ? { 'jaegis.can_return': '1' } : {}) },
      metrics: { ...own, ...Object.fromEntries(this.#metrics) },
      progress: this.#work.progress,
      intervalMs,
      reason,
    });
  }
}
