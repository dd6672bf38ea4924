import type { Heartbeat, SignalName, Signals, SignalValue } from '@jaegis/model';

// What a server knows of a pool from the telemetry that reached it, and only from that: rates over a window of 30 s of
// finished requests (spans come when they end), queues and utilization from the newest heartbeats. Where nothing came,
// the values stay what they were and grow old.
const windowMs = 30_000;
/** An agent that has not been heard of for three beats no longer counts. */
const forgetMs = 15_000;

/** A request that was answered; its span tells the same. */
export interface FinishedWork {
  readonly endedAt: number;
  readonly seconds: number;
  readonly isError: boolean;
}

export class MeasuredPool {
  #work: FinishedWork[] = [];
  readonly #beats = new Map<string, { at: number; heartbeat: Heartbeat }>();
  #heardAt = 0;

  deliverWork(work: FinishedWork): void {
    this.#work.push(work);
    this.#heardAt = Math.max(this.#heardAt, work.endedAt);
  }

  deliverHeartbeat(heartbeat: Heartbeat, sentAt: number): void {
    this.#beats.set(heartbeat.instanceId, { at: sentAt, heartbeat });
    this.#heardAt = Math.max(this.#heardAt, sentAt);
  }

  /** When the newest telemetry that arrived was true; 0 before the first. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** The signals as of `now`; `isGarbled` makes them impossible numbers. */
  signals(now: number, isGarbled: boolean): Signals {
    if (this.#heardAt === 0) return {};
    const at = Math.min(now, this.#heardAt);
    this.#work = this.#work.filter((work) => work.endedAt > at - windowMs);
    for (const [id, beat] of this.#beats) if (at - beat.at > forgetMs) this.#beats.delete(id);
    const count = this.#work.length;
    const latencies = this.#work.map((work) => work.seconds).sort((a, b) => a - b);
    const beats = [...this.#beats.values()].map((beat) => beat.heartbeat.metrics);
    const sum = (name: string): number => beats.reduce((total, metrics) => total + (metrics[name] ?? 0), 0);
    const rate = count / (windowMs / 1_000);
    const values: Partial<Record<SignalName, number | null>> = {
      request_rate: rate,
      throughput: rate,
      latency_p95: latencies[Math.ceil(0.95 * count) - 1] ?? null,
      error_rate: count === 0 ? null : this.#work.filter((work) => work.isError).length / count,
      queue_length: beats.length === 0 ? null : sum('queue_length'),
      in_flight: beats.length === 0 ? null : sum('in_flight'),
      cpu_utilization: beats.length === 0 ? null : sum('cpu_utilization') / beats.length,
    };
    const signals: Partial<Record<SignalName, SignalValue>> = {};
    const impossible = [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [index, [name, value]] of (Object.entries(values) as [SignalName, number | null][]).entries()) {
      signals[name] = { value: isGarbled ? impossible[index % impossible.length]! : value, at };
    }
    return signals;
  }
}
