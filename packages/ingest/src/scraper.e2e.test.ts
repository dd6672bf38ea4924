import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import type { Clock } from '@jaegis/std';
import { afterEach, expect, test } from 'vitest';
import { RecordingSinks } from '../test/recording-sinks.ts';
import { IngestCounters } from './ingest-counters.ts';
import { ScrapeTarget } from './scrape-target.ts';

const program = 'prometheus-node-exporter';
const isInstalled = spawnSync(program, ['--version']).error === undefined;
const clock: Clock = {
  now: () => Date.now(),
  every: () => () => {},
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

test('a real prometheus-node-exporter is scraped whole', async ({ skip }) => {
  if (!isInstalled) skip(`${program} is not on the PATH`);
  // Below the ports that the system hands out by itself.
  const port = randomInt(15_000, 32_000);
  child = spawn(program, [`--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/metrics`;
  const sinks = new RecordingSinks();
  const counters = new IngestCounters();
  const target = new ScrapeTarget(
    { job: 'node', url, interval: 15_000, timeout: 10_000, labels: {} },
    { sinks, clock, counters, fetch },
  );
  for (let tries = 0; tries < 100 && !target.status().up; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await target.scrape();
  }
  expect(target.status()).toMatchObject({ up: true, error: '' });
  expect(target.status().samples).toBeGreaterThan(200);
  expect(counters.snapshot().rejected).toEqual({});
  const load = sinks.values.get(`node_load1{instance="127.0.0.1:${port}",job="node"}`);
  expect(load?.at(-1)).toEqual(expect.any(Number));
  child.kill('SIGKILL');
  await new Promise((resolve) => child!.once('exit', resolve));
  await target.scrape();
  expect(target.status()).toMatchObject({ up: false });
  expect(sinks.values.get(`up{instance="127.0.0.1:${port}",job="node"}`)?.at(-1)).toBe(0);
  expect(sinks.values.get(`node_load1{instance="127.0.0.1:${port}",job="node"}`)?.at(-1)).toBe('stale');
});
