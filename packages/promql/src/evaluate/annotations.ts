/** Warnings and infos that come with an answer, in Prometheus' words, each once. */
import { lineAndColumn } from '../parse/parse-error.ts';

/** The node that an annotation is about. */
export interface Place {
  readonly start: number;
}

export class Annotations {
  readonly #warnings = new Map<string, number>();
  readonly #infos = new Map<string, number>();

  warn(text: string, place: Place): void {
    const whole = `PromQL warning: ${text}`;
    if (!this.#warnings.has(whole)) this.#warnings.set(whole, place.start);
  }

  info(text: string, place: Place): void {
    const whole = `PromQL info: ${text}`;
    if (!this.#infos.has(whole)) this.#infos.set(whole, place.start);
  }

  get warnings(): string[] {
    return [...this.#warnings.keys()];
  }

  get infos(): string[] {
    return [...this.#infos.keys()];
  }

  /** With their places in the query, as the HTTP API shows them: at most `limit` of each. */
  located(query: string, limit: number): { warnings: string[]; infos: string[] } {
    return {
      warnings: locate(this.#warnings, query, { limit, what: 'warning' }),
      infos: locate(this.#infos, query, { limit, what: 'info' }),
    };
  }
}

function locate(found: ReadonlyMap<string, number>, query: string, options: { limit: number; what: string }): string[] {
  const shown = [...found].slice(0, options.limit);
  const texts = shown.map(([text, start]) => `${text} (${lineAndColumn(query, start)})`);
  const left = found.size - shown.length;
  if (left > 0) texts.push(`${left} more ${options.what} annotations omitted`);
  return texts;
}

export function invalidQuantile(q: number): string {
  return `quantile value should be between 0 and 1, got ${shortFloat(q)}`;
}

export function mixedFloatsHistograms(name: string): string {
  return `encountered a mix of histograms and floats for metric name ${JSON.stringify(name)}`;
}

export function mixedExponentialCustom(name: string): string {
  return `vector contains a mix of histograms with exponential and custom buckets schemas for metric name ${JSON.stringify(name)}`;
}

export function histogramsIgnored(name: string): string {
  return `ignored histograms in a range containing both floats and histograms for metric name ${JSON.stringify(name)}`;
}

/** ` for metric name "x"`, or nothing where the name is not known. */
export function forMetric(name: string): string {
  return name === '' ? '' : ` for metric name ${JSON.stringify(name)}`;
}

/** Go's `%g`. */
export function shortFloat(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const text = exponent >= 21 || exponent < -4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
