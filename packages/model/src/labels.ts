/** The name and dimensions of a series, as in Prometheus: `__name__` holds the metric's name. */
export type Labels = Readonly<Record<string, string>>;

export interface Matcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** One text per set of labels, whatever their order: `name{a="1",b="2"}`. Used for keys and for people. */
export function formatLabels(labels: Labels): string {
  const rest = Object.keys(labels)
    .filter((name) => name !== '__name__')
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`)
    .join(',');
  const metric = labels['__name__'] ?? '';
  return rest === '' && metric !== '' ? metric : `${metric}{${rest}}`;
}
