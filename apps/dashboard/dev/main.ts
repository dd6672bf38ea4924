import { join } from 'node:path';
import { MadeServer } from './made-server.ts';
import { startTicks } from './made-ticks.ts';

// The dashboard on a made fleet: `main.ts [port] [healthy|trouble|empty] [agents] [token]`, run from apps/dashboard
// after a build (with any runner of TypeScript; Node 20 has none of its own).
const [port = '4400', scenario = 'trouble', agents = '48', token] = process.argv.slice(2);
const server = await MadeServer.start({
  dist: join(process.cwd(), 'dist'),
  port: Number(port),
  scenario: scenario as 'trouble',
  agents: Number(agents),
  ...(token === undefined ? {} : { token }),
});
startTicks(server);
console.log(`A made fleet of ${agents} agents (${scenario}) on ${server.url}`);
