/**
 * Carries out a template. `query` needs answers that come later, and a template is not worth a thread of its own: the
 * template runs with the answers at hand, and each question without one ends the run, is asked, and the template runs
 * again from its start. Templates are short and ask little; runs, loops and the length of the text are bounded.
 */
import type { Labels } from '@jaegis/model';
import type { Query } from '../query.ts';
import { type Operand, type Pipe, type Template, TemplateError, type TemplateNode } from './ast.ts';
import { callFunction, type TemplateSurroundings } from './functions.ts';
import { formatValue } from './go-format.ts';
import { parseTemplate } from './parse-template.ts';
import { fieldOf, isTrue, labelMap, Struct, sampleOf, typeName, type Value, ValueMap } from './values.ts';

export interface TemplateData {
  readonly labels: Labels;
  readonly value: number;
  readonly externalLabels: Labels;
  readonly externalUrl: string;
  /** Epoch milliseconds of the evaluation. */
  readonly now: number;
  readonly query: Query;
}

export type Expanded = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

const maxQueries = 50;
const maxSteps = 100_000;
const maxOutput = 100_000;
const maxDepth = 50;

/** Never rejects for what the template says. */
export async function expandTemplate(source: string, data: TemplateData): Promise<Expanded> {
  if (!source.includes('{{')) return { ok: true, text: source };
  try {
    const template = parseTemplate(source);
    const answers = new Map<string, readonly Value[] | TemplateError>();
    for (let asked = 0; ; asked++) {
      const run = new TemplateRun(template, data, answers);
      const result = run.start();
      if (typeof result === 'string') return { ok: true, text: result };
      if (asked >= maxQueries) throw new TemplateError(`it asks more than ${maxQueries} queries`);
      const answer = await data.query(result.expr, data.now);
      answers.set(
        result.expr,
        answer.ok
          ? answer.samples.map((sample) => sampleOf(sample.labels, sample.value))
          : new TemplateError(`error executing template: error calling query: ${answer.error}`),
      );
    }
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, error: error.message };
    throw error;
  }
}

/** Thrown to end a run that needs an answer first. */
class Unanswered extends Error {
  readonly expr: string;

  constructor(expr: string) {
    super(expr);
    this.expr = expr;
  }
}

type Flow = 'on' | 'break' | 'continue';
type Variables = Map<string, Value>[];

class TemplateRun {
  readonly #template: Template;
  readonly #around: TemplateSurroundings;
  readonly #root: Struct;
  #output = '';
  #steps = 0;

  constructor(template: Template, data: TemplateData, answers: ReadonlyMap<string, readonly Value[] | TemplateError>) {
    this.#template = template;
    this.#root = new Struct({
      Labels: labelMap(data.labels),
      ExternalLabels: labelMap(data.externalLabels),
      ExternalURL: data.externalUrl,
      Value: data.value,
    });
    this.#around = {
      now: data.now,
      externalUrl: data.externalUrl,
      query: (expr) => {
        const answer = answers.get(expr);
        if (answer === undefined) throw new Unanswered(expr);
        if (answer instanceof TemplateError) throw answer;
        return answer;
      },
    };
  }

  /** The text, or the question that must be answered first. */
  start(): string | { readonly expr: string } {
    const { Labels, ExternalLabels, ExternalURL, Value } = this.#root.fields;
    const variables = new Map<string, Value>([
      ['$', this.#root],
      ['$labels', Labels!],
      ['$externalLabels', ExternalLabels!],
      ['$externalURL', ExternalURL!],
      ['$value', Value!],
    ]);
    try {
      this.#walk(this.#template.nodes, this.#root, [variables], 0);
      return this.#output;
    } catch (error) {
      if (error instanceof Unanswered) return { expr: error.expr };
      throw error;
    }
  }

  #walk(nodes: readonly TemplateNode[], dot: Value, scope: Variables, depth: number): Flow {
    const inner: Variables = [...scope, new Map()];
    for (const node of nodes) {
      this.#count(1);
      const flow = this.#step(node, dot, inner, depth);
      if (flow !== 'on') return flow;
    }
    return 'on';
  }

  #step(node: TemplateNode, dot: Value, scope: Variables, depth: number): Flow {
    switch (node.kind) {
      case 'text':
        this.#write(node.text);
        return 'on';
      case 'action': {
        const value = this.#pipe(node.pipe, dot, scope);
        if (node.pipe.variables.length === 0) this.#write(formatValue(value, '<no value>'));
        return 'on';
      }
      case 'break':
      case 'continue':
        return node.kind;
      case 'template': {
        if (depth >= maxDepth) throw new TemplateError(`exceeded maximum template depth (${maxDepth})`);
        const data = node.pipe === undefined ? null : this.#pipe(node.pipe, dot, scope);
        this.#walk(this.#template.defined.get(node.name)!, data, [new Map([['$', data]])], depth + 1);
        return 'on';
      }
      default:
        return this.#branch(node, dot, scope, depth);
    }
  }

  #branch(node: Extract<TemplateNode, { branches: unknown }>, dot: Value, scope: Variables, depth: number): Flow {
    const inner: Variables = [...scope, new Map()];
    for (const { pipe, body } of node.branches) {
      const value = this.#pipe(pipe, dot, inner);
      if (node.kind === 'range') {
        if (this.#range(pipe, value, { body, scope: inner, depth })) return 'on';
      } else if (isTrue(value)) return this.#walk(body, node.kind === 'with' ? value : dot, inner, depth);
    }
    return this.#walk(node.otherwise, dot, inner, depth);
  }

  /** False when there was nothing to walk over. */
  #range(pipe: Pipe, value: Value, o: { body: readonly TemplateNode[]; scope: Variables; depth: number }): boolean {
    const entries = entriesOf(value);
    this.#count(entries.length);
    const [first, second] = pipe.variables;
    for (const [key, item] of entries) {
      const scope: Variables = [...o.scope, new Map()];
      if (first !== undefined) {
        const one = second === undefined ? item : key;
        if (pipe.isDeclaration) scope.at(-1)!.set(first, one);
        else assign(scope, first, one);
        if (second !== undefined) scope.at(-1)!.set(second, item);
      }
      if (this.#walk(o.body, item, scope, o.depth) === 'break') break;
    }
    return entries.length > 0;
  }

  #pipe(pipe: Pipe, dot: Value, scope: Variables): Value {
    let value: Value | undefined;
    for (const command of pipe.commands) value = this.#command(command, { dot, scope, piped: value });
    // A range sets its variables itself, once for each item.
    if (pipe.variables.length === 1) {
      if (pipe.isDeclaration) scope.at(-1)!.set(pipe.variables[0]!, value!);
      else assign(scope, pipe.variables[0]!, value!);
    }
    return value!;
  }

  #command(command: readonly Operand[], o: { dot: Value; scope: Variables; piped: Value | undefined }): Value {
    const [head, ...rest] = command as [Operand, ...Operand[]];
    if (head.kind !== 'function') {
      if (rest.length > 0 || o.piped !== undefined)
        throw new TemplateError(`can't give argument to non-function ${describe(head)}`);
      return this.#operand(head, o);
    }
    if (head.name === 'and' || head.name === 'or') return this.#shortCircuit(head.name, rest, o);
    const args = rest.map((each) => this.#operand(each, o));
    return callFunction(head.name, o.piped === undefined ? args : [...args, o.piped], this.#around);
  }

  #shortCircuit(
    name: 'and' | 'or',
    rest: readonly Operand[],
    o: { dot: Value; scope: Variables; piped: Value | undefined },
  ): Value {
    let value: Value | undefined;
    for (const each of rest) {
      value = this.#operand(each, o);
      if (isTrue(value) === (name === 'or')) return value;
    }
    value = o.piped ?? value;
    if (value === undefined) throw new TemplateError(`wrong number of args for ${name}: want at least 1 got 0`);
    return value;
  }

  #operand(operand: Operand, o: { dot: Value; scope: Variables }): Value {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'dot':
        return operand.fields.reduce(fieldOf, o.dot);
      case 'variable':
        return operand.fields.reduce(fieldOf, lookUp(o.scope, operand.name));
      case 'pipe':
        return operand.fields.reduce(fieldOf, this.#pipe(operand.pipe, o.dot, o.scope));
      default:
        return callFunction(operand.name, [], this.#around);
    }
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > maxSteps) throw new TemplateError(`it takes more than ${maxSteps} steps`);
  }

  #write(text: string): void {
    this.#output += text;
    if (this.#output.length > maxOutput) throw new TemplateError(`its text has more than ${maxOutput} characters`);
  }
}

function describe(operand: Operand): string {
  if (operand.kind === 'literal') return formatValue(operand.value);
  return operand.kind === 'variable' ? operand.name : operand.kind === 'dot' ? `.${operand.fields.join('.')}` : '(...)';
}

function lookUp(scope: Variables, name: string): Value {
  for (let i = scope.length - 1; i >= 0; i--) if (scope[i]!.has(name)) return scope[i]!.get(name)!;
  throw new TemplateError(`undefined variable: ${name}`);
}

function assign(scope: Variables, name: string, value: Value): void {
  for (let i = scope.length - 1; i >= 0; i--)
    if (scope[i]!.has(name)) {
      scope[i]!.set(name, value);
      return;
    }
  throw new TemplateError(`undefined variable: ${name}`);
}

function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
  if (value === null) return [];
  if (Array.isArray(value)) return (value as readonly Value[]).map((each, i) => [BigInt(i), each] as const);
  if (value instanceof ValueMap) return value.sorted();
  if (typeof value === 'bigint') {
    if (value > BigInt(maxSteps)) throw new TemplateError(`range over ${value}, must be at most ${maxSteps}`);
    return Array.from({ length: Math.max(0, Number(value)) }, (_, i) => [BigInt(i), BigInt(i)] as const);
  }
  throw new TemplateError(`range can't iterate over ${typeName(value)}`);
}
