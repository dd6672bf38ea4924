import type { Exemplar, Labels, RejectReason, ScrapeConfig } from '@jaegis/model';
import { PageMetadata, parseExposition, parseSeries } from '@jaegis/protocol';
import type { Clock } from '@jaegis/std';
import type { IngestCounters } from './ingest-counters.ts';
import { SeriesRefs } from './series-refs.ts';
import type { TelemetrySinks } from './sinks.ts';

export interface ScrapeTools {
  readonly clock: Clock;
  readonly sinks: TelemetrySinks;
  readonly fetch: typeof fetch;
  readonly counters: IngestCounters;
  /** Largest page. Default 16 MiB. */
  readonly bodyLimitBytes?: number;
  /** Most samples a page may have; a larger one is refused whole, as in Prometheus. Default 50,000. */
  readonly sampleLimit?: number;
}

/** What is known of a target, for people. Times in epoch milliseconds. */
export interface ScrapeStatus {
  readonly job: string;
  readonly url: string;
  /** What each of its series gets, and how often and how long it is asked. */
  readonly labels: Labels;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly up: boolean;
  readonly lastAt: number | null;
  readonly durationMs: number | null;
  /** Samples of the last page that were taken. */
  readonly samples: number;
  /** Why the last scrape failed, or what was refused of it; empty when all is well. */
  readonly error: string;
}

const protocol = 'scrape';
const accept = 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.7,*/*;q=0.1';
/** As in Prometheus. Nothing is relabelled here, so that the fourth counts what was taken of the third. */
const ownMetrics = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const;

/** What a page came to. */
interface Taken {
  readonly scraped: number;
  readonly samples: number;
  /** Series that were not on the last page. */
  readonly added: number;
  readonly exemplars: readonly Exemplar[];
  /** Lines that are no samples. */
  readonly badLines: number;
  readonly error: string;
}

const nothing: Taken = { scraped: 0, samples: 0, added: 0, exemplars: [], badLines: 0, error: '' };

/** One target: reads its page, writes its samples and its own three series, and ends what is no longer on the page. */
export class ScrapeTarget {
  readonly config: ScrapeConfig;
  readonly #tools: ScrapeTools;
  readonly #instance: string;
  readonly #fixed: Labels;
  readonly #series: SeriesRefs;
  readonly #own: SeriesRefs;
  /** Series of the last page, and whether they go stale when they vanish: those with times of their own do not. */
  #present = new Map<string, boolean>();
  #isBusy = false;
  #status: ScrapeStatus;

  constructor(config: ScrapeConfig, tools: ScrapeTools) {
    this.config = config;
    this.#tools = tools;
    this.#instance = new URL(config.url).host;
    this.#fixed = {
      ...config.labels,
      ...(config.pool !== undefined && { pool: config.pool }),
      job: config.job,
      instance: this.#instance,
    };
    this.#series = new SeriesRefs(tools.sinks.samples);
    this.#own = new SeriesRefs(tools.sinks.samples);
    const { job, url, interval, timeout } = config;
    this.#status = {
      job,
      url,
      labels: this.#fixed,
      intervalMs: interval,
      timeoutMs: timeout,
      up: false,
      lastAt: null,
      durationMs: null,
      samples: 0,
      error: 'not scraped yet',
    };
  }

  status(): ScrapeStatus {
    return this.#status;
  }

  /** Reads the page once, unless it is just being read. Never rejects: what goes wrong is in the status, the counters and `up`. */
  async scrape(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await this.#scrape();
    } finally {
      this.#isBusy = false;
    }
  }

  async #scrape(): Promise<void> {
    const { clock, counters } = this.#tools;
    const at = clock.now();
    counters.requests(protocol);
    const page = await this.#fetchPage();
    const durationMs = Math.max(0, clock.now() - at);
    let taken = nothing;
    if (page.ok) {
      counters.bytes(protocol, page.text.length);
      taken = this.#take(page, at);
    } else this.#endOthers(new Map(), at);
    const { samples } = taken;
    let error = page.ok ? taken.error : page.error;
    // A page of which no line can be read is some other page, in HTML perhaps.
    const up = page.ok && (taken.badLines === 0 || taken.scraped > 0);
    try {
      await this.#write(at, [up ? 1 : 0, durationMs / 1_000, taken.scraped, samples, taken.added]);
      if (taken.exemplars.length > 0) this.#tools.sinks.exemplars(taken.exemplars);
    } catch (cause) {
      error = `Cannot keep samples of ${this.config.url}: ${cause instanceof Error ? cause.message : String(cause)}`;
      counters.rejected(protocol, 'storage', samples);
    }
    const { pool } = this.config;
    this.#status = { ...this.#status, up, lastAt: at, durationMs, samples, error };
    if (up && pool !== undefined)
      this.#tools.sinks.contact(
        { instanceId: this.#instance, pool, version: '', labels: { ...this.config.labels } },
        at,
      );
  }

  #take(page: { text: string; isOpenMetrics: boolean }, now: number): Taken {
    const { counters, sinks, sampleLimit = 50_000 } = this.#tools;
    const metadata = new PageMetadata();
    const exemplars: Exemplar[] = [];
    let added = 0;
    const present = new Map<string, boolean>();
    const refused = new Map<RejectReason, number>();
    let count = 0;
    let samples = 0;
    const read = parseExposition(page.text, {
      isOpenMetrics: page.isOpenMetrics,
      onSample: (series, value, at) => {
        if (++count > sampleLimit) {
          refused.set('too_large', (refused.get('too_large') ?? 0) + 1);
          return;
        }
        const reason = this.#series.add(series, { value, at: at ?? now, now }, () => this.#labelsOf(series));
        if (reason !== undefined) refused.set(reason, (refused.get(reason) ?? 0) + 1);
        else {
          samples++;
          if (!this.#present.has(series)) added++;
          present.set(series, at === null);
        }
      },
      onComment: (line) => metadata.add(line),
      onExemplar: (series, { labels, value, at }) => {
        const ref = this.#series.refOf(series);
        if (ref !== undefined && count <= sampleLimit) exemplars.push({ ref, labels, value, at: at ?? now });
      },
    });
    sinks.metadata(metadata.list());
    if (read.badLines > 0) refused.set('malformed', (refused.get('malformed') ?? 0) + read.badLines);
    for (const [reason, number] of refused) counters.rejected(protocol, reason, number);
    this.#endOthers(present, now);
    const problems = [...refused].map(([reason, number]) => `${number} ${reason}`);
    if (read.error !== '') problems.push(read.error);
    if (!read.isComplete) problems.push('the page does not end in "# EOF"');
    return {
      scraped: read.samples,
      samples,
      added,
      exemplars,
      badLines: read.badLines,
      error: problems.length === 0 ? '' : `Cannot take all of ${this.config.url}: ${problems.join(', ')}`,
    };
  }

  /** Ends every series of the last page that is not among these. */
  #endOthers(present: Map<string, boolean>, now: number): void {
    for (const [series, goesStale] of this.#present) {
      if (present.has(series)) continue;
      if (goesStale) this.#series.end(series, now);
      else this.#series.forget(series);
    }
    this.#present = present;
  }

  /** Writes the samples of the page, and the target's own series: the values of `ownMetrics`. */
  async #write(at: number, values: readonly number[]): Promise<void> {
    for (const [index, name] of ownMetrics.entries())
      this.#own.add(name, { value: values[index]!, at, now: at }, () => ({ ...this.#fixed, __name__: name }));
    for (const series of [this.#series, this.#own]) {
      const result = await series.flush(at);
      this.#tools.counters.samples(protocol, result.accepted);
      for (const [reason, count] of Object.entries(result.rejected))
        this.#tools.counters.rejected(protocol, reason, count);
    }
  }

  /** The labels on the page and ours; where both have one, the page's is kept as `exported_...`. */
  #labelsOf(series: string): Labels | RejectReason {
    const parsed = parseSeries(series);
    if (!parsed.ok) return 'malformed';
    const labels: Record<string, string> = { ...this.#fixed, __name__: parsed.name };
    for (const [name, value] of Object.entries(parsed.labels)) {
      if (name === '__name__') return 'invalid_name';
      labels[Object.hasOwn(this.#fixed, name) ? `exported_${name}` : name] = value;
    }
    return labels;
  }

  async #fetchPage(): Promise<{ ok: true; text: string; isOpenMetrics: boolean } | { ok: false; error: string }> {
    const { clock, fetch, bodyLimitBytes = 16 * 2 ** 20 } = this.#tools;
    const { url, timeout } = this.config;
    const abort = new AbortController();
    let isTimedOut = false;
    const cancel = clock.after(timeout, () => {
      isTimedOut = true;
      abort.abort();
    });
    try {
      const answer = await fetch(url, { headers: { accept }, signal: abort.signal, redirect: 'follow' });
      if (!answer.ok) {
        await answer.body?.cancel();
        return { ok: false, error: `Cannot scrape ${url}: it answers ${answer.status}, must be 200` };
      }
      const text = await readBody(answer, bodyLimitBytes);
      if (text === undefined)
        return {
          ok: false,
          error: `Cannot scrape ${url}: the page is too large, must be at most ${bodyLimitBytes} bytes`,
        };
      const type = answer.headers.get('content-type') ?? '';
      return { ok: true, text, isOpenMetrics: type.includes('openmetrics') };
    } catch (error) {
      const reason = isTimedOut ? `it did not answer within ${timeout} ms` : reasonOf(error);
      return { ok: false, error: `Cannot scrape ${url}: ${reason}` };
    } finally {
      cancel();
    }
  }
}

/** The page as text, or `undefined` when it has more than `limit` bytes. */
async function readBody(answer: Response, limit: number): Promise<string | undefined> {
  if (answer.body === null) return '';
  const decoder = new TextDecoder();
  const reader = answer.body.getReader();
  let text = '';
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** `fetch failed` says nothing; what failed is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || (cause as NodeJS.ErrnoException).code || error.message;
}
