import { randomUUID } from 'node:crypto';
import { fitsLabels, type Silence, type SilenceMatcher, showMatcher, silenceState } from '@jaegis/alerting';
import { readPostedAlerts, readPostedSilence } from '@jaegis/model';
import { compileLinearRegex } from '@jaegis/std';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import { buildInfo, type Query, text } from '../answer.ts';
import { list } from '../prometheus-params.ts';
import { firingAlerts, type GettableAlert, gettableSilence, receiverNames, rfc3339 } from './gettable.ts';
import { parseMatcher } from './matcher-text.ts';

/**
 * Alertmanager's API v2, so that amtool, Grafana and Prometheus find in us what they know. Our groups are incidents.
 * Errors are a string in JSON, as there.
 */
export function alertmanagerRoutes(app: FastifyInstance, core: Core): void {
  app.get('/api/v2/status', (_request, reply) =>
    reply.send({
      cluster: { name: 'jaegis', status: 'disabled', peers: [] },
      versionInfo: buildInfo(core),
      config: { original: configText(core) },
      uptime: rfc3339(core.fleet.startedAt),
    }),
  );

  app.get('/api/v2/receivers', (_request, reply) => reply.send(receiverNames(core).map((name) => ({ name }))));

  app.get('/api/v2/alerts', (request, reply) => {
    const found = askedFor(core, request);
    return typeof found === 'string' ? refuse(reply, 400, found) : reply.send(found.map(({ shown }) => shown));
  });

  app.get('/api/v2/alerts/groups', (request, reply) => {
    const found = askedFor(core, request);
    return typeof found === 'string' ? refuse(reply, 400, found) : reply.send(groupsOf(found));
  });

  app.post('/api/v2/alerts', (request, reply) => {
    const read = readPostedAlerts(jsonBody(request));
    if (!read.ok) return refuse(reply, 400, read.error);
    const now = core.clock.now();
    const refused = read.value.filter((alert) => !core.fleet.posted.post(alert, now)).length;
    core.fleet.selfMetrics.count('jaegis_posted_alerts_total');
    if (refused > 0) return refuse(reply.header('retry-after', '30'), 503, `${refused} alerts found no room`);
    return reply.send();
  });

  silenceRoutes(app, core);
}

function silenceRoutes(app: FastifyInstance, core: Core): void {
  const { book } = core.fleet.silencing;

  app.get('/api/v2/silences', (request, reply) => {
    const filter = filterOf(request.query as Query);
    if (typeof filter === 'string') return refuse(reply, 400, filter);
    const now = core.clock.now();
    const found = book.list().filter((silence) => fitsFilter(silence, filter));
    return reply.send(inOrder(found, now).map((silence) => gettableSilence(silence, now)));
  });

  app.post('/api/v2/silences', (request, reply) => {
    const read = readPostedSilence(jsonBody(request));
    if (!read.ok) return refuse(reply, 400, read.error);
    const set = book.set(read.value, { now: core.clock.now(), newId: randomUUID });
    if (!set.ok) return refuse(reply, set.code === 'unknown' ? 404 : set.code === 'full' ? 503 : 400, set.error);
    core.fleet.silencing.save();
    const { id, matchers, createdBy } = set.silence;
    core.log.info({ id, createdBy }, `Silenced ${matchers.map(showMatcher).join(', ')} by ${createdBy}`);
    return reply.send({ silenceID: id });
  });

  app.get('/api/v2/silence/:id', (request, reply) => {
    const { id } = request.params as { id: string };
    const silence = book.get(id);
    return silence === undefined
      ? refuse(reply, 404, `silence ${id} not found`)
      : reply.send(gettableSilence(silence, core.clock.now()));
  });

  app.delete('/api/v2/silence/:id', (request, reply) => {
    const { id } = request.params as { id: string };
    const done = book.expire(id, core.clock.now());
    if (done === 'unknown') return refuse(reply, 404, `silence ${id} not found`);
    if (done === 'already') return refuse(reply, 500, `silence ${id} already expired`);
    core.fleet.silencing.save();
    return reply.send();
  });
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).type('application/json').send(JSON.stringify(error));
}

/** `undefined` for what is no JSON: no body of this API is. */
function jsonBody(request: FastifyRequest): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
  } catch {
    return undefined;
  }
}

/** The matchers of `filter`, or what is wrong with one of them. */
function filterOf(query: Query): SilenceMatcher[] | string {
  const matchers: SilenceMatcher[] = [];
  for (const each of list(query, 'filter')) {
    const matcher = parseMatcher(each);
    if (matcher === undefined) return `bad matcher format: ${each.slice(0, 200)}`;
    matchers.push(matcher);
  }
  return matchers;
}

/** Alerts that fit the question, or what is wrong with it. */
function askedFor(core: Core, request: FastifyRequest) {
  const query = request.query as Query;
  const filter = filterOf(query);
  if (typeof filter === 'string') return filter;
  const receiver = text(query, 'receiver');
  const regex = receiver === undefined ? undefined : compileLinearRegex(receiver);
  if (regex?.ok === false) return `failed to parse receiver param: ${receiver}`;
  const wants = (name: string) => text(query, name) !== 'false';
  const origin = `${request.protocol}://${request.host}`;
  return firingAlerts(core, { now: core.clock.now(), origin }).filter(({ shown }) => {
    const { state } = shown.status;
    if (state === 'active' ? !wants('active') : !wants('silenced')) return false;
    if (regex?.ok && !shown.receivers.some(({ name }) => regex.matches(name))) return false;
    return fitsLabels(filter, shown.labels);
  });
}

/** One group for each incident and each receiver that is told of it. */
function groupsOf(found: ReturnType<typeof firingAlerts>) {
  const groups = new Map<
    string,
    { labels: Record<string, string>; receiver: { name: string }; alerts: GettableAlert[] }
  >();
  for (const { alert, shown } of found) {
    const labels: Record<string, string> =
      alert.incident === null ? { pool: alert.pool } : { incident: alert.incident };
    for (const receiver of shown.receivers) {
      const key = JSON.stringify([labels, receiver.name]);
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { labels, receiver, alerts: [] }));
      group.alerts.push(shown);
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** A silence has no labels of its own: what is filtered are the values that its matchers name. */
function fitsFilter({ matchers }: Silence, filter: readonly SilenceMatcher[]): boolean {
  return fitsLabels(filter, Object.fromEntries(matchers.map(({ name, value }) => [name, value])));
}

const order = { active: 0, pending: 1, expired: 2 };

/** Active ones first, the one that ends first leading; then those to come; then the expired, newest first. */
function inOrder(silences: readonly Silence[], now: number): Silence[] {
  return [...silences].sort((a, b) => {
    const [left, right] = [silenceState(a, now), silenceState(b, now)];
    if (left !== right) return order[left] - order[right];
    if (left === 'active') return a.endsAt - b.endsAt;
    return left === 'pending' ? a.startsAt - b.startsAt : b.endsAt - a.endsAt;
  });
}

/** Our receivers in Alertmanager's configuration language, without their addresses. */
function configText(core: Core): string {
  const names = receiverNames(core).map((name) => JSON.stringify(name));
  const routes = core.fleet.config.receivers.map(
    ({ name, severities }) =>
      `  - receiver: ${JSON.stringify(name)}\n    matchers: ['severity=~"${severities.join('|')}"']\n    continue: true\n`,
  );
  const tree = routes.length === 0 ? '' : `  routes:\n${routes.join('')}`;
  return `route:\n  receiver: ${names[0]}\n  group_by: [incident]\n${tree}receivers:\n${names.map((name) => `- name: ${name}\n`).join('')}`;
}
