import type { MetricMetadata, MetricType } from '@jaegis/model';

const types = new Set<string>(['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset']);
const maxHelp = 1_000;
/** A page describes as many metrics as it has; more than this is no description. */
const maxMetrics = 10_000;

/** Gathers what the comments of a metrics page (`# TYPE`, `# HELP`, `# UNIT`) say of its metrics. */
export class PageMetadata {
  readonly #found = new Map<string, { type: MetricType; help: string; unit: string }>();

  /** One comment line, from its `#` on; others than those three are passed over. */
  add(line: string): void {
    const match = /^#[ \t]+(TYPE|HELP|UNIT)[ \t]+([^ \t]+)(?:[ \t]+(.*))?$/.exec(line);
    if (match === null) return;
    const [, what, name = '', text = ''] = match;
    let entry = this.#found.get(name);
    if (entry === undefined) {
      if (this.#found.size >= maxMetrics) return;
      entry = { type: 'unknown', help: '', unit: '' };
      this.#found.set(name, entry);
    }
    if (what === 'TYPE') entry.type = types.has(text.trim()) ? (text.trim() as MetricType) : 'unknown';
    else if (what === 'UNIT') entry.unit = text.trim().slice(0, maxHelp);
    else entry.help = text.slice(0, maxHelp).replace(/\\(n|\\|")/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }

  list(): MetricMetadata[] {
    return [...this.#found].map(([name, entry]) => ({ name, ...entry }));
  }
}
