import type { HostSample } from '@jaegis/ingest';
import type { Fleet } from './fleet.ts';

/** What knows this machine: the real /proc, or a made one. */
export interface HostSource {
  /** Samples the machine and the given processes, and writes their series. */
  sample(pids: ReadonlyMap<string, { readonly pid: number; readonly pool: string }>): Promise<HostSample>;
}

/** Every 10 s: this machine, and each process of the fleet on it. */
export async function runHost(fleet: Fleet, source: HostSource): Promise<void> {
  fleet.host = await source.sample(processesOf(fleet));
}

/** Processes that we started, and those that say that they run on this machine. */
function processesOf(fleet: Fleet): Map<string, { pid: number; pool: string }> {
  const found = new Map<string, { pid: number; pool: string }>();
  for (const entry of fleet.pools.sized()) {
    for (const { instanceId, pid } of entry.observation?.instances ?? [])
      if (pid !== null) found.set(instanceId, { pid, pool: entry.name });
  }
  for (const agent of fleet.registry.list()) {
    const pid = Number(agent.labels['process.pid']);
    if (agent.connectivity !== 'live' || found.has(agent.instanceId) || !Number.isInteger(pid) || pid <= 0) continue;
    if (agent.labels['host.name'] === fleet.hostName) found.set(agent.instanceId, { pid, pool: agent.pool });
  }
  return found;
}
