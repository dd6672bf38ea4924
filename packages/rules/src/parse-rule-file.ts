/**
 * Reads the plain values of a Prometheus rule file (prometheus.io, "Defining recording rules", "Alerting rules") and
 * names the first wrong field. As strict as `promtool check rules`: unknown keys, names, label names, durations,
 * templates and expressions are checked; group names are unique in a file, and no rule is there twice.
 */
import type { Labels } from '@jaegis/model';
import { formatLabels } from '@jaegis/model';
import { parsePrometheusDuration } from './prometheus-duration.ts';
import type { CheckExpression } from './query.ts';
import type { RuleConfig, RuleFile, RuleGroupConfig } from './rule-file.ts';
import { checkTemplate } from './template/parse-template.ts';

export interface RuleFileOptions {
  readonly name: string;
  readonly defaultIntervalMs: number;
  readonly defaultQueryOffsetMs?: number;
  readonly checkExpression: CheckExpression;
}

export type RuleFileResult =
  | { readonly ok: true; readonly file: RuleFile }
  | { readonly ok: false; readonly error: string };

const groupKeys = ['name', 'interval', 'query_offset', 'limit', 'labels', 'rules'];
const recordingKeys = ['record', 'expr', 'labels'];
const alertingKeys = ['alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

class WrongField extends Error {}

/** A rule file in Prometheus' form (as read from YAML, not its text), or the first wrong field with the file's name. */
export function parseRuleFile(input: unknown, options: RuleFileOptions): RuleFileResult {
  try {
    return { ok: true, file: readFile(input, options) };
  } catch (error) {
    if (error instanceof WrongField)
      return { ok: false, error: `Cannot parse rule file ${options.name}: ${error.message}` };
    throw error;
  }
}

function readFile(input: unknown, options: RuleFileOptions): RuleFile {
  const file = input === null || input === undefined ? {} : object(input, 'it');
  only(file, ['groups'], 'the file');
  const groups = list(file['groups'] ?? [], 'groups').map((each, index) => readGroup(each, index, options));
  const seen = new Set<string>();
  for (const { name } of groups) {
    if (seen.has(name)) throw new WrongField(`groups: ${quote(name)} is there twice, names must be unique in a file`);
    seen.add(name);
  }
  return { name: options.name, groups };
}

function readGroup(input: unknown, index: number, options: RuleFileOptions): RuleGroupConfig {
  const where = `group ${index + 1}`;
  const group = object(input, where);
  const name = group['name'];
  if (typeof name !== 'string' || name === '')
    throw new WrongField(`${where}: name is ${shown(name)}, must be a text that is not empty`);
  const here = `group ${quote(name)}`;
  only(group, groupKeys, here);
  const labels = readLabels(group['labels'], `${here}: labels`);
  const rules = list(group['rules'] ?? [], `${here}: rules`).map((each, at) =>
    readRule(each, { at, group: here, labels, options }),
  );
  const seen = new Set<string>();
  for (const rule of rules) {
    const key = `${rule.kind === 'alerting' ? rule.alert : rule.record}\0${rule.expr}\0${formatLabels(rule.labels)}`;
    // Two alerts of one name with one expression and the same labels differ by nothing that anyone could see.
    if (rule.kind === 'alerting' && seen.has(key))
      throw new WrongField(`${here}: alert ${quote(rule.alert)} is there twice with the same expression and labels`);
    seen.add(key);
  }
  const limit = group['limit'] ?? 0;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0)
    throw new WrongField(`${here}: limit is ${shown(limit)}, must be a whole number, 0 for none`);
  const intervalMs = duration(group['interval'], `${here}: interval`) ?? options.defaultIntervalMs;
  return {
    name,
    file: options.name,
    intervalMs: intervalMs === 0 ? options.defaultIntervalMs : intervalMs,
    queryOffsetMs: duration(group['query_offset'], `${here}: query_offset`) ?? options.defaultQueryOffsetMs ?? 0,
    limit,
    rules,
  };
}

interface RulePlace {
  readonly at: number;
  readonly group: string;
  readonly labels: Labels;
  readonly options: RuleFileOptions;
}

function readRule(input: unknown, place: RulePlace): RuleConfig {
  const nth = `${place.group}, rule ${place.at + 1}`;
  const rule = object(input, nth);
  const { record, alert } = rule;
  if (record !== undefined && alert !== undefined)
    throw new WrongField(`${nth}: both record and alert are given, must be one of them`);
  if (record === undefined && alert === undefined)
    throw new WrongField(`${nth}: neither record nor alert is given, must be one of them`);
  const name = record ?? alert;
  if (typeof name !== 'string' || name === '')
    throw new WrongField(
      `${nth}: ${record === undefined ? 'alert' : 'record'} is ${shown(name)}, must be a text that is not empty`,
    );
  const here = `${nth} (${name})`;
  if (record !== undefined) {
    for (const key of ['for', 'keep_firing_for', 'annotations'])
      if (rule[key] !== undefined)
        throw new WrongField(`${here}: ${key} is given, must be left out of a recording rule`);
    if (!metricName.test(name)) throw new WrongField(`${here}: record is ${quote(name)}, must be a metric name`);
  }
  only(rule, record === undefined ? alertingKeys : recordingKeys, here);
  const expr = readExpression(rule['expr'], here, place.options.checkExpression);
  const own = readLabels(rule['labels'], `${here}: labels`);
  const labels = { ...place.labels, ...own };
  if (record !== undefined) return { kind: 'recording', record: name, expr, labels };
  const annotations = readLabels(rule['annotations'], `${here}: annotations`, true);
  for (const [field, texts] of Object.entries({ labels, annotations }))
    for (const [key, text] of Object.entries(texts)) {
      const wrong = checkTemplate(text);
      if (wrong !== undefined) throw new WrongField(`${here}: ${field}.${key} is ${shown(text)}, ${wrong}`);
    }
  return {
    kind: 'alerting',
    alert: name,
    expr,
    forMs: duration(rule['for'], `${here}: for`) ?? 0,
    keepFiringForMs: duration(rule['keep_firing_for'], `${here}: keep_firing_for`) ?? 0,
    labels,
    annotations,
  };
}

function readExpression(input: unknown, here: string, check: CheckExpression): string {
  // YAML makes a number of a bare 1, which is a good expression.
  const expr = typeof input === 'number' ? `${input}` : input;
  if (typeof expr !== 'string' || expr.trim() === '')
    throw new WrongField(`${here}: expr is ${shown(input)}, must be an expression`);
  const wrong = check(expr);
  if (wrong !== undefined) throw new WrongField(`${here}: expr is ${shown(expr)}, but: ${wrong}`);
  return expr.trim();
}

function readLabels(input: unknown, where: string, isAnnotations = false): Record<string, string> {
  if (input === undefined || input === null) return {};
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(object(input, where))) {
    if (!labelName.test(name) || (name === '__name__' && !isAnnotations))
      throw new WrongField(`${where}: ${quote(name)} is not a name, must be letters, digits and _`);
    if (typeof value === 'object' && value !== null)
      throw new WrongField(`${where}.${name} is ${shown(value)}, must be a text`);
    found[name] = value === null ? '' : String(value);
  }
  return found;
}

function duration(input: unknown, where: string): number | undefined {
  if (input === undefined || input === null) return undefined;
  const ms = typeof input === 'string' || input === 0 ? parsePrometheusDuration(String(input)) : undefined;
  if (ms === undefined) throw new WrongField(`${where} is ${shown(input)}, must be a duration such as 30s or 1h30m`);
  return ms;
}

function object(input: unknown, where: string): Record<string, unknown> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  throw new WrongField(`${where} is ${shown(input)}, must be a mapping`);
}

function list(input: unknown, where: string): readonly unknown[] {
  if (Array.isArray(input)) return input;
  throw new WrongField(`${where} is ${shown(input)}, must be a list`);
}

function only(given: Record<string, unknown>, known: readonly string[], where: string): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new WrongField(`${where}: unknown key ${quote(unknown)}, must be one of ${known.join(', ')}`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
