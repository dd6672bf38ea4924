import type { Page } from '@jaegis/model';
import type { FastifyReply } from 'fastify';

/** An error answer in the API's one form. `code` is stable; `message` is for people. */
export function sendError(reply: FastifyReply, status: number, error: { code: string; message: string }): FastifyReply {
  return reply.code(status).send({ error });
}

export function notFound(reply: FastifyReply, what: string, id: string): FastifyReply {
  return sendError(reply, 404, {
    code: 'not_found',
    message: `Cannot find ${what}: ${JSON.stringify(id.slice(0, 200))} is not known`,
  });
}

export function badRequest(reply: FastifyReply, message: string): FastifyReply {
  return sendError(reply, 400, { code: 'bad_request', message });
}

export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** A query parameter given once; the first one when repeated. */
export function text(query: Query, name: string): string | undefined {
  const value = query[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first === '' ? undefined : first;
}

/** A finite number from the query, `undefined` when absent or not a number. */
export function number(query: Query, name: string): number | undefined {
  const value = text(query, name);
  if (value === undefined) return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** A page size: at least 1, at most `max`. */
export function limitOf(query: Query, options: { default: number; max: number }): number {
  const asked = number(query, 'limit') ?? options.default;
  return Math.max(1, Math.min(options.max, Math.floor(asked)));
}

/** Pages a list that is wholly in memory; the cursor is an offset. */
export function page<T>(
  items: readonly T[],
  query: Query,
  options: { default: number; max: number } = { default: 100, max: 1_000 },
): Page<T> {
  const limit = limitOf(query, options);
  const start = Math.max(0, Math.floor(number(query, 'cursor') ?? 0));
  const end = start + limit;
  return { items: items.slice(start, end), total: items.length, next: end < items.length ? String(end) : null };
}

/** What Prometheus and Alertmanager say of their build, as far as we have it. */
export function buildInfo({ version }: { readonly version: string }): Readonly<Record<string, string>> {
  return { version, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: process.version };
}

/** A time as Prometheus writes it. Go's zero time stands for "not yet". */
export function prometheusTime(ms: number | null): string {
  return ms === null ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
}
