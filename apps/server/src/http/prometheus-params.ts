/** Parameters of the Prometheus HTTP API, from the address and from a form, with Prometheus' words for what is wrong. */
import { fitsLabels } from '@jaegis/alerting';
import type { Labels, Matcher } from '@jaegis/model';
import { parseSelector } from '@jaegis/promql';
import { parseDurationMs } from '@jaegis/std';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Query, text } from './answer.ts';

/** A parameter that is wrong; the message is the answer. */
export class BadParameter extends Error {
  override readonly name = 'BadParameter';
}

type Handler = (query: Query, reply: FastifyReply, request: FastifyRequest) => FastifyReply | Promise<FastifyReply>;

/** Registers a route for GET and POST alike; a form's fields win over the address. */
export function both(app: FastifyInstance, url: string, handler: Handler): void {
  app.get(url, (request, reply) => answered(handler, request.query as Query, { request, reply }));
  app.post(url, (request, reply) =>
    answered(handler, { ...(request.query as Query), ...formOf(request) }, { request, reply }),
  );
}

/** Registers a route for GET alone. */
export function onlyGet(app: FastifyInstance, url: string, handler: Handler): void {
  app.get(url, (request, reply) => answered(handler, request.query as Query, { request, reply }));
}

/** Answers what is wrong with a parameter in Prometheus' form. */
export async function answered(
  handler: Handler,
  query: Query,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  try {
    return await handler(query, reply, request);
  } catch (error) {
    if (error instanceof BadParameter) return sendBadData(reply, error.message);
    throw error;
  }
}

export function sendBadData(reply: FastifyReply, error: string): FastifyReply {
  return reply.code(400).send({ status: 'error', errorType: 'bad_data', error });
}

function formOf(request: FastifyRequest): Query {
  // Without a prototype: a field may be called `__proto__` or `constructor`.
  const form: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''))
    (form[name] ??= []).push(value);
  return form;
}

export function list(query: Query, name: string): string[] {
  const value = query[name];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Epoch milliseconds from Prometheus' forms of time; `undefined` when it is none. */
export function readTime(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.round(seconds * 1_000);
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** Epoch milliseconds; the default when the parameter is absent, which is an error without one. */
export function timeParameter(query: Query, name: string, absent?: number): number {
  const value = text(query, name);
  if (value === undefined && absent !== undefined) return absent;
  const time = readTime(value);
  if (time === undefined || Math.abs(time) > 8.64e15)
    throw new BadParameter(
      `invalid parameter "${name}": cannot parse ${JSON.stringify(value ?? '')} to a valid timestamp`,
    );
  return time;
}

/** Milliseconds, from seconds or from a duration such as `5m`; `undefined` when the parameter is absent. */
export function durationParameter(query: Query, name: string): number | undefined {
  const value = text(query, name);
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : parseDurationMs(value);
  if (ms === undefined || Math.abs(ms) > 9e15)
    throw new BadParameter(`invalid parameter "${name}": cannot parse ${JSON.stringify(value)} to a valid duration`);
  return Math.round(ms);
}

/** A whole number of at least 0; 0 when the parameter is absent, which means no limit. */
export function limitParameter(query: Query): number {
  const value = text(query, 'limit');
  if (value === undefined) return 0;
  if (!/^[+-]?\d+$/.test(value))
    throw new BadParameter(`invalid parameter "limit": strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
  if (Number(value) < 0) throw new BadParameter('invalid parameter "limit": limit must be non-negative');
  return Number(value);
}

/** The matchers of each `match[]`. */
export function matchParameters(query: Query): (readonly Matcher[])[] {
  return list(query, 'match[]').map((each) => {
    const parsed = parseSelector(each);
    if (!parsed.ok) throw new BadParameter(`invalid parameter "match[]": ${parsed.error}`);
    return parsed.selector.matchers;
  });
}

/** Whether labels fit all of a selector. */
export function matchesLabels(matchers: readonly Matcher[], labels: Labels): boolean {
  const plain = matchers.map(({ name, op, value }) => ({
    name,
    value,
    isRegex: op.endsWith('~'),
    isEqual: op.startsWith('='),
  }));
  return fitsLabels(plain, labels);
}
