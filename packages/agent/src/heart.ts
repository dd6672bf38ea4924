import { type BeatAnswer, parseAnswer } from './heartbeat.ts';
import { type Cancel, type Host, within } from './host.ts';
import type { ServerConnection } from './server-call.ts';

export interface HeartStats {
  /** Heartbeats that were answered. */
  readonly beats: number;
  readonly failedBeats: number;
  readonly isConnected: boolean;
  readonly intervalMs: number;
  /** Why the last one failed; empty when it did not. */
  readonly lastError: string;
}

const callTimeoutMs = 2_000;
const answerBytesMax = 256 * 1024;
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/**
 * Sends heartbeats one after the other, never two at once: every interval that the server asked for while it answers,
 * and with a growing, jittered wait while it does not. The wait stays within two intervals (a minute at most), so that
 * a server that is back sees its agents before it could call them lost.
 */
export class Heart {
  readonly #host: Host;
  readonly #server: ServerConnection;
  readonly #path: string;
  readonly #body: (intervalMs: number) => unknown;
  readonly #onAnswer: (answer: BeatAnswer) => void;
  #intervalMs: number;
  #cancel: Cancel | undefined;
  #underWay: Promise<void> | undefined;
  #isWanted = false;
  #isStopped = false;
  #failures = 0;
  #beats = 0;
  #failedBeats = 0;
  #lastError = '';

  constructor(o: {
    readonly host: Host;
    readonly server: ServerConnection;
    readonly instanceId: string;
    readonly intervalMs: number;
    readonly body: (intervalMs: number) => unknown;
    readonly onAnswer: (answer: BeatAnswer) => void;
  }) {
    this.#host = o.host;
    this.#server = o.server;
    this.#path = `/api/fleet/agents/${encodeURIComponent(o.instanceId)}/heartbeat`;
    this.#intervalMs = o.intervalMs;
    this.#body = o.body;
    this.#onAnswer = o.onAnswer;
  }

  /** Beats now, or right after the beat that is under way. Resolves when it was answered or has failed. */
  beat(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    if (this.#underWay !== undefined) {
      this.#isWanted = true;
      return this.#underWay;
    }
    this.#cancel?.();
    this.#underWay = this.#beat().finally(() => {
      this.#underWay = undefined;
      const isWanted = this.#isWanted;
      this.#isWanted = false;
      if (isWanted) void this.beat();
    });
    return this.#underWay;
  }

  async #beat(): Promise<void> {
    const startedAt = this.#host.now();
    const answer = await this.#server.call({
      method: 'POST',
      path: this.#path,
      body: this.#body(this.#intervalMs),
      timeoutMs: callTimeoutMs,
      maxBytes: answerBytesMax,
    });
    const parsed = answer.ok ? parseAnswer(answer.body) : undefined;
    if (parsed === undefined) {
      this.#failed(
        answer.ok ? 'answer is not one to a heartbeat' : answer.error,
        answer.ok ? 0 : (answer.retryAfterMs ?? 0),
      );
      return;
    }
    this.#beats++;
    this.#failures = 0;
    this.#lastError = '';
    this.#intervalMs = parsed.intervalMs ?? this.#intervalMs;
    this.#next(Math.max(0, startedAt + this.#intervalMs - this.#host.now()));
    this.#onAnswer(parsed);
  }

  /** Stops for good, with one last word that the server has `timeoutMs` to take. */
  async stop(lastBody: () => unknown, timeoutMs: number): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancel?.();
    // Sent beside a beat under way it could overtake it, and the server would believe that we still live.
    if (this.#underWay !== undefined) await within(this.#host, timeoutMs, this.#underWay);
    const call = { method: 'POST' as const, path: this.#path, body: lastBody(), maxBytes: answerBytesMax };
    await this.#server.call({ ...call, timeoutMs, holdsProcess: true });
  }

  get stats(): HeartStats {
    return {
      beats: this.#beats,
      failedBeats: this.#failedBeats,
      isConnected: this.#beats > 0 && this.#failures === 0,
      intervalMs: this.#intervalMs,
      lastError: this.#lastError,
    };
  }

  #failed(error: string, retryAfterMs: number): void {
    this.#failures++;
    this.#failedBeats++;
    this.#lastError = error;
    const ceiling = Math.min(longestRetryMs, Math.max(firstRetryMs, 2 * this.#intervalMs));
    const wait = Math.min(ceiling, firstRetryMs * 2 ** Math.min(this.#failures - 1, 20));
    this.#next(Math.max(wait * (0.5 + this.#host.random() / 2), Math.min(retryAfterMs, longestRetryMs)));
  }

  #next(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel?.();
    this.#cancel = this.#host.after(delayMs, () => void this.beat());
  }
}
