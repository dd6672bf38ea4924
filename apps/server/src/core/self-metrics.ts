/** Counters and sums of JAEGIS itself, in Prometheus form. Names and label values come from our own code: bounded by it. */
export class SelfMetrics {
  readonly #values = new Map<string, { name: string; labels: string; value: number }>();
  readonly #help = new Map<string, { help: string; type: 'counter' | 'gauge' | 'summary' }>();

  describe(name: string, type: 'counter' | 'gauge' | 'summary', help: string): void {
    this.#help.set(name, { help, type });
  }

  count(name: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const entry = this.#entry(name, labels);
    entry.value += by;
  }

  set(name: string, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#entry(name, labels).value = value;
  }

  /** Adds to `<name>_sum` and `<name>_count`. */
  observe(name: string, value: number): void {
    this.count(`${name}_sum`, {}, value);
    this.count(`${name}_count`);
  }

  /** The text page, version 0.0.4: one HELP and TYPE a family. */
  page(): string {
    const lines: string[] = [];
    const sorted = [...this.#values.values()].sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : a.labels < b.labels ? -1 : 1,
    );
    let family = '';
    for (const { name, labels, value } of sorted) {
      const described = this.#help.has(name) ? name : name.replace(/_(sum|count)$/, '');
      const help = this.#help.get(described);
      if (described !== family && help !== undefined)
        lines.push(`# HELP ${described} ${help.help}`, `# TYPE ${described} ${help.type}`);
      family = described;
      lines.push(`${name}${labels} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }

  /** Every value, for writing into our own store. */
  *entries(): Iterable<{ name: string; labels: Readonly<Record<string, string>>; value: number }> {
    for (const [key, { name, value }] of this.#values)
      yield { name, labels: JSON.parse(key.slice(name.length)) as Record<string, string>, value };
  }

  #entry(name: string, labels: Readonly<Record<string, string>>): { value: number } {
    const key = name + JSON.stringify(labels);
    let entry = this.#values.get(key);
    if (entry === undefined) {
      entry = { name, labels: formatText(labels), value: 0 };
      this.#values.set(key, entry);
    }
    return entry;
  }
}

function formatText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
