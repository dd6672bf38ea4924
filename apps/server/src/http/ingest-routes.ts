import type { HttpAnswer } from '@jaegis/ingest';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';
import { sendError } from './answer.ts';

/** OTLP over HTTP: the same three paths on the OTLP port and on the main one. */
export function otlpRoutes(app: FastifyInstance, core: Core): void {
  for (const signal of ['metrics', 'traces', 'logs'] as const) {
    app.post(`/v1/${signal}`, async (request, reply) =>
      sendAnswer(reply, await core.otlp.handleHttp(signal, encoded(request))),
    );
  }
}

/** Prometheus remote write, and OTLP metrics where Prometheus has them. */
export function prometheusWriteRoutes(app: FastifyInstance, core: Core): void {
  app.post('/api/v1/write', async (request, reply) =>
    sendAnswer(reply, await core.remoteWrite.handle(encoded(request))),
  );
  app.post('/api/v1/otlp/v1/metrics', async (request, reply) =>
    sendAnswer(reply, await core.otlp.handleHttp('metrics', encoded(request))),
  );
}

function encoded(request: FastifyRequest): { contentType: string; contentEncoding: string; body: Uint8Array } {
  return {
    contentType: request.headers['content-type'] ?? '',
    contentEncoding: request.headers['content-encoding'] ?? '',
    body: bodyOf(request),
  };
}

function sendAnswer(reply: FastifyReply, answer: HttpAnswer): FastifyReply {
  const { body } = answer;
  reply.code(answer.status).headers(answer.headers);
  // Nothing and an empty buffer are the same answer, but the buffer is one more write to the socket.
  return body.length === 0 ? reply.send() : reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** Heartbeats: first contact registers. */
export function heartbeatRoute(app: FastifyInstance, core: Core): void {
  app.post('/api/fleet/agents/:id/heartbeat', (request, reply) => {
    const { id } = request.params as { id: string };
    const answer = core.heartbeat(id, bodyOf(request));
    if (answer.ok) return reply.send(answer.answer);
    return sendError(reply.header('retry-after', '30'), answer.status, { code: answer.code, message: answer.message });
  });
}

/** The body as it came; empty when there was none. */
export function bodyOf(request: FastifyRequest): Uint8Array {
  return Buffer.isBuffer(request.body) ? request.body : new Uint8Array(0);
}

/** The body as JSON, or `undefined` after an error answer was sent. */
export function jsonOf(request: FastifyRequest, reply: FastifyReply): Record<string, unknown> | undefined {
  const bytes = bodyOf(request);
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the one answer below.
  }
  sendError(reply, 400, {
    code: 'bad_json',
    message: `Cannot read ${request.method} ${request.url.split('?')[0]}: the body is not JSON, must be a JSON object`,
  });
  return undefined;
}
