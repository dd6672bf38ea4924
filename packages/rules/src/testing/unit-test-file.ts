/** `promtool test rules`: Prometheus' own form of tests of rules (prometheus.io, "Unit testing for rules"), read from plain values. */
import { formatLabels, type Labels } from '@jaegis/model';
import { labelsKey } from '../evaluation.ts';
import { parsePrometheusDuration } from '../prometheus-duration.ts';
import type { RuleFile } from '../rule-file.ts';
import { type RuleTestFailure, type RuleTestResult, type RuleTestTools, RuleWorld } from './rule-world.ts';
import { numberOf, parseSeriesText } from './series-notation.ts';

type Plain = Readonly<Record<string, unknown>>;

class WrongTest extends Error {}

/** Runs all tests of a file. What cannot be read is a failure too. */
export async function runUnitTests(input: unknown, tools: RuleTestTools): Promise<RuleTestResult> {
  const failures: RuleTestFailure[] = [];
  let cases = 0;
  try {
    const file = mapping(input, 'the file', [
      'rule_files',
      'evaluation_interval',
      'group_eval_order',
      'tests',
      'fuzzy_compare',
    ]);
    const loaded: RuleFile[] = [];
    for (const path of list(file['rule_files'], 'rule_files')) {
      const rules = await tools.loadRules(String(path));
      if ('error' in rules) throw new WrongTest(rules.error);
      loaded.push(rules);
    }
    const files = inOrder(loaded, list(file['group_eval_order'], 'group_eval_order').map(String));
    const intervalMs = duration(file['evaluation_interval'] ?? '1m', 'evaluation_interval');
    for (const [index, each] of list(file['tests'], 'tests').entries()) {
      const result = await runGroup(each, { files, intervalMs, tools, where: `test ${index + 1}` });
      cases += result.cases;
      for (const message of result.failures) failures.push({ line: 1, message });
    }
  } catch (error) {
    if (!(error instanceof WrongTest)) throw error;
    failures.push({ line: 1, message: error.message });
  }
  return { ok: failures.length === 0, failures, cases };
}

interface GroupOptions {
  readonly files: readonly RuleFile[];
  readonly intervalMs: number;
  readonly tools: RuleTestTools;
  readonly where: string;
}

const testKeys = [
  'interval',
  'name',
  'input_series',
  'alert_rule_test',
  'promql_expr_test',
  'external_labels',
  'external_url',
];

async function runGroup(input: unknown, o: GroupOptions): Promise<{ cases: number; failures: string[] }> {
  const test = mapping(input, o.where, testKeys);
  const where = typeof test['name'] === 'string' ? `${o.where} (${test['name']})` : o.where;
  const world = new RuleWorld({
    files: o.files,
    createQuery: o.tools.createQuery,
    intervalMs: o.intervalMs,
    externalLabels: labelsOf(test['external_labels']),
    externalUrl: typeof test['external_url'] === 'string' ? test['external_url'] : '',
  });
  const stepMs = duration(test['interval'] ?? '1m', `${where}: interval`);
  for (const each of list(test['input_series'], `${where}: input_series`)) {
    const { series, values } = mapping(each, `${where}: input_series`, ['series', 'values']);
    const wrong = world.load(String(series), String(values ?? ''), stepMs);
    if (wrong !== undefined) throw new WrongTest(`${where}: ${wrong}`);
  }
  const failures: string[] = [];
  const alertTests = list(test['alert_rule_test'], `${where}: alert_rule_test`).map((each) => {
    const alert = mapping(each, `${where}: alert_rule_test`, ['eval_time', 'alertname', 'exp_alerts']);
    return { at: duration(alert['eval_time'] ?? '0s', `${where}: eval_time`), name: String(alert['alertname']), alert };
  });
  const exprTests = list(test['promql_expr_test'], `${where}: promql_expr_test`).map((each) => {
    const expr = mapping(each, `${where}: promql_expr_test`, ['expr', 'eval_time', 'exp_samples']);
    return { at: duration(expr['eval_time'] ?? '0s', `${where}: eval_time`), expr };
  });
  for (const { at, name, alert } of [...alertTests].sort((a, b) => a.at - b.at)) {
    await world.advance(at);
    for (const problem of world.problems()) failures.push(`${where}: at ${at / 1_000}s ${problem}`);
    const wanted = list(alert['exp_alerts'], `${where}: exp_alerts`).map((each) => {
      const { exp_labels, exp_annotations } = mapping(each, `${where}: exp_alerts`, ['exp_labels', 'exp_annotations']);
      return shownAlert({ ...labelsOf(exp_labels), alertname: name }, labelsOf(exp_annotations));
    });
    const found = world
      .rules()
      .flatMap((rule) => rule.alerts)
      .filter((each) => each.state === 'firing' && each.labels['alertname'] === name)
      .map((each) => shownAlert(each.labels, each.annotations));
    const difference = compare(wanted, found);
    if (difference !== undefined) failures.push(`${where}: at ${at / 1_000}s ${name}: ${difference}`);
  }
  await world.advance(Math.max(0, ...exprTests.map(({ at }) => at)));
  for (const { at, expr } of exprTests) {
    const difference = await checkExpression(expr, at, world);
    if (difference !== undefined) failures.push(`${where}: at ${at / 1_000}s ${String(expr['expr'])}: ${difference}`);
  }
  return { cases: alertTests.length + exprTests.length, failures };
}

async function checkExpression(test: Plain, at: number, world: RuleWorld): Promise<string | undefined> {
  const answer = await world.query(String(test['expr']), at);
  if (!answer.ok) return answer.error;
  const wanted = list(test['exp_samples'], 'exp_samples').map((each) => {
    const sample = mapping(each, 'exp_samples', ['labels', 'value', 'histogram']);
    if (sample['histogram'] !== undefined) throw new WrongTest('exp_samples: histograms are not read, must be values');
    const text = String(sample['labels'] ?? '{}');
    const labels = parseSeriesText(text);
    if (labels === undefined) throw new WrongTest(`exp_samples: ${JSON.stringify(text)} is no series`);
    return `${formatLabels(labels)} ${shownValue(numberOf(String(sample['value'] ?? 0)))}`;
  });
  const found = answer.samples.map(({ labels, value }) => `${formatLabels(labels)} ${shownValue(value)}`);
  return compare(wanted, found);
}

/** Twelve digits: what floating point loses on the way is not told apart. */
function shownValue(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(12))}` : `${value}`;
}

function shownAlert(labels: Labels, annotations: Labels): string {
  return `labels ${labelsKey(labels)} annotations ${labelsKey(annotations)}`;
}

function compare(wanted: readonly string[], found: readonly string[]): string | undefined {
  const [a, b] = [[...wanted].sort(), [...found].sort()];
  if (a.join('\n') === b.join('\n')) return undefined;
  const shown = (items: readonly string[]) => (items.length === 0 ? 'nothing' : items.join('; '));
  return `is ${shown(b)}, must be ${shown(a)}`;
}

function inOrder(files: readonly RuleFile[], order: readonly string[]): readonly RuleFile[] {
  if (order.length === 0) return files;
  const groups = files.flatMap((file) => file.groups);
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [{ name: 'in order', groups: [...groups].sort((a, b) => place(a.name) - place(b.name)) }];
}

function mapping(input: unknown, where: string, known: readonly string[]): Plain {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new WrongTest(`${where} is ${JSON.stringify(input) ?? 'missing'}, must be a mapping`);
  const unknown = Object.keys(input).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new WrongTest(`${where}: unknown key ${JSON.stringify(unknown)}, must be one of ${known.join(', ')}`);
  return input as Plain;
}

function list(input: unknown, where: string): readonly unknown[] {
  if (input === undefined || input === null) return [];
  if (!Array.isArray(input)) throw new WrongTest(`${where} is ${JSON.stringify(input)}, must be a list`);
  return input;
}

function duration(input: unknown, where: string): number {
  const ms = parsePrometheusDuration(String(input));
  if (ms === undefined) throw new WrongTest(`${where} is ${JSON.stringify(input)}, must be a duration such as 30s`);
  return ms;
}

function labelsOf(input: unknown): Labels {
  if (typeof input !== 'object' || input === null) return {};
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, String(value)]));
}
