import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeTerminal } from '../../test/fake-server.ts';
import { runCli } from '../run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jaegis-backtest-'));
});
afterAll(() => rm(folder, { recursive: true }));

// Half an hour of a wave that needs 4 to 16 replicas.
const rows = Array.from({ length: 30 }, (_, i) => `${60 * i},${(100 + 60 * Math.sin(i / 15)).toFixed(2)}`);

async function backtest(policy: string, ...flags: string[]) {
  const [load, file] = [join(folder, 'load.csv'), join(folder, 'policy.yaml')];
  await writeFile(load, ['t_s,rate_rps', ...rows].join('\n'));
  await writeFile(file, `name: p\nreplicas: { min: 1, max: 100 }\n${policy}`);
  const fake = fakeTerminal();
  const args = ['backtest', '--trace', load, '--policy', file, '--no-hindsight', '--json', ...flags];
  await runCli(args, fake.terminal);
  const { load: plant, items, leftOut } = JSON.parse(fake.out());
  return { plant, ours: items[0], leftOut, notes: fake.err() };
}

test('the policy knows what a replica of the plant is, from the flags, from its file, or by default', async () => {
  const written = await backtest('capacity: { requests_per_second: 10 }\nstartup: 5m\n');
  expect(written.plant).toMatchObject({ startupS: 300, capacityRps: 10 });
  const told = await backtest('', '--startup', '300s', '--capacity-rps', '10');
  expect(told).toEqual(written);
  const over = await backtest('startup: 20s\n', '--startup', '5m', '--capacity-rps', '10');
  expect(over).toEqual(written);
  const byDefault = await backtest('');
  expect(byDefault).toEqual(await backtest('capacity: { requests_per_second: 10 }\nstartup: 60s\n'));
});

test('an objective that the plant cannot measure is left out and named; it would keep the pool from ever giving back', async () => {
  const known = '  - { signal: saturation, target: 0.8 }\n  - { signal: queue_length, target: 1000 }\n';
  const without = await backtest(`objectives:\n${known}`);
  const withLatency = await backtest(`objectives:\n${known}  - { signal: latency_p95, target: 500ms }\n`);
  expect(withLatency.ours).toEqual(without.ours);
  expect(without.leftOut).toEqual([]);
  expect(withLatency.leftOut).toEqual(['the objective on latency p95']);
  expect(withLatency.notes).toContain('the objective on latency p95');
});
