import { join } from '@jaegis/agent';
import { listen } from './runtime/http-json.ts';
import { type Role, Service } from './runtime/service.ts';

const askTimeoutMs = 20_000;
const drainTimeoutMs = 20_000;
const reportEveryMs = 1_000;
/** Its pool is scaled by the queue it tells of with each beat, so it tells often, whatever the server would ask for. */
const heartbeatIntervalMs = 4_000;
const defaultMemoryLimitBytes = 400 * 1024 * 1024;

/** Runs one research agent until it is told to drain. */
export async function runRole(role: Role): Promise<void> {
  const { server, url } = await listen();
  const agent = await join({
    pool: role.pool,
    labels: { 'agent.url': url },
    drainTimeoutMs,
    heartbeatIntervalMs,
  });
  const service = new Service(role, agent, {
    memoryLimitBytes: Number(process.env['RESEARCH_MEMORY_LIMIT_BYTES'] ?? defaultMemoryLimitBytes),
    askTimeoutMs,
    random: Math.random,
    now: Date.now,
  });
  server.on('request', (message, response) => {
    service.serve(message, response).catch((error: Error) => process.stderr.write(`BUG: ${error.stack}\n`));
  });
  setInterval(() => service.report(), reportEveryMs).unref();
  agent.onDrain(async (reason) => {
    process.stdout.write(`draining: ${reason}\n`);
    await service.drain();
    if (agent.isDraining) server.close();
  });
  agent.onTakenBack((reason) => {
    process.stdout.write(`taken back: ${reason}\n`);
    service.resume();
  });
  process.stdout.write(`${agent.instanceId} serves ${role.pool} on ${url}\n`);
}
