import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As much of a JAEGIS server as the agents need to find each other: heartbeats in, peers out, telemetry thrown away. */
export class FakeJaegis {
  readonly #beats = new Map<string, Record<string, unknown>>();
  #server: Server | undefined;

  async start(): Promise<string> {
    const server = createServer(async (message, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
      const url = new URL(message.url ?? '/', 'http://fake');
      let answer: unknown = {};
      if (url.pathname.endsWith('/heartbeat')) {
        const beat = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
        if (beat['status'] === 'stopped') this.#beats.delete(String(beat['instanceId']));
        else this.#beats.set(String(beat['instanceId']), beat);
        answer = { intervalMs: 500, commands: [] };
      } else if (url.pathname === '/api/fleet/agents') {
        const items = [...this.#beats.values()].filter((beat) => beat['pool'] === url.searchParams.get('pool'));
        answer = { items, total: items.length, next: null };
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The newest heartbeat of each agent of a pool. */
  beats(pool: string): Record<string, unknown>[] {
    return [...this.#beats.values()].filter((beat) => beat['pool'] === pool);
  }

  /** Where the first agent of a pool is reached. */
  urlOf(pool: string): string | undefined {
    const [beat] = this.beats(pool);
    return (beat?.['labels'] as Record<string, string> | undefined)?.['agent.url'];
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }
}
