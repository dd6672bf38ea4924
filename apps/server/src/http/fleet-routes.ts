import {
  type Agent,
  type AgentCommandKind,
  type AlertState,
  type IncidentState,
  poolModes,
  signals,
} from '@jaegis/model';
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/core.ts';
import { heardOf } from '../views/timeline.ts';
import { badRequest, limitOf, notFound, number, page, type Query, sendError, text } from './answer.ts';
import { wrongQuery } from './check-query.ts';
import { serveEvents } from './event-source.ts';
import { jsonOf } from './ingest-routes.ts';

const signalVerdicts = ['useful', 'not_a_problem', 'missed_something'] as const;
const lists = { default: 100, max: 1_000 };
const commandKinds: readonly AgentCommandKind[] = ['drain', 'restart', 'pause', 'resume', 'kill'];

/** JAEGIS' own API under /api/fleet: what is known, what it means, what was done. */
export function fleetRoutes(app: FastifyInstance, core: Core): void {
  app.addHook('preHandler', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (request.method !== 'GET' || !path.startsWith('/api/fleet/')) return undefined;
    const wrong = wrongQuery(path, request.query as Query);
    if (wrong === undefined) return undefined;
    core.counters.rejected('http', 'bad_request', 1);
    return badRequest(reply, wrong);
  });
  app.get('/api/fleet/health', (_request, reply) => reply.send(core.views.fleetReport()));
  app.get('/api/fleet/system', (_request, reply) => reply.send(core.views.system()));
  app.get('/api/fleet/events', (request, reply) => serveEvents(request, reply, core.events));
  agentRoutes(app, core);
  poolRoutes(app, core);
  decisionRoutes(app, core);

  app.get('/api/fleet/topology', (request, reply) => {
    const query = request.query as Query;
    const focus = text(query, 'focus');
    const depth = number(query, 'depth');
    const expand = text(query, 'expand');
    const at = number(query, 'at');
    return reply.send(
      core.views.topology({
        ...(at === undefined ? {} : { at }),
        ...(focus === undefined ? {} : { focus }),
        ...(depth === undefined ? {} : { depth }),
        ...(expand === undefined ? {} : { expand: expand.split(',') }),
        limit: limitOf(query, { default: 500, max: 20_000 }),
      }),
    );
  });
  app.get('/api/fleet/links', (request, reply) =>
    reply.send(page(core.views.links(), request.query as Query, { default: 500, max: 10_000 })),
  );
}

function agentRoutes(app: FastifyInstance, core: Core): void {
  app.get('/api/fleet/agents', (request, reply) => {
    const query = request.query as Query;
    if (text(query, 'view') === 'summary') {
      const items = core.views
        .agentSummaries(number(query, 'since'))
        .filter((agent) => matchesAgent(agent, query) && (text(query, 'region') ?? agent.region) === agent.region);
      return reply.send({ ...page(items, query, { default: 1_000, max: 20_000 }), at: core.clock.now() });
    }
    return reply.send(
      page(
        core.views.agents().filter((agent) => matchesAgent(agent, query)),
        query,
        { default: 100, max: 10_000 },
      ),
    );
  });

  app.get('/api/fleet/agents/:id', (request, reply) => {
    const { id } = request.params as { id: string };
    const report = core.views.agentReport(id);
    return report === undefined ? notFound(reply, 'agent', id) : reply.send(report);
  });

  app.get('/api/fleet/agents/:id/output', async (request, reply) => {
    const { id } = request.params as { id: string };
    const lines = await core.views.output(
      id,
      limitOf({ limit: text(request.query as Query, 'tail') }, { default: 200, max: 5_000 }),
    );
    return lines === undefined ? notFound(reply, 'output of agent', id) : reply.send({ lines });
  });

  app.get('/api/fleet/agents/:id/logs', async (request, reply) => {
    const { id } = request.params as { id: string };
    const items = await core.views.logs({ instanceId: id, limit: limitOf(request.query as Query, lists) });
    return reply.send({ items, total: items.length, next: null });
  });

  app.post('/api/fleet/agents/:id/commands', (request, reply) => {
    const { id } = request.params as { id: string };
    const body = jsonOf(request, reply);
    if (body === undefined) return reply;
    const kind = commandKinds.find((each) => each === body['kind']);
    if (kind === undefined)
      return badRequest(
        reply,
        `Cannot command agent ${id}: kind is ${JSON.stringify(body['kind'])}, must be one of ${commandKinds.join(', ')}`,
      );
    const reason =
      typeof body['reason'] === 'string' && body['reason'] !== ''
        ? body['reason'].slice(0, 500)
        : 'asked for by a person';
    const result = core.command(id, kind, reason);
    return result === undefined ? notFound(reply, 'agent', id) : reply.code(202).send(result);
  });

  app.delete('/api/fleet/agents/:id', (request, reply) => {
    const { id } = request.params as { id: string };
    const result = core.removeAgent(id);
    if (result === undefined) return notFound(reply, 'agent', id);
    if (result === 'removed') return reply.code(204).send();
    const message = `Cannot remove agent ${id}: it is heard, must be lost or stopped`;
    return sendError(reply, 409, { code: 'agent_is_heard', message });
  });
}

function matchesAgent(
  agent: Pick<Agent, 'pool' | 'connectivity' | 'health' | 'version' | 'instanceId'>,
  query: Query,
): boolean {
  const search = text(query, 'search')?.toLowerCase();
  return (
    (text(query, 'pool') ?? agent.pool) === agent.pool &&
    (text(query, 'connectivity') ?? agent.connectivity).split(',').includes(agent.connectivity) &&
    (text(query, 'health') ?? agent.health).split(',').includes(agent.health) &&
    (text(query, 'version') ?? agent.version) === agent.version &&
    (search === undefined ||
      agent.instanceId.toLowerCase().includes(search) ||
      agent.pool.toLowerCase().includes(search))
  );
}

function poolRoutes(app: FastifyInstance, core: Core): void {
  app.get('/api/fleet/pools', (request, reply) =>
    reply.send(page(core.views.pools(), request.query as Query, { default: 1_000, max: 5_000 })),
  );

  app.get('/api/fleet/pools/:name', (request, reply) => {
    const { name } = request.params as { name: string };
    const pool = core.views.pool(name);
    return pool === undefined ? notFound(reply, 'pool', name) : reply.send(pool);
  });

  app.put('/api/fleet/pools/:name/mode', (request, reply) => {
    const { name } = request.params as { name: string };
    const body = jsonOf(request, reply);
    if (body === undefined) return reply;
    const mode = poolModes.find((each) => each === body['mode']);
    if (mode === undefined)
      return badRequest(
        reply,
        `Cannot set the mode of pool ${name}: mode is ${JSON.stringify(body['mode'])}, must be one of ${poolModes.join(', ')}`,
      );
    const pool = core.setMode(name, mode);
    return pool === undefined ? notFound(reply, 'pool with a target', name) : reply.send(pool);
  });
}

function decisionRoutes(app: FastifyInstance, core: Core): void {
  const { metadata } = core;
  app.get('/api/fleet/tuning', (request, reply) => {
    const query = request.query as Query;
    return reply.send(page(core.views.tuning(text(query, 'pool')), query, lists));
  });
  app.get('/api/fleet/decisions', (request, reply) =>
    reply.send(metadata.decisions(listQuery(request.query as Query))),
  );
  app.get('/api/fleet/decisions/:id', (request, reply) => {
    const { id } = request.params as { id: string };
    const decision = metadata.decision(id);
    return decision === undefined ? notFound(reply, 'decision', id) : reply.send(decision);
  });
  app.get('/api/fleet/anomalies', (request, reply) =>
    reply.send(metadata.anomalies(listQuery(request.query as Query))),
  );
  app.post('/api/fleet/feedback', (request, reply) => {
    const body = jsonOf(request, reply);
    if (body === undefined) return reply;
    const { pool, signal, by } = body;
    const isSignal = typeof signal === 'string' && (signal in signals || signal === 'behavior');
    if (typeof pool !== 'string' || !isSignal)
      return badRequest(
        reply,
        `Cannot take feedback: signal is ${JSON.stringify(signal)} of pool ${JSON.stringify(pool)}, must be a pool and one of its signals`,
      );
    const verdict = signalVerdicts.find((each) => each === body['verdict']);
    if (verdict === undefined)
      return badRequest(
        reply,
        `Cannot take feedback on ${signal}: verdict is ${JSON.stringify(body['verdict'])}, must be one of ${signalVerdicts.join(', ')}`,
      );
    const who = typeof by === 'string' && by !== '' ? by.slice(0, 100) : 'someone';
    return core.handleFeedback({ pool, signal, verdict, by: who })
      ? reply.send({ pool, signal, verdict })
      : notFound(reply, 'pool', pool);
  });
  app.get('/api/fleet/alerts', (request, reply) => {
    const query = request.query as Query;
    const state = text(query, 'state')?.split(',') as AlertState[] | undefined;
    return reply.send(metadata.alerts({ ...listQuery(query), state: state ?? heardOf }));
  });
  app.get('/api/fleet/alerts/:id', (request, reply) => {
    const { id } = request.params as { id: string };
    const alert = metadata.alert(id);
    return alert === undefined ? notFound(reply, 'alert', id) : reply.send(alert);
  });
  app.get('/api/fleet/timeline', (request, reply) =>
    reply.send(core.views.timeline(listQuery(request.query as Query))),
  );
  app.get('/api/fleet/forecasts', (request, reply) => {
    const query = request.query as Query;
    return reply.send(
      page(
        core.views.forecasts({ pool: text(query, 'pool'), signal: text(query, 'signal'), reach: text(query, 'reach') }),
        query,
        {
          default: 1_000,
          max: 5_000,
        },
      ),
    );
  });
  app.get('/api/fleet/bands', (request, reply) => {
    const query = request.query as Query;
    const signal = text(query, 'signal');
    const agent = text(query, 'agent');
    const pool = text(query, 'pool');
    if (signal === undefined || (agent === undefined && pool === undefined))
      return badRequest(reply, 'Cannot draw a band: signal and one of agent or pool are missing, must be given');
    const now = core.clock.now();
    return reply.send(
      core.views.bands({
        signal,
        agent,
        pool,
        from: number(query, 'from') ?? now - 900_000,
        to: number(query, 'to') ?? now,
        stepMs: number(query, 'step'),
      }),
    );
  });
  incidentRoutes(app, core);
}

function incidentRoutes(app: FastifyInstance, core: Core): void {
  app.get('/api/fleet/incidents', (request, reply) => {
    const query = request.query as Query;
    const state = text(query, 'state');
    return reply.send(
      core.metadata.incidents({
        ...listQuery(query),
        ...(state === undefined ? {} : { state: state.split(',') as IncidentState[] }),
      }),
    );
  });
  app.get('/api/fleet/incidents/:id', (request, reply) => {
    const { id } = request.params as { id: string };
    const incident = core.metadata.incident(id);
    return incident === undefined ? notFound(reply, 'incident', id) : reply.send(incident);
  });
  app.post('/api/fleet/incidents/:id/:what', (request, reply) => {
    const { id, what } = request.params as { id: string; what: string };
    const body = jsonOf(request, reply);
    if (body === undefined) return reply;
    const by = typeof body['by'] === 'string' && body['by'] !== '' ? body['by'].slice(0, 100) : 'someone';
    const words = typeof body['text'] === 'string' ? body['text'].slice(0, 5_000) : '';
    if (what === 'note' && words === '')
      return badRequest(reply, `Cannot note on incident ${id}: text is missing, must be some words`);
    if (what !== 'ack' && what !== 'note' && what !== 'feedback')
      return sendError(reply, 404, {
        code: 'not_found',
        message: `Cannot ${what} an incident: must be ack, note or feedback`,
      });
    const verdicts = ['useful', 'not_a_problem', 'wrong_cause', 'missed_something'] as const;
    const verdict = verdicts.find((each) => each === body['verdict']);
    if (what === 'feedback' && verdict === undefined)
      return badRequest(
        reply,
        `Cannot take feedback on incident ${id}: verdict is ${JSON.stringify(body['verdict'])}, must be one of ${verdicts.join(', ')}`,
      );
    const incident = core.handleIncident(id, { what, by, text: words, verdict });
    return incident === undefined ? notFound(reply, 'incident', id) : reply.send(incident);
  });
}

interface ListQuery {
  pool?: string;
  agent?: string;
  from?: number;
  to?: number;
  limit: number;
  cursor?: string;
}

function listQuery(query: Query): ListQuery {
  const result: ListQuery = { limit: limitOf(query, lists) };
  for (const name of ['pool', 'agent', 'cursor'] as const) {
    const value = text(query, name);
    if (value !== undefined) result[name] = value;
  }
  for (const name of ['from', 'to'] as const) {
    const value = number(query, name);
    if (value !== undefined) result[name] = value;
  }
  return result;
}
