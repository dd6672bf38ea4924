/**
 * `.alert` scripts: tests of rules that an operator can read.
 *
 *     # what is after a hash is a remark
 *     rules queues.yml                      a rule file, relative to the script; or `rules` alone and YAML below, indented
 *     every 30s                             how often rules are evaluated; 1m when left out
 *     load 1m                               series from time zero, a value each minute, in Prometheus' notation
 *       waiting{pool="a/b"} 0 0 600x10
 *     at 3m: TooManyWait is pending
 *     at 10m: TooManyWait{pool="a/b"} is firing
 *     at 10m: TooManyWait says summary "a/b has 600 waiting"
 *     at 20m: TooManyWait is inactive
 *     at 20m: nothing is active             or: nothing is firing
 *     at 5m: value of pool:waiting{pool="a/b"} is 600
 *     at 5m: no value of up
 *
 * Labels in braces are those that must be there; others may be. Lines that look at things stand in the order of time.
 */
import type { Labels } from '@jaegis/model';
import { parsePrometheusDuration } from '../prometheus-duration.ts';
import type { RuleFile } from '../rule-file.ts';
import { type RuleTestFailure, type RuleTestResult, type RuleTestTools, RuleWorld } from './rule-world.ts';
import { numberOf, parseSeriesText, unquote } from './series-notation.ts';

interface Line {
  readonly number: number;
  readonly text: string;
  readonly isIndented: boolean;
}

/** A line that cannot be understood ends the script with a failure of that line. */
class WrongLine extends Error {
  readonly line: number;

  constructor(line: Line, message: string) {
    super(message);
    this.line = line.number;
  }
}

/** Runs an `.alert` script on a clock of its own; what it expected in vain comes back by line, a wrong line too. */
export async function runAlertScript(text: string, tools: RuleTestTools): Promise<RuleTestResult> {
  const lines = text.split(/\r?\n/).map((each, i) => ({
    number: i + 1,
    text: each.trim(),
    isIndented: /^\s/.test(each),
    raw: each,
  }));
  const failures: RuleTestFailure[] = [];
  const run = new ScriptRun(tools);
  try {
    for (let i = 0; i < lines.length; ) {
      const line = lines[i]!;
      i++;
      if (line.text === '' || line.text.startsWith('#')) continue;
      const start = i;
      while (i < lines.length && (lines[i]!.isIndented || lines[i]!.text === '')) i++;
      const below = lines.slice(start, i);
      const failure = await run.step(line, below);
      if (failure !== undefined) failures.push({ line: line.number, message: failure });
    }
  } catch (error) {
    if (!(error instanceof WrongLine)) throw error;
    failures.push({ line: error.line, message: error.message });
  }
  return { ok: failures.length === 0, failures, cases: run.cases };
}

class ScriptRun {
  readonly #tools: RuleTestTools;
  readonly #files: RuleFile[] = [];
  readonly #loads: {
    readonly line: Line;
    readonly series: string;
    readonly values: string;
    readonly stepMs: number;
  }[] = [];
  #intervalMs = 60_000;
  #world: RuleWorld | undefined;
  #lastMs = 0;
  cases = 0;

  constructor(tools: RuleTestTools) {
    this.#tools = tools;
  }

  /** What was expected and is not so; `undefined` when all is well. */
  async step(line: Line, below: readonly (Line & { raw: string })[]): Promise<string | undefined> {
    const [, word = '', rest = ''] = /^(\w+)\s*(.*)$/s.exec(line.text) ?? [];
    if (word === 'at') return this.#look(line, rest);
    if (this.#world !== undefined) throw new WrongLine(line, `${word} comes after the first look, must come before it`);
    if (word === 'rules') await this.#rules(line, rest, below);
    else if (word === 'every') this.#intervalMs = durationOf(line, rest);
    else if (word === 'load') this.#load(line, rest, below);
    else
      throw new WrongLine(
        line,
        `${JSON.stringify(line.text)} is not understood, must begin with rules, every, load or at`,
      );
    return undefined;
  }

  async #rules(line: Line, path: string, below: readonly { raw: string }[]): Promise<void> {
    const loaded =
      path === ''
        ? this.#tools.parseRules(below.map((each) => each.raw).join('\n'))
        : await this.#tools.loadRules(path);
    if ('error' in loaded) throw new WrongLine(line, loaded.error);
    this.#files.push(loaded);
  }

  #load(line: Line, step: string, below: readonly Line[]): void {
    const stepMs = durationOf(line, step);
    for (const each of below) {
      if (each.text === '' || each.text.startsWith('#')) continue;
      const found = /^([a-zA-Z_:][\w:]*\s*(?:\{.*\})?|\{.*\})\s+(.*)$/s.exec(each.text);
      if (found === null) throw new WrongLine(each, `${JSON.stringify(each.text)} is not a series and its values`);
      this.#loads.push({ line: each, series: found[1]!, values: found[2]!, stepMs });
    }
  }

  #begin(): RuleWorld {
    const world = new RuleWorld({
      files: this.#files,
      createQuery: this.#tools.createQuery,
      intervalMs: this.#intervalMs,
    });
    for (const { line, series, values, stepMs } of this.#loads) {
      const wrong = world.load(series, values, stepMs);
      if (wrong !== undefined) throw new WrongLine(line, wrong);
    }
    return world;
  }

  async #look(line: Line, text: string): Promise<string | undefined> {
    const [, time, what] = /^(\S+?)\s*:\s*(.+)$/s.exec(text) ?? [];
    if (time === undefined || what === undefined)
      throw new WrongLine(line, `${JSON.stringify(text)} must be "at TIME: WHAT"`);
    const at = durationOf(line, time);
    if (at < this.#lastMs) throw new WrongLine(line, `at ${time} comes after a later time, must be in order`);
    this.#lastMs = at;
    this.#world ??= this.#begin();
    await this.#world.advance(at);
    this.cases++;
    const [problem] = this.#world.problems();
    return problem ?? this.#check(line, what, { at, world: this.#world });
  }

  async #check(line: Line, what: string, o: { at: number; world: RuleWorld }): Promise<string | undefined> {
    const alerts = o.world.rules().flatMap((rule) => [...rule.alerts]);
    const nothing = /^nothing is (active|firing)$/.exec(what)?.[1];
    if (nothing !== undefined) {
      const found = alerts.filter((alert) => nothing === 'active' || alert.state === 'firing');
      return found.length === 0
        ? undefined
        : `${found.map((alert) => `${alert.labels['alertname']} is ${alert.state}`).join(', ')}, must be nothing`;
    }
    const value = /^(?:value of (.+) is (\S+)|no value of (.+))$/s.exec(what);
    if (value !== null) return checkValue(value[1] ?? value[3]!, value[2], o);
    const [, name, braces, state, annotation, said] =
      /^([^\s{]+)\s*(\{.*\})?\s+(?:is (pending|firing|inactive)|says (\w+) ("(?:[^"\\]|\\.)*"))$/s.exec(what) ?? [];
    if (name === undefined) throw new WrongLine(line, `${JSON.stringify(what)} is not understood`);
    const labels = braces === undefined ? {} : parseSeriesText(braces);
    if (labels === undefined) throw new WrongLine(line, `${braces} are no labels, must be like {pool="a"}`);
    const own = alerts.filter((alert) => alert.labels['alertname'] === name && hasAll(alert.labels, labels));
    if (state === 'inactive') return own.length === 0 ? undefined : `${name} is ${own[0]!.state}, must be inactive`;
    if (own.length === 0) return `${name} is inactive, must be ${state ?? 'active'}`;
    if (state !== undefined)
      return own.some((alert) => alert.state === state) ? undefined : `${name} is ${own[0]!.state}, must be ${state}`;
    const wanted = unquote(said!);
    const texts = own.map((alert) => alert.annotations[annotation!] ?? '');
    return texts.includes(wanted)
      ? undefined
      : `${name} says ${annotation} ${JSON.stringify(texts[0])}, must be ${JSON.stringify(wanted)}`;
  }
}

async function checkValue(
  expr: string,
  wanted: string | undefined,
  o: { at: number; world: RuleWorld },
): Promise<string | undefined> {
  const answer = await o.world.query(expr, o.at);
  if (!answer.ok) return answer.error;
  const values = answer.samples.map((sample) => sample.value);
  if (wanted === undefined)
    return values.length === 0 ? undefined : `${expr} is ${values.join(', ')}, must have no value`;
  const number = numberOf(wanted);
  const isSame =
    values.length === 1 && (Object.is(values[0], number) || Math.abs(values[0]! - number) <= 1e-9 * Math.abs(number));
  return isSame ? undefined : `${expr} is ${values.length === 0 ? 'nothing' : values.join(', ')}, must be ${wanted}`;
}

function hasAll(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => (labels[name] ?? '') === value);
}

function durationOf(line: Line, text: string): number {
  const ms = parsePrometheusDuration(text.replace(/\s*#.*$/, ''));
  if (ms === undefined) throw new WrongLine(line, `${JSON.stringify(text)} is no duration, must be like 30s or 5m`);
  return ms;
}
