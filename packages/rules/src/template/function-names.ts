// Functions of Go's text/template and of Prometheus' templates (prometheus.io, "Template reference").
const names = new Set([
  ...['and', 'or', 'not', 'len', 'index', 'slice', 'print', 'printf', 'println', 'html', 'js', 'urlquery'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge'],
  ...['query', 'first', 'label', 'value', 'strvalue', 'sortByLabel', 'args', 'safeHtml'],
  ...['humanize', 'humanize1024', 'humanizeDuration', 'humanizePercentage', 'humanizeTimestamp'],
  ...['toTime', 'toDuration', 'now', 'parseDuration'],
  ...['title', 'toUpper', 'toLower', 'match', 'reReplaceAll', 'stripPort', 'stripDomain', 'urlQueryEscape'],
  ...['graphLink', 'tableLink', 'externalURL', 'pathPrefix'],
]);

export function isTemplateFunction(name: string): boolean {
  return names.has(name);
}
