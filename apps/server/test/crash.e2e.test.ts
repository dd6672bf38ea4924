import { readFileSync } from 'node:fs';
import { discard, getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterEach, expect, test } from 'vitest';

let server: RunningServer | undefined;

afterEach(async () => {
  await discard(server);
  server = undefined;
});

/** A process that has ended and waits for an absent parent is not running. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}

const rounds = 4;
const seriesPerRequest = 20;

/** One OTLP/JSON request: the same counter on many series, its value the number of the request. */
function request(sequence: number): { body: string; timeMs: number } {
  const timeMs = Date.now();
  const dataPoints = Array.from({ length: seriesPerRequest }, (_, i) => ({
    timeUnixNano: `${timeMs}000000`,
    asDouble: sequence,
    attributes: [{ key: 'n', value: { stringValue: `${i}` } }],
  }));
  const resource = {
    attributes: [
      { key: 'service.name', value: { stringValue: 'crash' } },
      { key: 'service.instance.id', value: { stringValue: 'crash-1' } },
    ],
  };
  return {
    timeMs,
    body: JSON.stringify({
      resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: 'crash_sequence', gauge: { dataPoints } }] }] }],
    }),
  };
}

test('kill -9 under load, again and again: every acknowledged sample is there, nobody is falsely lost', async () => {
  // Short blocks: the head is cut and blocks are merged while the load goes on and the process is killed.
  const configured = 'server: { heartbeat_interval: 30s, block_window: 1s, out_of_order_window: 1s }\n';
  server = await startServerProcess({ config: configured });
  const acknowledged: { timeMs: number; sequence: number }[] = [];
  let sequence = 0;
  for (let round = 0; round < rounds; round++) {
    expect(
      (await postJson(`${server.url}/api/fleet/agents/beat-1/heartbeat`, { instanceId: 'beat-1', pool: 'beaters' }))
        .status,
    ).toBe(200);
    let isKilled = false;
    const load = (async () => {
      while (!isKilled) {
        sequence++;
        const { body, timeMs } = request(sequence);
        const mine = sequence;
        const answer = await fetch(`${server!.otlpUrl}/v1/metrics`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        }).catch(() => undefined);
        if (answer?.status === 200) acknowledged.push({ timeMs, sequence: mine });
        // One sample a millisecond at most: two at the same time on one series would be duplicates.
        while (Date.now() <= timeMs) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 300 + 170 * round));
    await server.kill();
    isKilled = true;
    await load;
    server = await server.restart();
  }
  expect(acknowledged.length).toBeGreaterThan(20);

  const from = acknowledged[0]!.timeMs / 1000;
  const span = Math.ceil(Date.now() / 1000 - from) + 1;
  const answer = await getJson(`${server.url}/api/v1/query?query=${encodeURIComponent(`crash_sequence[${span}s]`)}`);
  expect(answer.data.result).toHaveLength(seriesPerRequest);
  for (const { values } of answer.data.result as { values: [number, string][] }[]) {
    const kept = new Map(values.map(([seconds, value]) => [Math.round(seconds * 1000), Number(value)]));
    const lost = acknowledged.filter(({ timeMs, sequence }) => kept.get(timeMs) !== sequence);
    expect(lost).toEqual([]);
  }

  const agent = await getJson(`${server.url}/api/fleet/agents/beat-1`);
  expect(agent.connectivity).toBe('live');
  const alerts = await getJson(`${server.url}/api/fleet/alerts`);
  expect(alerts.items.filter((alert: { kind: string }) => alert.kind === 'agent_lost')).toEqual([]);
});

test('decisions, agents and processes survive kill -9: the same processes are adopted, none is started twice', async () => {
  const config = `
server: { supervised_heartbeat_interval: 1s }
pools:
  - name: sleepers
    target: { process: { command: [sleep, "1000"] } }
    replicas: { min: 3, max: 5 }
`;
  server = await startServerProcess({ config });
  const pids = async () => {
    const pool = await getJson(`${server!.url}/api/fleet/pools/sleepers`);
    const instances = (pool.instances ?? []) as { pid: number; state: string }[];
    return pool.currentReplicas.ready === 3 ? instances.map((each) => each.pid).sort() : undefined;
  };
  const before = await until(pids, { what: 'three ready sleepers', timeoutMs: 60_000 });
  const decisions = (await getJson(`${server.url}/api/fleet/decisions`)).items;
  await server.kill();
  for (const pid of before) expect(isRunning(pid)).toBe(true);
  server = await server.restart();
  const after = await until(pids, { what: 'three ready sleepers after the restart', timeoutMs: 60_000 });
  expect(after).toEqual(before);
  const kept = (await getJson(`${server.url}/api/fleet/decisions?limit=1000`)).items.map(
    (each: { id: string }) => each.id,
  );
  for (const decision of decisions) expect(kept).toContain(decision.id);
  expect(await server.stop()).toBe(0);
  for (const pid of before) expect(isRunning(pid)).toBe(false);
});
