import { joinFleet } from './runtime/join-fleet.ts';
import { listen, type Role, Service } from './runtime/service.ts';

const askTimeoutMs = 20_000;
const defaultMemoryLimitBytes = 400 * 1024 * 1024;

/** Runs one research agent until it is told to drain. */
export async function runRole(role: Role): Promise<void> {
  const { server, url } = await listen();
  const agent = await joinFleet(role.pool, url);
  const service = new Service(role, agent, {
    memoryLimitBytes: Number(process.env['RESEARCH_MEMORY_LIMIT_BYTES'] ?? defaultMemoryLimitBytes),
    askTimeoutMs,
    random: Math.random,
    now: Date.now,
  });
  server.on('request', (message, response) => {
    service.serve(message, response).catch((error: Error) => process.stderr.write(`BUG: ${error.stack}\n`));
  });
  agent.onDrain(async () => {
    process.stdout.write('draining: finishing what is held\n');
    await service.drain();
    server.close();
    server.closeIdleConnections();
  });
  process.stdout.write(`${agent.instanceId} serves ${role.pool} on ${url}\n`);
}
