/**
 * Series whose values have about the surprise of real ones, so that bytes per sample mean something: counters with random
 * rates, gauges of three decimals that wander, bytes in pages, log-normal latencies of six decimals, small queues,
 * constants; one sixth each.
 */
import { type Rng, seededRng } from '@jaegis/std';

type Next = () => number;

const kinds: readonly ((rng: Rng) => Next)[] = [
  (rng) => {
    let value = rng.int(0, 1_000_000);
    const rate = rng.int(1, 200);
    return () => (value += rng.int(0, 2 * rate));
  },
  (rng) => {
    let value = rng.next() * 100;
    return () => Math.round((value += rng.normal() * 0.05) * 1_000) / 1_000;
  },
  (rng) => {
    let value = rng.int(25_000, 250_000) * 4_096;
    return () => (value = Math.max(0, value + rng.int(-50, 50) * 4_096));
  },
  (rng) => {
    const median = 0.02 + rng.next() * 0.1;
    return () => Math.round(median * Math.exp(rng.normal() * 0.3) * 1e6) / 1e6;
  },
  (rng) => {
    let value = 3;
    return () => (value = Math.max(0, value + rng.int(-1, 1)));
  },
  (rng) => {
    const value = rng.int(0, 100);
    return () => value;
  },
];

export interface NoisySeries {
  readonly labels: Record<string, string>;
  readonly next: Next;
}

export function noisySeries(agents: number, perAgent: number, seed: number): NoisySeries[] {
  const rng = seededRng(seed);
  return Array.from({ length: agents * perAgent }, (_, i) => {
    const agent = Math.floor(i / perAgent);
    const series = i % perAgent;
    return {
      labels: {
        __name__: `agent_metric_${series}`,
        instance: `agent-${agent}.example.com:9090`,
        job: 'agents',
        pool: `research/pool-${agent % 20}`,
        region: `eu-${agent % 3}`,
        version: '1.4.2',
      },
      next: kinds[series % kinds.length]!(rng),
    };
  });
}
