import type { MadeServer } from './made-server.ts';

/** The tick of the made world: a sample batch every 5 s, and in trouble an agent event now and then. */
export function startTicks(server: MadeServer): () => void {
  const timer = setInterval(() => {
    const at = Date.now();
    const names = [
      'request_rate',
      'throughput',
      'latency_p95',
      'error_rate',
      'queue_length',
      'saturation',
      'cpu_utilization',
    ];
    const pools = Object.fromEntries(
      server.api.fleet.pools.map((pool) => [
        pool.name,
        Object.fromEntries(names.map((name) => [name, server.api.signals.pool(pool, name, at)])),
      ]),
    );
    server.emit({ event: 'sample-batch', data: { at, pools, agentsChanged: 3 } });
    const some = server.api.fleet.agents[Math.floor(at / 5_000) % Math.max(1, server.api.fleet.agents.length)];
    const agent = some && server.api.agent(some.row.instanceId);
    if (agent) server.emit({ event: 'agent', data: agent });
  }, 5_000);
  return () => clearInterval(timer);
}
