import { BehaviorWatch } from '@jaegis/analytics';
import type { Signals } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import type { PartInput } from '../anomaly.ts';
import type { BenchRow } from '../otlp-ingest.ts';

const agents = 10_000;
const pools = 20;
const tickMs = 5_000;

/** What following the behaviour of 10,000 agents in 20 pools costs, each agent against its past and its peers. */
export function behaviorRows({ quick }: PartInput): BenchRow[] {
  const rng = seededRng(3);
  const before = heapUsed();
  const watch = new BehaviorWatch(agents);
  const noise = Float64Array.from({ length: 4_096 }, () => Math.exp(0.1 * rng.normal()));
  const members = Array.from({ length: pools }, (_, pool) =>
    Array.from({ length: agents / pools }, (_, k) => ({ id: `agent-${pool}-${k}`, signals: {} as Signals })),
  );
  const now = Date.UTC(2026, 0, 5, 9);
  const ticks = quick ? 30 : 200;
  let changes = 0;
  let used = 0;
  for (let tick = 0; tick < ticks; tick++) {
    const at = now + tick * tickMs;
    members.forEach((pool, p) => {
      pool.forEach((agent, k) => {
        const value = (signal: number, usual: number) => ({
          value: usual * noise[(tick * 31 + k * 7 + signal * 997 + p) & 4_095]!,
          at,
        });
        agent.signals = {
          request_rate: value(0, 10),
          latency_p95: value(1, 0.2),
          error_rate: value(2, 0.01),
          queue_length: value(3, 4),
          cpu_utilization: value(4, 0.4),
          memory_bytes: value(5, 3e8),
          tokens_rate: value(6, 100),
          progress_rate: value(7, 5),
        };
      });
      const start = process.cpuUsage();
      changes += watch.observePool(pool, at).length;
      const spent = process.cpuUsage(start);
      used += spent.user + spent.system;
    });
  }
  const { bytesPerAgent } = watch.profiles;
  return [
    {
      name: 'behaviour of 10,000 agents in 20 pools',
      value: used / (agents * ticks),
      unit: 'µs an agent and tick',
      note: `${bytesPerAgent} bytes of profile an agent, ${((heapUsed() - before) / agents).toFixed(0)} with everything; ${changes} anomalies opened in ${ticks} ordinary ticks`,
    },
  ];
}

/** Bytes of heap and of typed arrays. */
function heapUsed(): number {
  const { heapUsed: heap, arrayBuffers } = process.memoryUsage();
  return heap + arrayBuffers;
}
