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

const policy = 'replicas: { min: 1, max: 4 }\nobjectives: [{ signal: cpu_utilization, target: 0.8 }]\n';

async function backtest(trace: string, written = policy, ...flags: string[]) {
  const files = { trace: join(folder, 'trace.csv'), policy: join(folder, 'policy.yaml') };
  await writeFile(files.trace, trace);
  await writeFile(files.policy, written);
  const fake = fakeTerminal();
  const args = ['backtest', '--trace', files.trace, '--policy', files.policy, '--no-hindsight', ...flags];
  const code = await runCli(args, fake.terminal);
  return { code, out: fake.out(), err: fake.err().replaceAll(`${folder}/`, '') };
}

test('a table of semicolons is the same load as one of commas', async () => {
  const rows = [5, 7.5, 6, 5].map((rate, i) => [i * 60, rate]);
  const plain = await backtest(`t_s,rate_rps\n${rows.map((row) => row.join(',')).join('\n')}\n`);
  const other = await backtest(
    `\uFEFFt_s;rate_rps\r\n${rows.map((row) => row.join(';').replace('.', ',')).join('\r\n')}\r\n`,
  );
  expect(plain).toMatchObject({ code: 0, err: '' });
  expect(other).toEqual(plain);
});

test('values that are no load are counted and told', async () => {
  const { code, err } = await backtest('t_s,requests\n0,5\n60,\n120,-3\n180,many\n240,6\n');
  expect(code).toBe(0);
  expect(err).toContain('trace.csv: 3 of 5 values are missing, negative or no numbers; the one before was taken');
});

test.each([
  ['replicas: { min: 1, max: 4 }\nstartup: -5s\n', [], 'policy.yaml: startup is "-5s", must be a duration'],
  ['replicas: { min: 1.5, max: 4 }\n', [], 'policy.yaml: replicas.min is 1.5, must be a whole number'],
  ['replicas: { min: 1, max: 4 }\nobjectives: [{ signal: cpu_utilization, target: 0 }]\n', [], 'target is 0, must be'],
  ['pools: [{ name: a }, { name: b }]\n', ['--pool', 'c'], '--pool: is "c", must be one of a, b'],
  ['pools: []\n', [], 'it has no pool'],
])('%j %j is refused', async (written, flags, message) => {
  const { code, err } = await backtest('t_s,requests\n0,5\n60,5\n', written, ...flags);
  expect(code).toBe(2);
  expect(err).toContain(message);
});
