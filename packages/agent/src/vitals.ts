import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Host } from './host.ts';

const resolutionMs = 50;

/** What the process itself can say of its health. One histogram and one subtraction a heartbeat; twenty looks a second by libuv. */
export class Vitals {
  readonly #host: Host;
  readonly #delay: IntervalHistogram;
  #cpuMs: number;
  #at: number;

  constructor(host: Host) {
    this.#host = host;
    this.#delay = monitorEventLoopDelay({ resolution: resolutionMs });
    this.#delay.enable();
    this.#cpuMs = host.cpuMs();
    this.#at = host.now();
  }

  /** Since the last call. Seconds, bytes, and cores in use. */
  read(): Record<string, number> {
    const { residentBytes, heapBytes } = this.#host.memory();
    const metrics: Record<string, number> = { memory_bytes: residentBytes, heap_bytes: heapBytes };
    const p99 = this.#delay.percentile(99) / 1e9 - resolutionMs / 1_000;
    if (this.#delay.count > 0) metrics['event_loop_delay_p99'] = Math.max(0, p99);
    this.#delay.reset();
    const now = this.#host.now();
    const cpuMs = this.#host.cpuMs();
    if (now > this.#at) metrics['cpu_utilization'] = Math.max(0, (cpuMs - this.#cpuMs) / (now - this.#at));
    this.#cpuMs = cpuMs;
    this.#at = now;
    return metrics;
  }

  stop(): void {
    this.#delay.disable();
  }
}
