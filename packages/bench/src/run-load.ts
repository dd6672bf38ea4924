/**
 * A real load against a real server: a made fleet reports at its interval, spread evenly over it, for a given time. What
 * is refused is counted by status and sent again when the server says when; what cannot be sent in time is counted as
 * late and not made up for. Beside it a probe asks, again and again, how long a sample takes to be seen by a query.
 */
import { Agent } from 'node:http';
import { QuantileSketch } from '@jaegis/std';
import { type FleetLoad, type LoadProtocol, LoadRequests } from './fleet-load.ts';
import { post } from './send-bodies.ts';
import { authorization, probeVisibility, remoteWriteHeaders } from './visible-probe.ts';

export interface LoadOptions {
  readonly load: FleetLoad;
  readonly protocol: LoadProtocol;
  readonly intervalMs: number;
  readonly durationMs: number;
  readonly url: string;
  readonly token: string | undefined;
  readonly connections: number;
  /** Aborted: the load ends early, and says what was. */
  readonly signal: AbortSignal;
  readonly onProgress: (so: LoadProgress) => void;
  readonly progressEveryMs: number;
}

export interface LoadProgress {
  readonly elapsedS: number;
  readonly samples: number;
  readonly samplesPerSecond: number;
  readonly refused: number;
  readonly late: number;
  readonly answerMsP99: number | null;
  readonly visibleMsP99: number | null;
  readonly serverMemoryBytes: number | null;
}

export interface LoadSummary extends LoadProgress {
  readonly agents: number;
  readonly series: number;
  readonly requests: number;
  /** Requests by the status of their answer; `0` is no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly answerMs: { readonly p50: number | null; readonly p99: number | null; readonly max: number };
  readonly visibleMs: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number;
    readonly probes: number;
  };
  /** Resident memory of the server over time, as it says itself. */
  readonly serverMemory: readonly { readonly elapsedS: number; readonly bytes: number }[];
  /** The first answer that refused something. */
  readonly firstRefusal: string;
}

const tickMs = 5;
const maxRetries = 3;
const probePauseMs = 100;
const otlpHeaders = { 'content-type': 'application/x-protobuf' };

/** Runs a load until its time is over or it is interrupted; what was refused or late is in the summary. */
export async function runLoad(options: LoadOptions): Promise<LoadSummary> {
  const run = new LoadRun(options);
  return run.run();
}

class LoadRun {
  readonly #options: LoadOptions;
  readonly #requests: LoadRequests;
  readonly #agent: Agent;
  readonly #headers: Record<string, string>;
  #answerMs = newSketch();
  #visibleMs = newSketch();
  #isWarm = false;
  readonly #statuses: Record<string, number> = {};
  readonly #memory: { elapsedS: number; bytes: number }[] = [];
  readonly #under = new Set<Promise<void>>();
  #startedAt = 0;
  #samples = 0;
  #sent = 0;
  #refused = 0;
  #late = 0;
  #probes = 0;
  #slowestAnswer = 0;
  #slowestVisible = 0;
  #firstRefusal = '';

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#requests = new LoadRequests(options.load, options.protocol);
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections });
    this.#headers = {
      ...(options.protocol === 'otlp' ? otlpHeaders : remoteWriteHeaders),
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    };
  }

  async run(): Promise<LoadSummary> {
    const { durationMs, progressEveryMs, onProgress, signal } = this.#options;
    this.#startedAt = performance.now();
    const isOver = () => signal.aborted || this.#elapsedMs() >= durationMs;
    const probing = this.#probe(isOver);
    const progress = setInterval(
      () => void this.#readMemory().then(() => onProgress(this.#progress())),
      progressEveryMs,
    );
    try {
      await this.#sendAll(isOver);
      await Promise.all(this.#under);
      await probing;
      await this.#readMemory();
    } finally {
      clearInterval(progress);
      this.#agent.destroy();
    }
    return this.#summary();
  }

  /** Sends each request when its turn in the interval comes. */
  async #sendAll(isOver: () => boolean): Promise<void> {
    const { intervalMs, connections } = this.#options;
    const { count } = this.#requests;
    let next = 0;
    while (!isOver()) {
      const due = Math.floor((this.#elapsedMs() / intervalMs) * count) + 1;
      while (next < due && this.#under.size < connections) {
        this.#start(next % count, Math.floor(next / count));
        next++;
      }
      // More than an interval behind, nobody would still send the old values: they are left out, and told.
      while (next < due - count) {
        this.#late += this.#requests.samplesIn(next % count);
        next++;
      }
      await pause(tickMs);
    }
  }

  #start(request: number, round: number): void {
    const sending = this.#sendOne(request, round).finally(() => this.#under.delete(sending));
    this.#under.add(sending);
  }

  async #sendOne(request: number, round: number): Promise<void> {
    const body = this.#requests.body(request, round, Date.now());
    const samples = this.#requests.samplesIn(request);
    const path = this.#options.protocol === 'otlp' ? '/v1/metrics' : '/api/v1/write';
    for (let attempt = 0; ; attempt++) {
      const startedAt = performance.now();
      const answer = await post(
        body,
        { url: `${this.#options.url}${path}`, headers: this.#headers },
        this.#agent,
      ).catch((error: Error) => ({ status: 0, text: error.message, retryAfterS: 1 }));
      const took = performance.now() - startedAt;
      this.#warmUp();
      this.#answerMs.add(took);
      this.#slowestAnswer = Math.max(this.#slowestAnswer, took);
      this.#sent++;
      this.#statuses[answer.status] = (this.#statuses[answer.status] ?? 0) + 1;
      // A partial success of OTLP has a body, and 2xx.
      const isTaken = answer.status >= 200 && answer.status < 300 && answer.text === '';
      if (isTaken) {
        this.#samples += samples;
        return;
      }
      if (this.#firstRefusal === '') this.#firstRefusal = `${answer.status}: ${answer.text.trim().slice(0, 300)}`;
      const mayRetry = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      if (!mayRetry || attempt >= maxRetries || this.#options.signal.aborted) {
        this.#refused += samples;
        return;
      }
      await pause(Math.max(0.2, answer.retryAfterS) * 1_000);
    }
  }

  /** Counts how long markers take to be seen. */
  #probe(isOver: () => boolean): Promise<void> {
    const { url, token, load } = this.#options;
    return probeVisibility({
      url,
      token,
      run: load.run,
      agent: this.#agent,
      pauseMs: probePauseMs,
      isOver,
      onSeen: (took) => {
        this.#warmUp();
        this.#visibleMs.add(took);
        this.#slowestVisible = Math.max(this.#slowestVisible, took);
        this.#probes++;
      },
    });
  }

  async #readMemory(): Promise<void> {
    const { url, token } = this.#options;
    const answer = await fetch(`${url}/api/fleet/system`, { headers: authorization(token) }).catch(() => undefined);
    const system = (await answer?.json().catch(() => undefined)) as { memoryBytes?: number } | undefined;
    if (answer?.ok === true && system?.memoryBytes !== undefined)
      this.#memory.push({ elapsedS: this.#elapsedMs() / 1_000, bytes: system.memoryBytes });
  }

  /** The first two intervals, in which every series is new, are left out of the quantiles (not of the slowest). */
  #warmUp(): void {
    const { intervalMs, durationMs } = this.#options;
    if (this.#isWarm || this.#elapsedMs() < Math.min(2 * intervalMs, durationMs / 2)) return;
    this.#isWarm = true;
    this.#answerMs = newSketch();
    this.#visibleMs = newSketch();
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  #progress(): LoadProgress {
    const elapsedS = this.#elapsedMs() / 1_000;
    return {
      elapsedS,
      samples: this.#samples,
      samplesPerSecond: this.#samples / elapsedS,
      refused: this.#refused,
      late: this.#late,
      answerMsP99: this.#answerMs.quantile(0.99),
      visibleMsP99: this.#visibleMs.quantile(0.99),
      serverMemoryBytes: this.#memory.at(-1)?.bytes ?? null,
    };
  }

  #summary(): LoadSummary {
    const { load } = this.#options;
    const quantiles = (of: QuantileSketch, max: number) => ({ p50: of.quantile(0.5), p99: of.quantile(0.99), max });
    return {
      ...this.#progress(),
      agents: load.agents,
      series: load.agents * load.seriesPerAgent,
      requests: this.#sent,
      statuses: this.#statuses,
      answerMs: quantiles(this.#answerMs, this.#slowestAnswer),
      visibleMs: { ...quantiles(this.#visibleMs, this.#slowestVisible), probes: this.#probes },
      serverMemory: this.#memory,
      firstRefusal: this.#firstRefusal,
    };
  }
}

function newSketch(): QuantileSketch {
  return new QuantileSketch({ min: 0.01, max: 1e5 });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
