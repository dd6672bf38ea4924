import type { Heartbeat, SignalName, Signals, SignalValue, Span } from '@jaegis/model';

// What a server knows of a pool from the telemetry that reached it, and only from that: rates over a window of 30 s of
// finished requests (spans come when they end), queues and utilization from the newest heartbeats. Where nothing came,
// the values stay what they were and grow old.
const windowMs = 30_000;
/** An agent that has not been heard of for three beats no longer counts. */
const forgetMs = 15_000;

export class MeasuredPool {
  #spans: { endedAt: number; seconds: number; isError: boolean }[] = [];
  readonly #beats = new Map<string, { at: number; heartbeat: Heartbeat }>();
  #heardAt = 0;

  deliverSpan(span: Span): void {
    const endedAt = span.startMs + span.durationMs;
    this.#spans.push({ endedAt, seconds: span.durationMs / 1_000, isError: span.isError });
    this.#heardAt = Math.max(this.#heardAt, endedAt);
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
    this.#spans = this.#spans.filter((span) => span.endedAt > at - windowMs);
    for (const [id, beat] of this.#beats) if (at - beat.at > forgetMs) this.#beats.delete(id);
    const count = this.#spans.length;
    const latencies = this.#spans.map((span) => span.seconds).sort((a, b) => a - b);
    const beats = [...this.#beats.values()].map((beat) => beat.heartbeat.metrics);
    const sum = (name: string): number => beats.reduce((total, metrics) => total + (metrics[name] ?? 0), 0);
    const rate = count / (windowMs / 1_000);
    const values: Partial<Record<SignalName, number | null>> = {
      request_rate: rate,
      throughput: rate,
      latency_p95: latencies[Math.ceil(0.95 * count) - 1] ?? null,
      error_rate: count === 0 ? null : this.#spans.filter((span) => span.isError).length / count,
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
