import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadRuleFiles } from './rule-files.ts';

const evaluation = { interval: 60_000, query_offset: 0, own_rules: false };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jaegis-rules-'));
  await mkdir(join(folder, 'teams/a'), { recursive: true });
  await mkdir(join(folder, 'teams/b'), { recursive: true });
  const group = (name: string) => `groups: [{ name: ${name}, rules: [{ record: 'a:b', expr: up }] }]`;
  await writeFile(join(folder, 'one.yml'), group('one'));
  await writeFile(join(folder, 'two.yaml'), group('two'));
  await writeFile(join(folder, 'teams/a/x.yml'), group('x'));
  await writeFile(join(folder, 'teams/b/y.yml'), group('y'));
  await writeFile(join(folder, 'twice.bad'), 'groups: []\ngroups: []');
  await writeFile(join(folder, 'circle.bad'), 'groups: &a\n  - *a');
  await writeFile(join(folder, 'wrong.bad'), 'groups: [{ name: g, rules: [{ alert: A, expr: "up{" }] }]');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(...rules: string[]): Promise<string> {
  const result = await loadRuleFiles({ rules, evaluation }, folder);
  return result.ok ? result.files.map((file) => file.name).join(' ') : result.error;
}

test.each([
  [['one.yml'], 'one.yml'],
  [['*.y?ml', 'one.yml'], 'two.yaml one.yml'],
  [['teams/*/[xy].yml'], 'teams/a/x.yml teams/b/y.yml'],
  [['none-*.yml'], ''],
  [['none.yml'], 'Cannot read rule file none.yml: there is no such file (ENOENT), must be a readable file'],
])('%j', async (patterns, wanted) => {
  expect(await load(...patterns)).toBe(wanted);
});

test('what is wrong is said with the file and the field', async () => {
  expect(await load('twice.bad')).toMatch(
    /^Cannot parse rule file twice\.bad: Map keys must be unique.*, must be YAML$/,
  );
  expect(await load('circle.bad')).toBe(
    'Cannot parse rule file circle.bad: an alias refers to what holds it, must be plain values',
  );
  expect(await load('wrong.bad')).toMatch(
    /^Cannot parse rule file wrong\.bad: group "g", rule 1 \(A\): expr is "up\{", but: .+/,
  );
});
