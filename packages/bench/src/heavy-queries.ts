/**
 * Whether heavy queries disturb: while as many as there are threads for them run one after the other, `/healthz` is asked and
 * markers are written and looked for, each as a client would. The markers' own queries find all threads busy.
 */
import { Agent } from 'node:http';
import type { Peer } from './peers.ts';
import type { LatencyRow } from './query-latency.ts';
import { probeVisibility } from './visible-probe.ts';

const seconds = 15;
const together = 2;
const healthEveryMs = 20;
/** Some 700,000 windows of thirty samples, each a median. */
const expr = 'sum by (pool) (quantile_over_time(0.5, agent_requests_total{instance=~".+-hour-.+"}[5m]))';

export async function besideHeavyQueries(peer: Peer): Promise<LatencyRow[]> {
  const end = performance.now() + seconds * 1_000;
  const isOver = (): boolean => performance.now() >= end;
  const health: number[] = [];
  const seen: number[] = [];
  const heavy: number[] = [];
  const agent = new Agent({ keepAlive: true });
  const probe = { url: peer.url, token: undefined, run: 'heavy', agent, pauseMs: 50, isOver };
  const askHealth = async (): Promise<void> => {
    while (!isOver()) {
      health.push(await timed(`${peer.url}/healthz`));
      await new Promise((resolve) => setTimeout(resolve, healthEveryMs));
    }
  };
  const askHeavy = async (): Promise<void> => {
    while (!isOver()) heavy.push(await timed(`${peer.url}/api/v1/query_range?${heavyQuestion()}`));
  };
  await Promise.all([
    ...Array.from({ length: together }, askHeavy),
    askHealth(),
    probeVisibility({ ...probe, onSeen: (ms) => seen.push(ms) }),
  ]);
  agent.destroy();
  const note = `${together} at a time for ${seconds} s, ${heavy.length} in all, ${at(heavy, 0.5).toFixed(0)} ms each`;
  return [
    row('/healthz beside heavy queries', health, note),
    row('sample sent to visible beside heavy queries', seen, `${note}; both requests included`),
  ];
}

/** The hour that the load of a thousand agents covers. */
function heavyQuestion(): URLSearchParams {
  const end = Math.floor(Date.now() / 1_000) - 1_260;
  return new URLSearchParams({ query: expr, start: String(end - 3_600), end: String(end), step: '5', nocache: '1' });
}

async function timed(url: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${text.slice(0, 300)}`);
  return performance.now() - startedAt;
}

function row(name: string, took: readonly number[], note: string): LatencyRow {
  const slowest = Math.max(...took).toFixed(0);
  return {
    name: `query: jaegis: ${name}, p99`,
    value: at(took, 0.99),
    unit: 'ms',
    note: `median ${at(took, 0.5).toFixed(1)}, slowest ${slowest} of ${took.length}; ${note}`,
  };
}

function at(took: readonly number[], quantile: number): number {
  const sorted = [...took].sort((a, b) => a - b);
  return sorted[Math.floor(quantile * (sorted.length - 1))] ?? Number.NaN;
}
