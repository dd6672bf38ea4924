import { formatE, type GroupStatus, type RuleStatus } from '@jaegis/rules';
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/core.ts';
import { type Query, text } from './answer.ts';

/** `/api/v1/rules` and `/api/v1/alerts` in Prometheus' form. Times are RFC 3339, durations seconds. */
export function ruleRoutes(app: FastifyInstance, core: Core): void {
  app.get('/api/v1/rules', (request, reply) => {
    const query = request.query as Query;
    const type = text(query, 'type');
    if (type !== undefined && type !== 'alert' && type !== 'record')
      return reply.code(400).send({ status: 'error', errorType: 'bad_data', error: `not supported value "${type}"` });
    const names = { group: list(query, 'rule_group[]'), rule: list(query, 'rule_name[]'), file: list(query, 'file[]') };
    const hasAlerts = text(query, 'exclude_alerts') !== 'true';
    const groups = core.fleet.rules
      .status()
      .filter(({ config }) => fits(names.group, config.name) && fits(names.file, config.file))
      .map((group) => groupOf(group, { type, names: names.rule, hasAlerts }))
      .filter((group) => group.rules.length > 0 || (type === undefined && names.rule.length === 0));
    return reply.send({ status: 'success', data: { groups } });
  });

  app.get('/api/v1/alerts', (_request, reply) => {
    const alerts = core.fleet.rules.status().flatMap((group) => group.rules.flatMap((rule) => alertsOf(rule)));
    return reply.send({ status: 'success', data: { alerts } });
  });
}

function list(query: Query, name: string): readonly string[] {
  const value = query[name];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function fits(wanted: readonly string[], name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

function groupOf(group: GroupStatus, o: { type: string | undefined; names: readonly string[]; hasAlerts: boolean }) {
  const rules = group.rules.filter(({ config }) => {
    const isAlert = config.kind === 'alerting';
    const name = isAlert ? config.alert : config.record;
    return fits(o.names, name) && (o.type === undefined || (o.type === 'alert') === isAlert);
  });
  return {
    name: group.config.name,
    file: group.config.file,
    rules: rules.map((rule) => ruleOf(rule, o.hasAlerts)),
    interval: group.config.intervalMs / 1_000,
    limit: group.config.limit,
    evaluationTime: group.evaluationMs / 1_000,
    lastEvaluation: timeOf(group.lastAt),
  };
}

function ruleOf(rule: RuleStatus, hasAlerts: boolean) {
  const { config } = rule;
  const common = {
    health: rule.health,
    ...(rule.lastError === '' ? {} : { lastError: rule.lastError }),
    evaluationTime: rule.evaluationMs / 1_000,
    lastEvaluation: timeOf(rule.lastAt),
  };
  if (config.kind === 'recording')
    return {
      name: config.record,
      query: config.expr,
      ...(Object.keys(config.labels).length === 0 ? {} : { labels: config.labels }),
      ...common,
      type: 'recording',
    };
  return {
    state: rule.state,
    name: config.alert,
    query: config.expr,
    duration: config.forMs / 1_000,
    keepFiringFor: config.keepFiringForMs / 1_000,
    labels: config.labels,
    annotations: config.annotations,
    ...(hasAlerts ? { alerts: alertsOf(rule) } : {}),
    ...common,
    type: 'alerting',
  };
}

function alertsOf(rule: RuleStatus) {
  return rule.alerts.map((alert) => ({
    labels: alert.labels,
    annotations: alert.annotations,
    state: alert.state,
    activeAt: timeOf(alert.activeAt),
    ...(alert.keepFiringSince === null ? {} : { keepFiringSince: timeOf(alert.keepFiringSince) }),
    value: formatE(alert.value),
  }));
}

/** Go's zero time stands for "not yet". */
function timeOf(ms: number | null): string {
  return ms === null ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
}
