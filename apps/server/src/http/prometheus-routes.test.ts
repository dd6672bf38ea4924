import fastify from 'fastify';
import { expect, test } from 'vitest';
import type { Core } from '../core/core.ts';
import type { QueryRunner } from '../query/query-runner.ts';
import { prometheusRoutes } from './prometheus-routes.ts';

test('targets have the fields that Prometheus gives', async () => {
  const asked = { job: 'node', intervalMs: 15_000, timeoutMs: 1_500 };
  const scrapes = [
    {
      ...asked,
      url: 'https://n:9100/stats?module=a',
      labels: { job: 'node', instance: 'n:9100', pool: 'p', zone: 'z' },
      up: true,
      lastAt: 1_700_000_000_250,
      durationMs: 40,
      samples: 3,
      error: '',
    },
    {
      ...asked,
      url: 'http://m/metrics',
      labels: { job: 'node', instance: 'm' },
      up: false,
      lastAt: null,
      durationMs: null,
      samples: 0,
      error: 'not scraped yet',
    },
  ];
  const app = fastify();
  prometheusRoutes(app, { views: { system: () => ({ scrapes }) } } as unknown as Core, {} as QueryRunner);
  const answer = await app.inject({ url: '/api/v1/targets' });
  await app.close();
  const [up, never] = answer.json().data.activeTargets;
  expect(up).toEqual({
    discoveredLabels: {
      __address__: 'n:9100',
      __metrics_path__: '/stats',
      __scheme__: 'https',
      __param_module: 'a',
      __scrape_interval__: '15s',
      __scrape_timeout__: '1.5s',
      job: 'node',
      pool: 'p',
      zone: 'z',
    },
    labels: { job: 'node', instance: 'n:9100', pool: 'p', zone: 'z' },
    scrapePool: 'node',
    scrapeUrl: 'https://n:9100/stats?module=a',
    globalUrl: 'https://n:9100/stats?module=a',
    lastError: '',
    lastScrape: '2023-11-14T22:13:20.25Z',
    lastScrapeDuration: 0.04,
    health: 'up',
    scrapeInterval: '15s',
    scrapeTimeout: '1.5s',
  });
  expect(never).toMatchObject({ health: 'unknown', lastScrape: '0001-01-01T00:00:00Z', lastScrapeDuration: 0 });
});
