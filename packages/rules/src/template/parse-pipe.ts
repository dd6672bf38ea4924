/** Reads what stands inside `{{ }}`: variables, literals, fields, functions, parentheses, pipelines. */
import { type Operand, type Pipe, TemplateError } from './ast.ts';
import { isTemplateFunction } from './function-names.ts';
import { endOfQuote } from './scan-template.ts';

/** Parentheses within parentheses: deeper is a mistake. */
const maxDepth = 50;

/** `variables` are those in sight; a pipe that declares some adds them. Throws `TemplateError`. */
export function parsePipe(code: string, variables: string[], options: { isRange?: boolean } = {}): Pipe {
  const reader = new PipeReader(code, variables);
  const pipe = reader.pipe(0, options.isRange ?? false);
  reader.expectEnd();
  return pipe;
}

class PipeReader {
  #at = 0;
  readonly #code: string;
  readonly #variables: string[];

  constructor(code: string, variables: string[]) {
    this.#code = code;
    this.#variables = variables;
  }

  pipe(depth: number, isRange = false): Pipe {
    if (depth > maxDepth) throw new TemplateError(`parentheses are ${depth} deep, must be at most ${maxDepth}`);
    const head = this.#variablesSet(isRange);
    const commands: Operand[][] = [];
    do {
      const command = this.#command(depth);
      if (command.length === 0) throw new TemplateError('missing value for command');
      if (commands.length > 0 && command[0]!.kind === 'literal')
        throw new TemplateError('non executable command in pipeline');
      commands.push(command);
    } while (this.#take('|'));
    for (const name of head.variables) {
      if (head.isDeclaration) this.#variables.push(name);
      else if (!this.#variables.includes(name)) throw new TemplateError(`undefined variable "${name}"`);
    }
    return { ...head, commands };
  }

  expectEnd(): void {
    this.#space();
    if (this.#at < this.#code.length)
      throw new TemplateError(`unexpected ${JSON.stringify(this.#code.slice(this.#at))}`);
  }

  #variablesSet(isRange: boolean): Pick<Pipe, 'variables' | 'isDeclaration'> {
    const found = /^\s*(\$\w*)(?:\s*,\s*(\$\w*))?\s*(:?=)(?!=)/.exec(this.#code.slice(this.#at));
    if (found === null) return { variables: [], isDeclaration: false };
    const [whole, first, second, sign] = found;
    if (second !== undefined && !isRange) throw new TemplateError('too many declarations in command');
    this.#at += whole.length;
    return { variables: second === undefined ? [first!] : [first!, second], isDeclaration: sign === ':=' };
  }

  #command(depth: number): Operand[] {
    const operands: Operand[] = [];
    for (;;) {
      this.#space();
      const c = this.#code[this.#at];
      if (c === undefined || c === '|' || c === ')') return operands;
      operands.push(this.#operand(c, depth));
      const next = this.#code[this.#at];
      if (next !== undefined && !/[\s|)]/.test(next))
        throw new TemplateError(`unexpected ${JSON.stringify(next)} in operand`);
    }
  }

  #operand(c: string, depth: number): Operand {
    if (c === '(') {
      this.#at++;
      const pipe = this.pipe(depth + 1);
      if (!this.#take(')')) throw new TemplateError('unclosed left paren');
      return { kind: 'pipe', pipe, fields: this.#fields() };
    }
    if (c === '"' || c === '`' || c === "'") return { kind: 'literal', value: this.#quoted() };
    if (c === '$') {
      const name = this.#match(/^\$\w*/)!;
      if (!this.#variables.includes(name)) throw new TemplateError(`undefined variable "${name}"`);
      return { kind: 'variable', name, fields: this.#fields() };
    }
    const number = this.#match(/^[+-]?(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?|\d+\.)(?![\w.])/);
    if (number !== undefined) return { kind: 'literal', value: numberOf(number) };
    if (c === '.') {
      const fields = this.#fields();
      if (fields.length === 0) this.#at++;
      return { kind: 'dot', fields };
    }
    const word = this.#match(/^[\p{L}_][\p{L}\p{Nd}_]*/u);
    if (word === undefined) throw new TemplateError(`unexpected ${JSON.stringify(c)} in command`);
    if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true' };
    if (word === 'nil') return { kind: 'literal', value: null };
    if (!isTemplateFunction(word)) throw new TemplateError(`function "${word}" not defined`);
    return { kind: 'function', name: word };
  }

  #fields(): string[] {
    const fields: string[] = [];
    for (;;) {
      const field = this.#match(/^\.[\p{L}_][\p{L}\p{Nd}_]*/u);
      if (field === undefined) return fields;
      fields.push(field.slice(1));
    }
  }

  #quoted(): string | bigint {
    const end = endOfQuote(this.#code, this.#at);
    const text = this.#code.slice(this.#at, end + 1);
    this.#at = end + 1;
    if (text.startsWith('`')) return text.slice(1, -1);
    const value = unquote(text.slice(1, -1));
    return text.startsWith("'") ? BigInt(value.codePointAt(0) ?? 0) : value;
  }

  #take(c: string): boolean {
    this.#space();
    if (this.#code[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    this.#match(/^\s+/);
  }

  #match(form: RegExp): string | undefined {
    const found = form.exec(this.#code.slice(this.#at))?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

function numberOf(text: string): number | bigint {
  const plain = text.replaceAll('_', '');
  if (/^[+-]?\d+$/.test(plain) || /^[+]?0x/i.test(plain)) return BigInt(plain.replace(/^\+/, ''));
  return Number(plain);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unquote(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs, (_, code: string) => {
    if (/^[xuU]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
    const known = escapes[code] ?? ('\\"\''.includes(code) ? code : undefined);
    if (known === undefined) throw new TemplateError(`bad escape \\${code} in quoted string`);
    return known;
  });
}
