import type { FastifyInstance } from 'fastify';
import { alertmanagerOperations } from './alertmanager/alertmanager-operations.ts';

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly tag: 'fleet' | 'prometheus' | 'alertmanager' | 'otlp' | 'server';
  readonly summary: string;
  /** Query parameters, `name: what`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Example of the JSON body. */
  readonly body?: unknown;
}

const listQuery = {
  limit: 'most items of one page',
  cursor: 'the `next` of the page before',
  pool: 'only this pool',
  from: 'epoch milliseconds',
  to: 'epoch milliseconds',
};

/** Every path of the API, once: from here come /api/openapi.json and /api/docs. */
export const operations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/fleet/health',
    tag: 'fleet',
    summary: 'The fleet report: score, parts, what needs attention, coverage, recommendations.',
  },
  {
    method: 'get',
    path: '/api/fleet/agents',
    tag: 'fleet',
    summary: 'Agents, a page at a time.',
    query: {
      ...listQuery,
      view: '`summary` for table rows',
      since: 'only rows that changed after this time (summary)',
      connectivity: 'live, suspect, lost, stopped',
      health: 'healthy, degraded, unhealthy, unknown',
      search: 'part of a name',
      region: 'cloud region',
      version: 'version',
    },
  },
  { method: 'get', path: '/api/fleet/agents/{id}', tag: 'fleet', summary: 'The agent report.' },
  {
    method: 'get',
    path: '/api/fleet/agents/{id}/output',
    tag: 'fleet',
    summary: 'What a supervised process wrote.',
    query: { tail: 'how many lines' },
  },
  {
    method: 'get',
    path: '/api/fleet/agents/{id}/logs',
    tag: 'fleet',
    summary: 'Its log records, newest first.',
    query: { limit: 'most records' },
  },
  {
    method: 'post',
    path: '/api/fleet/agents/{id}/heartbeat',
    tag: 'fleet',
    summary: 'A heartbeat; first contact registers. The answer carries the interval and any commands.',
    body: { instanceId: 'reader-1', pool: 'reader', status: 'ok', metrics: { queue_length: 3 } },
  },
  {
    method: 'post',
    path: '/api/fleet/agents/{id}/commands',
    tag: 'fleet',
    summary: 'Drain, restart, pause, resume or kill an agent.',
    body: { kind: 'drain', reason: 'maintenance' },
  },
  {
    method: 'delete',
    path: '/api/fleet/agents/{id}',
    tag: 'fleet',
    summary: 'Forget an agent that is lost or stopped and will not come back.',
  },
  {
    method: 'get',
    path: '/api/fleet/pools',
    tag: 'fleet',
    summary: 'Pools with their replicas, signals and last decision.',
  },
  {
    method: 'get',
    path: '/api/fleet/pools/{name}',
    tag: 'fleet',
    summary: 'One pool. Its name is URL-encoded: it may hold a slash.',
  },
  {
    method: 'put',
    path: '/api/fleet/pools/{name}/mode',
    tag: 'fleet',
    summary: 'Who decides: auto, recommend, paused, paused-in (only add) or paused-out (only give back).',
    body: { mode: 'recommend' },
  },
  {
    method: 'get',
    path: '/api/fleet/tuning',
    tag: 'fleet',
    summary: 'Changes of scaling parameters from outcomes, newest first: reason, state, what came of it.',
    query: listQuery,
  },
  {
    method: 'post',
    path: '/api/fleet/pools/{name}/backtest',
    tag: 'fleet',
    summary:
      "Another policy on the pool's recorded load. NDJSON: lines of progress, then one report (or error). One at a time, at most 8 days; closing the connection cancels it.",
    body: { range: '1d', policy: 'cost', minReplicas: 1, maxReplicas: 20, utilization: 0.9, startup: '30s' },
  },
  { method: 'get', path: '/api/fleet/decisions', tag: 'fleet', summary: 'Decisions, newest first.', query: listQuery },
  {
    method: 'get',
    path: '/api/fleet/decisions/{id}',
    tag: 'fleet',
    summary: 'One decision: inputs, recommendations, limits, prediction, action, outcome.',
  },
  {
    method: 'get',
    path: '/api/fleet/topology',
    tag: 'fleet',
    summary: 'Nodes and links; what was left out is counted.',
    query: {
      at: 'a past moment, epoch milliseconds',
      focus: 'a node',
      depth: 'hops around it',
      expand: 'pools to show agent by agent',
      limit: 'most nodes',
    },
  },
  { method: 'get', path: '/api/fleet/links', tag: 'fleet', summary: 'Links with rate, errors and duration.' },
  {
    method: 'get',
    path: '/api/fleet/anomalies',
    tag: 'fleet',
    summary: 'Anomalies, newest first.',
    query: { ...listQuery, agent: 'only this agent' },
  },
  {
    method: 'post',
    path: '/api/fleet/feedback',
    tag: 'fleet',
    summary:
      'Something was missed in a signal of a pool, or its anomaly was not a problem: the threshold of like series moves.',
    body: { pool: 'analysts', signal: 'latency_p95', verdict: 'missed_something', by: 'ada' },
  },
  {
    method: 'get',
    path: '/api/fleet/forecasts',
    tag: 'fleet',
    summary: 'The newest forecasts: demand an hour, a day and a week ahead, an hour of signals with an objective.',
    query: { pool: 'only this pool', signal: 'only this signal', reach: 'only these: hour, day or week' },
  },
  {
    method: 'get',
    path: '/api/fleet/bands',
    tag: 'fleet',
    summary: 'The expected band of one signal over a stretch of time.',
    query: {
      signal: 'which',
      agent: 'of this agent',
      pool: 'or of this pool',
      from: 'epoch milliseconds',
      to: 'epoch milliseconds',
      step: 'milliseconds',
    },
  },
  {
    method: 'get',
    path: '/api/fleet/alerts',
    tag: 'fleet',
    summary: 'Alerts, newest first.',
    query: { ...listQuery, state: 'pending, firing, resolved' },
  },
  { method: 'get', path: '/api/fleet/alerts/{id}', tag: 'fleet', summary: 'One alert.' },
  {
    method: 'get',
    path: '/api/fleet/incidents',
    tag: 'fleet',
    summary: 'Incidents: one row a cause.',
    query: { ...listQuery, state: 'open, acknowledged, resolved' },
  },
  {
    method: 'get',
    path: '/api/fleet/incidents/{id}',
    tag: 'fleet',
    summary: 'One incident with cause, symptoms, timeline.',
  },
  {
    method: 'post',
    path: '/api/fleet/incidents/{id}/ack',
    tag: 'fleet',
    summary: 'Someone has it.',
    body: { by: 'ada' },
  },
  {
    method: 'post',
    path: '/api/fleet/incidents/{id}/note',
    tag: 'fleet',
    summary: 'A note on it.',
    body: { by: 'ada', text: 'looking' },
  },
  {
    method: 'post',
    path: '/api/fleet/incidents/{id}/feedback',
    tag: 'fleet',
    summary: 'Was it right?',
    body: { by: 'ada', verdict: 'useful', text: '' },
  },
  {
    method: 'get',
    path: '/api/fleet/timeline',
    tag: 'fleet',
    summary: 'What JAEGIS did and saw, newest first.',
    query: listQuery,
  },
  { method: 'get', path: '/api/fleet/system', tag: 'fleet', summary: 'JAEGIS itself.' },
  {
    method: 'get',
    path: '/api/fleet/events',
    tag: 'fleet',
    summary: 'Server-sent events, resumable by Last-Event-ID.',
    query: { types: 'only these, separated by commas', lastEventId: 'resume after this one' },
  },
  {
    method: 'get',
    path: '/api/v1/query',
    tag: 'prometheus',
    summary: 'Instant query. POST takes the same as a form.',
    query: {
      query: 'PromQL',
      time: 'epoch seconds or RFC 3339',
      timeout: 'seconds or duration, at most 120 s',
      limit: 'most series; 0 for all',
      lookback_delta: 'how long a sample stands for its series; default 5m',
      stats: 'anything adds statistics',
    },
  },
  {
    method: 'get',
    path: '/api/v1/query_range',
    tag: 'prometheus',
    summary: 'Range query. POST takes the same as a form.',
    query: {
      query: 'PromQL',
      start: 'time',
      end: 'time',
      step: 'seconds or duration',
      timeout: 'seconds or duration, at most 120 s',
      limit: 'most series; 0 for all',
      lookback_delta: 'how long a sample stands for its series; default 5m',
      stats: 'anything adds statistics',
    },
  },
  {
    method: 'get',
    path: '/api/v1/format_query',
    tag: 'prometheus',
    summary: 'An expression in its canonical layout.',
    query: { query: 'PromQL' },
  },
  {
    method: 'get',
    path: '/api/v1/parse_query',
    tag: 'prometheus',
    summary: 'An expression as a tree.',
    query: { query: 'PromQL' },
  },
  {
    method: 'get',
    path: '/api/v1/targets',
    tag: 'prometheus',
    summary: 'What is scraped, and how the last scrape went.',
  },
  {
    method: 'get',
    path: '/api/v1/targets/metadata',
    tag: 'prometheus',
    summary: 'What is known of the metrics of scraped targets.',
    query: { match_target: 'selector of job and instance', metric: 'name', limit: 'entries' },
  },
  {
    method: 'get',
    path: '/api/v1/series',
    tag: 'prometheus',
    summary: 'Series that match.',
    query: { 'match[]': 'selector', start: 'time', end: 'time' },
  },
  {
    method: 'get',
    path: '/api/v1/labels',
    tag: 'prometheus',
    summary: 'Label names.',
    query: { 'match[]': 'selector' },
  },
  {
    method: 'get',
    path: '/api/v1/label/{name}/values',
    tag: 'prometheus',
    summary: 'Values of one label.',
    query: { 'match[]': 'selector' },
  },
  {
    method: 'get',
    path: '/api/v1/metadata',
    tag: 'prometheus',
    summary: 'What senders say of their metrics: type, help, unit.',
    query: { metric: 'name', limit: 'metrics', limit_per_metric: 'entries' },
  },
  {
    method: 'get',
    path: '/api/v1/query_exemplars',
    tag: 'prometheus',
    summary: 'Exemplars of the series that an expression reads.',
    query: { query: 'PromQL', start: 'time', end: 'time' },
  },
  {
    method: 'post',
    path: '/api/v1/write',
    tag: 'prometheus',
    summary: 'Remote write 1.0 and 2.0 (told apart by content type), snappy.',
  },
  {
    method: 'post',
    path: '/api/v1/otlp/v1/metrics',
    tag: 'prometheus',
    summary: 'OTLP metrics, where Prometheus takes them.',
  },
  {
    method: 'get',
    path: '/api/v1/rules',
    tag: 'prometheus',
    summary: 'Groups of rules, their state and alerts.',
    query: {
      type: 'alert or record',
      'rule_name[]': 'only these',
      'rule_group[]': 'only these',
      'file[]': 'only these',
      'match[]': 'selector of the labels of rules',
      exclude_alerts: '`true` leaves the alerts out',
      group_limit: 'groups of one page',
      group_next_token: 'the `groupNextToken` of the page before',
    },
  },
  { method: 'get', path: '/api/v1/alerts', tag: 'prometheus', summary: 'Pending and firing alerts of rules.' },
  {
    method: 'post',
    path: '/api/v1/admin/tsdb/delete_series',
    tag: 'prometheus',
    summary:
      'Deletes samples of the series that fit (also PUT). They are hidden at once; clean_tombstones frees the disk.',
    query: { 'match[]': 'selector (repeat)', start: 'epoch seconds or RFC 3339 (default: all)', end: 'the same' },
  },
  {
    method: 'post',
    path: '/api/v1/admin/tsdb/clean_tombstones',
    tag: 'prometheus',
    summary: 'Rewrites the blocks that deletions reach into (also PUT).',
  },
  {
    method: 'post',
    path: '/api/v1/admin/tsdb/snapshot',
    tag: 'prometheus',
    summary: 'Keeps the data folder as it is now below DATA/snapshots (also PUT); answers with the name.',
  },
  { method: 'get', path: '/api/v1/status/buildinfo', tag: 'prometheus', summary: 'Version.' },
  { method: 'get', path: '/api/v1/status/runtimeinfo', tag: 'prometheus', summary: 'Since when, how long it keeps.' },
  {
    method: 'get',
    path: '/api/v1/status/flags',
    tag: 'prometheus',
    summary: 'Options of the server, without secrets.',
  },
  {
    method: 'get',
    path: '/api/v1/status/config',
    tag: 'prometheus',
    summary: 'The effective configuration as YAML, without secrets.',
  },
  {
    method: 'get',
    path: '/api/v1/status/walreplay',
    tag: 'prometheus',
    summary: 'Whether the log is read: `in progress` or `done`.',
  },
  {
    method: 'get',
    path: '/api/v1/status/tsdb',
    tag: 'prometheus',
    summary: 'How many series, and what has most of them.',
    query: { limit: 'entries of each list' },
  },
  { method: 'get', path: '/api/v1/alertmanagers', tag: 'prometheus', summary: 'Where alerts are sent on.' },
  { method: 'get', path: '/api/v1/scrape_pools', tag: 'prometheus', summary: 'Jobs that are scraped.' },
  { method: 'get', path: '/api/v1/notifications', tag: 'prometheus', summary: 'Always none; trouble is an incident.' },
  {
    method: 'get',
    path: '/federate',
    tag: 'prometheus',
    summary: 'The newest samples of the series that fit, in the text form.',
    query: { 'match[]': 'selector (repeat)' },
  },
  ...alertmanagerOperations,
  { method: 'post', path: '/v1/metrics', tag: 'otlp', summary: 'OTLP metrics, protobuf or JSON, gzip allowed.' },
  { method: 'post', path: '/v1/traces', tag: 'otlp', summary: 'OTLP traces.' },
  { method: 'post', path: '/v1/logs', tag: 'otlp', summary: 'OTLP logs.' },
  { method: 'get', path: '/healthz', tag: 'server', summary: 'Alive.' },
  { method: 'get', path: '/readyz', tag: 'server', summary: 'Ready to serve.' },
  { method: 'get', path: '/metrics', tag: 'server', summary: 'Own metrics in Prometheus form.' },
];

export function openApiRoutes(app: FastifyInstance, version: string): void {
  const document = openApiDocument(version);
  app.get('/api/openapi.json', (_request, reply) => reply.send(document));
  // The one page of ours with a style of its own; it runs no script.
  const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
  app.get('/api/docs', (_request, reply) =>
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(docsPage(version)),
  );
}

/** OpenAPI 3.1 of every path above. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const each of operations) {
    const inPath = [...each.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    }));
    const inQuery = Object.entries(each.query ?? {}).map(([name, description]) => ({
      name,
      in: 'query',
      description,
      schema: { type: 'string' },
    }));
    const methods = (paths[each.path] ??= {});
    methods[each.method] = {
      summary: each.summary,
      tags: [each.tag],
      parameters: [...inPath, ...inQuery],
      ...(each.body === undefined
        ? {}
        : { requestBody: { content: { 'application/json': { schema: { type: 'object' }, example: each.body } } } }),
      responses: { '200': { description: 'Done' }, default: { description: '`{"error":{"code","message"}}`' } },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'JAEGIS',
      version,
      description: 'Times are epoch milliseconds under /api/fleet, and as in Prometheus under /api/v1.',
    },
    paths,
  };
}

function docsPage(version: string): string {
  const escapeHtml = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const rows = operations.map((each) => {
    const parameters = Object.entries(each.query ?? {})
      .map(([name, what]) => `<li><code>${escapeHtml(name)}</code> ${escapeHtml(what)}</li>`)
      .join('');
    const body = each.body === undefined ? '' : `<pre>${escapeHtml(JSON.stringify(each.body, null, 1))}</pre>`;
    return `<section><h2><code>${each.method.toUpperCase()} ${escapeHtml(each.path)}</code></h2><p>${escapeHtml(each.summary)}</p><ul>${parameters}</ul>${body}</section>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>JAEGIS API</title>
<style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui;max-width:860px;margin:24px auto;padding:0 16px}section{border-top:1px solid #8884;padding:8px 0}h2{font-size:15px;margin:4px 0}p,ul,pre{margin:4px 0}</style></head>
<body><h1>JAEGIS API ${escapeHtml(version)}</h1><p>Also as <a href="/api/openapi.json">OpenAPI</a>. Errors are <code>{"error":{"code","message"}}</code>.</p>${rows.join('')}</body></html>`;
}
