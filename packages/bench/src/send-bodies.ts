import { Agent, request } from 'node:http';

export interface Sending {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
}

/** Sends bodies over so many connections, each as soon as one is free. Throws at an answer that is not 2xx. */
export async function sendBodies(bodies: Iterable<Uint8Array>, to: Sending): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: to.connections });
  const source = bodies[Symbol.iterator]();
  try {
    await Promise.all(
      Array.from({ length: to.connections }, async () => {
        for (let next = source.next(); next.done !== true; next = source.next()) {
          const body = next.value;
          // A connection that was idle for too long may be closed under our hands: the same bytes again harm nobody.
          const { status, text } = await post(body, to, agent).catch(() => post(body, to, agent));
          if (status < 200 || status > 299) throw new Error(`${to.url} answers ${status}: ${text.slice(0, 300)}`);
        }
      }),
    );
  } finally {
    agent.destroy();
  }
}

/** One request; gives the answer's status, its Retry-After in seconds and the beginning of its body. */
export function post(
  body: Uint8Array,
  to: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  agent: Agent,
): Promise<{ status: number; text: string; retryAfterS: number }> {
  return new Promise((resolve, reject) => {
    const headers = { ...to.headers, 'content-length': body.length };
    const sent = request(to.url, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        if (text.length < 1_000) text += part;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text, retryAfterS: Number(answer.headers['retry-after'] ?? 0) }),
      );
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
