import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownRules } from './own-rules.ts';
import { loadRuleFiles } from './rule-files.ts';
import { runRuleTests } from './rule-tests.ts';

const page = new URL('../../../docs/reference/own-rules.md', import.meta.url);

async function load() {
  const evaluation = { interval: 60_000, query_offset: 0, own_rules: true };
  const loaded = await loadRuleFiles({ rules: [], evaluation }, '.');
  if (!loaded.ok) throw new Error(loaded.error);
  return loaded.files.flatMap((file) => file.groups.flatMap((group) => group.rules));
}

test('our own rules are good rules, each with a summary, a description and a severity', async () => {
  const rules = await load();
  expect(rules.length).toBeGreaterThan(10);
  for (const rule of rules)
    expect(rule).toMatchObject({
      kind: 'alerting',
      labels: { severity: expect.stringMatching(/^(warning|critical)$/), pool: 'jaegis' },
      annotations: { summary: expect.any(String), description: expect.any(String) },
    });
});

test('every metric that they name is one that we describe', async () => {
  const described = readFileSync(new URL('./core/self-metric-names.ts', import.meta.url), 'utf8');
  const names = new Set(ownRules.match(/jaegis_[a-z_]+/g));
  names.delete('jaegis_');
  for (const name of names) expect(described).toContain(`'${name}'`);
});

test('a machine that stood still once makes no group late; one whose evaluations are left out again and again is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jaegis-own-rules-'));
  writeFileSync(join(folder, 'own.yml'), ownRules);
  const script = join(folder, 'late.alert');
  writeFileSync(
    script,
    `rules own.yml
every 30s
load 30s
  jaegis_rule_group_missed_total{job="jaegis", rule_group="still"} 0x9 9x50
  jaegis_rule_group_missed_total{job="jaegis", rule_group="slow"} 0+1x60

at 11m: JaegisRulesLate{rule_group="still"} is inactive
at 14m: JaegisRulesLate{rule_group="still"} is inactive
at 14m: JaegisRulesLate{rule_group="slow"} is firing
`,
  );
  const { ok, failures } = await runRuleTests(script);
  rmSync(folder, { recursive: true });
  expect([ok, failures]).toEqual([true, []]);
});

test('docs/reference/own-rules.md says what they are (UPDATE=1 writes it)', () => {
  const wanted = `# Rules by which JAEGIS watches itself

On unless \`evaluation: { own_rules: false }\` in \`jaegis.yaml\`. They read the metrics of \`/metrics\`, which JAEGIS also keeps in its own store. What fires becomes an incident of the pool \`jaegis\` and goes to the receivers. This page is made from \`apps/server/src/own-rules.ts\`; the text below is a Prometheus rule file and can be given to any Prometheus that scrapes JAEGIS.

\`\`\`yaml
${ownRules}\`\`\`
`;
  if (process.env['UPDATE'] === '1') writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});
