import { readFileSync } from 'node:fs';
import type { ScrapeConfig } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { ManualClock, RecordingSinks } from '../test/recording-sinks.ts';
import { IngestCounters } from './ingest-counters.ts';
import { ScrapeTarget, type ScrapeTools } from './scrape-target.ts';
import { Scraper } from './scraper.ts';

const now = 1_700_000_000_000;
const config: ScrapeConfig = {
  job: 'node',
  url: 'http://10.0.0.1:9100/metrics',
  interval: 15_000,
  timeout: 10_000,
  labels: {},
};
const mine = 'instance="10.0.0.1:9100",job="node"';

function setUp(
  answer: (signal: AbortSignal) => Promise<Response>,
  change: Partial<ScrapeConfig> = {},
  tools: Partial<ScrapeTools> = {},
) {
  const sinks = new RecordingSinks();
  const clock = new ManualClock(now);
  const counters = new IngestCounters();
  const fetch = (async (_url: unknown, init: RequestInit) => answer(init.signal!)) as typeof globalThis.fetch;
  const target = new ScrapeTarget({ ...config, ...change }, { sinks, clock, counters, fetch, ...tools });
  return { sinks, clock, counters, target };
}

const page = (text: string, type = 'text/plain; version=0.0.4') =>
  new Response(text, { headers: { 'content-type': type } });

describe('a target that is up', () => {
  test('a real page of node_exporter', async () => {
    const text = readFileSync(new URL('../testdata/node-exporter.txt', import.meta.url), 'utf8');
    const { sinks, target, counters } = setUp(async () => page(text));
    await target.scrape();
    expect(target.status()).toMatchObject({ up: true, samples: 16, error: '', lastAt: now });
    expect(Object.fromEntries(sinks.values)).toMatchObject({
      [`up{${mine}}`]: [1],
      [`scrape_samples_scraped{${mine}}`]: [16],
      [`node_cpu_seconds_total{cpu="0",${mine},mode="idle"}`]: [17543.2],
      [`go_gc_duration_seconds{${mine},quantile="1"}`]: [0.000103617],
      [`node_filesystem_avail_bytes{device="C:\\\\disk",fstype="a \\"b\\"",${mine},mountpoint="/with\\nnewline"}`]: [1],
    });
    expect(counters.snapshot().samples).toEqual({ scrape: 21 });
  });

  test('a series that leaves the page ends, and may come back', async () => {
    const pages = ['a 1\nb 1\n', 'a 2\n', 'a 3\nb 3\n'];
    const { sinks, target, clock } = setUp(async () => page(pages.shift()!));
    for (let i = 0; i < 3; i++) {
      await target.scrape();
      await clock.advance(15_000);
    }
    expect(sinks.values.get(`a{${mine}}`)).toEqual([1, 2, 3]);
    expect(sinks.values.get(`b{${mine}}`)).toEqual([1, 'stale', 3]);
    expect(sinks.times.get(`b{${mine}}`)).toEqual([now, now + 15_000, now + 30_000]);
  });

  test('its own series say how much there was, was taken and is new', async () => {
    const pages = ['a 1\nb 1\n', 'a 2\nc 2\nd 2\n'];
    const { sinks, target } = setUp(async () => page(pages.shift()!));
    await target.scrape();
    await target.scrape();
    const own = ['scrape_samples_scraped', 'scrape_samples_post_metric_relabeling', 'scrape_series_added'];
    expect(own.map((name) => sinks.values.get(`${name}{${mine}}`))).toEqual([
      [2, 3],
      [2, 3],
      [2, 2],
    ]);
  });

  test('descriptions and exemplars of an OpenMetrics page', async () => {
    const text = [
      '# TYPE h histogram',
      '# UNIT h seconds',
      '# HELP h How\\nlong.',
      'h_bucket{le="1"} 5 # {trace_id="abc"} 0.67 1700000000.5',
      'h_bucket{le="+Inf"} 6 # {trace_id="d",span_id="e"} 3',
      'h_count 6 # no exemplar',
      '# EOF',
    ].join('\n');
    const { sinks, target } = setUp(async () => page(text, 'application/openmetrics-text; version=1.0.0'));
    await target.scrape();
    expect(target.status().error).toBe('');
    expect(sinks.described).toEqual([{ name: 'h', type: 'histogram', help: 'How\nlong.', unit: 'seconds' }]);
    expect(sinks.kept.map(({ labels, value, at }) => [labels, value, at])).toEqual([
      [{ trace_id: 'abc' }, 0.67, 1_700_000_000_500],
      [{ trace_id: 'd', span_id: 'e' }, 3, now],
    ]);
  });

  test('timestamps of the page are kept, and such a series does not go stale', async () => {
    const pages = [`a 1 ${now - 5_000}\n`, ''];
    const { sinks, target } = setUp(async () => page(pages.shift()!));
    await target.scrape();
    await target.scrape();
    expect(sinks.times.get(`a{${mine}}`)).toEqual([now - 5_000]);
  });

  test('our labels win; theirs are kept beside', async () => {
    const { sinks, target } = setUp(async () => page('a{job="x",zone="theirs"} 1\n'), {
      pool: 'infra',
      labels: { zone: 'ours' },
    });
    await target.scrape();
    expect([...sinks.values.keys()]).toContain(
      `a{exported_job="x",exported_zone="theirs",${mine},pool="infra",zone="ours"}`,
    );
    expect(sinks.contacts).toMatchObject([{ instanceId: '10.0.0.1:9100', pool: 'infra' }]);
  });

  test('bad lines are counted, the rest is taken', async () => {
    const { target, counters, sinks } = setUp(async () =>
      page('a 1\nb{x="1"x} 2\nnot a sample at all\n', 'application/openmetrics-text'),
    );
    await target.scrape();
    expect(target.status()).toMatchObject({ up: true, samples: 1 });
    expect(target.status().error).toContain('# EOF');
    expect(counters.snapshot().rejected).toEqual({ scrape: { malformed: 2 } });
    expect(sinks.values.get(`a{${mine}}`)).toEqual([1]);
  });

  test('a page with too many samples is held to the limit', async () => {
    const { target, counters } = setUp(
      async () => page(Array.from({ length: 30 }, (_, i) => `a{i="${i}"} 1`).join('\n')),
      {},
      { sampleLimit: 10 },
    );
    await target.scrape();
    expect(target.status().samples).toBe(10);
    expect(counters.snapshot().rejected).toEqual({ scrape: { too_large: 20 } });
  });
});

describe('a target that is not', () => {
  test.each([
    ['answers 500', async () => new Response('no', { status: 500 }), 'it answers 500, must be 200'],
    [
      'refuses the connection',
      async () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
      'ECONNREFUSED',
    ],
    [
      'sends a page without end',
      async () => page('x'.repeat(2_000)),
      'the page is too large, must be at most 1000 bytes',
    ],
  ])('%s', async (_what, answer, error) => {
    const { target, sinks } = setUp(answer, {}, { bodyLimitBytes: 1_000 });
    await target.scrape();
    expect(target.status()).toMatchObject({ up: false, samples: 0 });
    expect(target.status().error).toContain(error);
    expect(sinks.values.get(`up{${mine}}`)).toEqual([0]);
  });

  test('shows a page of another kind', async () => {
    const { target, sinks } = setUp(async () =>
      page('<!doctype html>\n<html><body>hello</body></html>\n', 'text/html'),
    );
    await target.scrape();
    expect(target.status()).toMatchObject({ up: false, samples: 0 });
    expect(target.status().error).toContain('2 malformed, line 1');
    expect(sinks.values.get(`up{${mine}}`)).toEqual([0]);
  });

  test('does not answer in time', async () => {
    const { target, clock } = setUp(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    const scraped = target.scrape();
    await clock.advance(10_000);
    await scraped;
    expect(target.status().error).toBe(`Cannot scrape ${config.url}: it did not answer within 10000 ms`);
  });

  test('its series end', async () => {
    const answers = [async () => page('a 1\n'), async () => new Response('', { status: 503 })];
    const { target, sinks } = setUp(() => answers.shift()!());
    await target.scrape();
    await target.scrape();
    expect(sinks.values.get(`a{${mine}}`)).toEqual([1, 'stale']);
    expect(sinks.values.get(`up{${mine}}`)).toEqual([1, 0]);
  });

  test('a store that cannot write is an error of the status', async () => {
    const { target, sinks, counters } = setUp(async () => page('a 1\n'));
    sinks.failure = new Error('disk full');
    await target.scrape();
    expect(target.status().error).toContain('disk full');
    expect(counters.snapshot().rejected).toEqual({ scrape: { storage: 1 } });
  });
});

test('the scraper reads each target at once and then at its interval, until it is stopped', async () => {
  const sinks = new RecordingSinks();
  const clock = new ManualClock(now);
  let reads = 0;
  const fetch = (async () => page(`a ${++reads}\n`)) as typeof globalThis.fetch;
  const scraper = new Scraper([config], { sinks, clock, counters: new IngestCounters(), fetch });
  scraper.start();
  scraper.start();
  await clock.advance(0);
  await clock.advance(15_000);
  expect(scraper.status()).toMatchObject([{ job: 'node', up: true, samples: 1 }]);
  scraper.stop();
  await clock.advance(60_000);
  expect(reads).toBe(2);
});
