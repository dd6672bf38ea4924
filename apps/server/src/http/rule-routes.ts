import { createHash } from 'node:crypto';
import type { Matcher } from '@jaegis/model';
import { formatE, type GroupStatus, type RuleStatus } from '@jaegis/rules';
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/core.ts';
import { prometheusTime, type Query, text } from './answer.ts';
import { BadParameter, list, matchesLabels, matchParameters, onlyGet, sendBadData } from './prometheus-params.ts';

/** `/api/v1/rules` and `/api/v1/alerts` in Prometheus' form. Times are RFC 3339, durations seconds. */
export function ruleRoutes(app: FastifyInstance, core: Core): void {
  onlyGet(app, '/api/v1/rules', (query, reply) => {
    const type = text(query, 'type');
    if (type !== undefined && type !== 'alert' && type !== 'record')
      return sendBadData(reply, `not supported value "${type}"`);
    const names = { group: list(query, 'rule_group[]'), rule: list(query, 'rule_name[]'), file: list(query, 'file[]') };
    const hasAlerts = text(query, 'exclude_alerts') !== 'true';
    const matchers = matchParameters(query);
    const isFiltered = type !== undefined || names.rule.length > 0 || matchers.length > 0;
    const groups = core.fleet.rules
      .status()
      .filter(({ config }) => fits(names.group, config.name) && fits(names.file, config.file))
      .map((group) => groupOf(group, { type, names: names.rule, matchers, hasAlerts }))
      .filter((group) => group.rules.length > 0 || !isFiltered);
    return reply.send({ status: 'success', data: pageOf(groups, query) });
  });

  app.get('/api/v1/alerts', (_request, reply) => {
    const alerts = core.fleet.rules.status().flatMap((group) => group.rules.flatMap((rule) => alertsOf(rule)));
    return reply.send({ status: 'success', data: { alerts } });
  });
}

/** A page of groups, in the order of file and name; the token names the last group of the page before. */
function pageOf<T extends { readonly file: string; readonly name: string }>(groups: readonly T[], query: Query) {
  const limit = text(query, 'group_limit');
  const token = text(query, 'group_next_token');
  if (limit === undefined) {
    if (token !== undefined)
      throw new BadParameter('group_limit needs to be present in order to paginate over the groups');
    return { groups };
  }
  if (!/^\d+$/.test(limit) || Number(limit) === 0)
    throw new BadParameter(`group_limit needs to be a valid number: ${limit}`);
  const tokenOf = ({ file, name }: T) => createHash('sha1').update(`${file}\0${name}`).digest('hex');
  const before = token === undefined ? -1 : groups.findIndex((group) => tokenOf(group) === token);
  if (token !== undefined && before === -1)
    throw new BadParameter(`invalid group_next_token '${token}'. were rule groups changed?`);
  const page = groups.slice(before + 1, before + 1 + Number(limit));
  const isLast = before + 1 + page.length >= groups.length;
  return { groups: page, ...(!isLast && { groupNextToken: tokenOf(page.at(-1)!) }) };
}

function fits(wanted: readonly string[], name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

interface Asked {
  readonly type: string | undefined;
  readonly names: readonly string[];
  /** Any of these sets, each as a whole. */
  readonly matchers: readonly (readonly Matcher[])[];
  readonly hasAlerts: boolean;
}

function groupOf(group: GroupStatus, o: Asked) {
  const rules = group.rules.filter(({ config }) => {
    const isAlert = config.kind === 'alerting';
    const name = isAlert ? config.alert : config.record;
    const isWanted = o.matchers.length === 0 || o.matchers.some((each) => matchesLabels(each, config.labels));
    return isWanted && fits(o.names, name) && (o.type === undefined || (o.type === 'alert') === isAlert);
  });
  return {
    name: group.config.name,
    file: group.config.file,
    rules: rules.map((rule) => ruleOf(rule, o.hasAlerts)),
    interval: group.config.intervalMs / 1_000,
    limit: group.config.limit,
    evaluationTime: group.evaluationMs / 1_000,
    lastEvaluation: prometheusTime(group.lastAt),
  };
}

function ruleOf(rule: RuleStatus, hasAlerts: boolean) {
  const { config } = rule;
  const common = {
    health: rule.health,
    ...(rule.lastError === '' ? {} : { lastError: rule.lastError }),
    evaluationTime: rule.evaluationMs / 1_000,
    lastEvaluation: prometheusTime(rule.lastAt),
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
    activeAt: prometheusTime(alert.activeAt),
    ...(alert.keepFiringSince === null ? {} : { keepFiringSince: prometheusTime(alert.keepFiringSince) }),
    value: formatE(alert.value),
  }));
}
