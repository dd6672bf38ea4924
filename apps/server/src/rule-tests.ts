import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type RuleFile, type RuleTestResult, type RuleTestTools, runAlertScript, runUnitTests } from '@jaegis/rules';
import { storeQuery } from './core/rule-query.ts';
import { parsePlainYaml } from './plain-yaml.ts';
import { loadRuleFile, parseRuleText, type RuleFilesResult } from './rule-files.ts';

const evaluation = { interval: 60_000, query_offset: 0, own_rules: false };

/** Runs an `.alert` script, or Prometheus' own form of rule tests (YAML). Files that it names are relative to it. */
export async function runRuleTests(path: string): Promise<RuleTestResult> {
  const text = await readFile(path, 'utf8');
  const folder = dirname(resolve(path));
  const tools: RuleTestTools = {
    createQuery: (source) => storeQuery(source),
    loadRules: async (name) => one(await loadRuleFile(resolve(folder, name), { name, config: { evaluation } })),
    parseRules: (rules) => one(parseRuleText(rules, { name: 'in the script', config: { evaluation } })),
  };
  if (path.endsWith('.alert')) return runAlertScript(text, tools);
  const input = parsePlainYaml(text);
  if (input.ok) return runUnitTests(input.value, tools);
  return { ok: false, failures: [{ line: 1, message: `Cannot parse ${path}: ${input.error}` }], cases: 0 };
}

function one(result: RuleFilesResult): RuleFile | { readonly error: string } {
  return result.ok ? result.files[0]! : result;
}
