import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';

const paths = /^\/api\/v1\/(?:query|query_range|series|labels|label\/[^/]+\/values)$/;

/**
 * Where a store answers queries for us, these paths are its answers. While it is away the routes answer from the samples
 * that JAEGIS itself keeps, and a warning beside the result says so, in Prometheus' own field.
 */
export function storeAnswers(app: FastifyInstance, core: Core): void {
  const { queryStore } = core.fleet;
  if (queryStore === undefined) return;
  const answeredHere = new WeakSet<FastifyRequest>();

  app.addHook('preHandler', async (request, reply) => {
    const [path = '', search = ''] = splitOnce(request.url, '?');
    if (!paths.test(path) || (request.method !== 'GET' && request.method !== 'POST')) return undefined;
    const form = request.method === 'POST' && Buffer.isBuffer(request.body) ? request.body : undefined;
    const answer = await queryStore.ask({ method: request.method, path, search, form });
    if (answer.kind === 'away') {
      answeredHere.add(request);
      return undefined;
    }
    return reply
      .code(answer.status)
      .type('application/json; charset=utf-8')
      .send(Buffer.from(answer.json.buffer, answer.json.byteOffset, answer.json.byteLength));
  });

  app.addHook('preSerialization', async (request, _reply, payload: unknown) => {
    if (!answeredHere.has(request) || typeof payload !== 'object' || payload === null) return payload;
    const known = (payload as { warnings?: readonly string[] }).warnings ?? [];
    return { ...payload, warnings: [...known, ...awayWarnings(core)] };
  });
}

/** What to tell beside an answer that a store would have given, were it not away. For routes that send text themselves. */
export function awayWarnings({ fleet }: { fleet?: Pick<Core['fleet'], 'queryStore'> }): readonly string[] {
  if (fleet?.queryStore === undefined) return [];
  const { url, awaySince, error } = fleet.queryStore.stats();
  const since = awaySince === null ? '' : ` since ${new Date(awaySince).toISOString()}`;
  return [`the store ${url} is away${since} (${error}): answered from the samples that JAEGIS itself keeps`];
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
