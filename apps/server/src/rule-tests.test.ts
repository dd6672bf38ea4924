import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseConfigText } from './config-file.ts';
import { runRuleTests } from './rule-tests.ts';

const scripts = new URL('../../../packages/rules/testdata/', import.meta.url).pathname;
let folder: string | undefined;

afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  folder = undefined;
});

async function run(name: string, text: string): Promise<string[]> {
  folder = await mkdtemp(join(tmpdir(), 'jaegis-alert-'));
  await writeFile(join(folder, name), text);
  const { failures } = await runRuleTests(join(folder, name));
  return failures.map(({ line, message }) => `${line}: ${message}`);
}

test.each([
  ['queue.alert', 13],
  ['queue-tests.yml', 4],
])('%s holds', async (name, cases) => {
  expect(await runRuleTests(join(scripts, name))).toEqual({ ok: true, failures: [], cases });
});

const rules = `rules
  groups: [{ name: g, rules: [{ alert: A, expr: m > 1, for: 1m, annotations: { is: "{{ $value }}" } }] }]
load 1m
  m{i="1"} 0 2 2 2
`;

test('each expectation that does not hold is said with its line, what is and what must be', async () => {
  expect(
    await run(
      'a.alert',
      `${rules}at 1m: A is firing
at 1m: nothing is active
at 2m: A{i="2"} is pending
at 2m: A says is "3"
at 2m: A is inactive
at 3m: value of m is 5
at 3m: no value of m
at 3m: A{i="1"} is firing
`,
    ),
  ).toEqual([
    '5: A is pending, must be firing',
    '6: A is pending, must be nothing',
    '7: A is inactive, must be pending',
    '8: A says is "2", must be "3"',
    '9: A is firing, must be inactive',
    '10: m is 2, must be 5',
    '11: m is 2, must have no value',
  ]);
});

test.each([
  ['nonsense', '1: "nonsense" is not understood, must begin with rules, every, load or at'],
  ['every 5x', '1: "5x" is no duration, must be like 30s or 5m'],
  ['load 1m\n  m 1 z', '2: "z" is no value, must be a number, _, stale, or one of these with a repeat such as 1+2x5'],
  ['at 2m: nothing is active\nat 1m: nothing is active', '2: at 1m comes after a later time, must be in order'],
  ['rules none.yml', '1: Cannot read rule file none.yml: there is no such file (ENOENT), must be a readable file'],
  [`${rules}at 1m: A is happy`, '5: "A is happy" is not understood'],
])('%j cannot be run', async (text, wanted) => {
  expect(
    await run('a.alert', text.includes('load') && !text.includes('at ') ? `${text}\nat 0s: nothing is active` : text),
  ).toEqual([wanted]);
});

test('the guide: its script holds, and its configurations are good', async () => {
  const guide = await readFile(new URL('../../../docs/guides/prometheus.md', import.meta.url), 'utf8');
  const blocks = [...guide.matchAll(/```(\w+)\n(.*?)```/gs)];
  const scripts = blocks.filter(([, kind]) => kind === 'alert');
  expect(scripts).toHaveLength(1);
  expect(await run('guide.alert', scripts[0]![2]!)).toEqual([]);
  const configurations = blocks.filter(([, kind]) => kind === 'yaml');
  expect(configurations).toHaveLength(3);
  for (const [, , text] of configurations) expect(parseConfigText(text!)).toMatchObject({ ok: true });
});

test('tests in YAML say what differs', async () => {
  const text = `
evaluation_interval: 1m
tests:
  - input_series: [{ series: m, values: "1+1x5 _x2 stale" }]
    promql_expr_test:
      - { expr: m, eval_time: 3m, exp_samples: [{ labels: m, value: 5 }] }
    alert_rule_test: [{ eval_time: 1m, alertname: A, exp_alerts: [{ exp_labels: { a: b } }] }]
`;
  expect(await run('t.yml', text)).toEqual([
    '1: test 1: at 60s A: is nothing, must be labels [["a","b"],["alertname","A"]] annotations []',
    '1: test 1: at 180s m: is m 4, must be m 5',
  ]);
  expect(await run('t.yml', 'tests: [{ inputs: [] }]')).toEqual([
    `1: test 1: unknown key "inputs", must be one of interval, name, input_series, alert_rule_test, promql_expr_test, external_labels, external_url`,
  ]);
});
