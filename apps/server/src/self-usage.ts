import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '@jaegis/std';
import type { Fleet } from './core/fleet.ts';

const everyMs = 10_000;

/** Measures this process: memory, CPU and how late its event loop is. */
export function watchSelf(fleet: Fleet, clock: Clock): { close(): Promise<void> } {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let before = process.cpuUsage();
  let beforeAt = performance.now();
  const measure = () => {
    const used = process.cpuUsage(before);
    const elapsedMs = performance.now() - beforeAt;
    before = process.cpuUsage();
    beforeAt = performance.now();
    const cpuUtilization = elapsedMs > 0 ? (used.user + used.system) / 1_000 / elapsedMs : 0;
    fleet.selfUsage = {
      memoryBytes: process.memoryUsage.rss(),
      cpuUtilization,
      eventLoopDelayMsP99: Math.max(0, delay.percentile(99) / 1e6 - 10),
    };
    delay.reset();
  };
  measure();
  const cancel = clock.every(everyMs, measure);
  return {
    close: async () => {
      cancel();
      delay.disable();
    },
  };
}
