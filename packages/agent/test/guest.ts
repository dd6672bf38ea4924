import { createServer } from 'node:http';
import { metrics, trace } from '@opentelemetry/api';
import { join } from '../src/index.ts';

/** An agent in a process of its own, doing what its first argument says. Prints a line of JSON when it has something to say. */
const [role, target = ''] = process.argv.slice(2);
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

if (role === 'server') {
  const server = createServer((request, response) => {
    agent.handle(request.headers, 'POST /read', async () => {
      await agent.model({ model: 'small-1', inputTokens: 10 }, (usage) => usage({ outputTokens: 5 }));
      response.end('read');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const agent = await join({ pool: 'research/reader', labels: { 'agent.url': `http://127.0.0.1:${port}` } });
  agent.onDrain(() => void server.close());
  say({ port });
} else if (role === 'caller') {
  const agent = await join({ pool: 'research/searcher' });
  await agent.run('search', {}, async () => {
    const response = await agent.request('research/reader', `${target}/read`, { method: 'POST' });
    say({ status: response.status, body: await response.text() });
  });
  agent.meter.createCounter('documents').add(3);
  await agent.leave();
} else if (role === 'idle') {
  // Joins and has nothing to do: must end at once, whatever the server does.
  await join({ pool: 'idle' });
  say({ joined: true });
} else if (role === 'quiet') {
  const agent = await join({ pool: 'quiet', telemetry: false });
  say({
    tracer: agent.tracer.startSpan('x').isRecording(),
    proxied: trace.getTracer('y').startSpan('z').isRecording(),
    meter: metrics.getMeterProvider().constructor.name,
  });
} else if (role === 'busy') {
  const agent = await join({ pool: 'busy' });
  setInterval(() => agent.progress(), 10);
  say({ joined: true });
}
