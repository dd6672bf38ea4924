/**
 * Reads the part of Go's text/template that Prometheus rules use: if / else if / else, range, with, define, block,
 * template, break, continue, variables, pipelines, trim marks and comments. Nesting is bounded.
 */
import { type Branch, type Pipe, type Template, TemplateError, type TemplateNode } from './ast.ts';
import { parsePipe } from './parse-pipe.ts';
import { type Piece, scanTemplate } from './scan-template.ts';

const maxTemplateLength = 100_000;
const maxDepth = 50;
/** Set by Prometheus before every template of a rule. */
export const givenVariables = ['$', '$labels', '$externalLabels', '$externalURL', '$value'] as const;

/** Throws `TemplateError`. */
export function parseTemplate(source: string): Template {
  if (source.length > maxTemplateLength)
    throw new TemplateError(`it has ${source.length} characters, must have at most ${maxTemplateLength}`);
  const parser = new TemplateParser(scanTemplate(source));
  const variables: string[] = [...givenVariables];
  const { nodes, end } = parser.list(variables, { depth: 0, isLoop: false });
  if (end !== undefined) throw new TemplateError(`unexpected {{${end}}}`);
  parser.checkNames();
  return { nodes, defined: parser.defined };
}

/** What is wrong with a template, in words; `undefined` when it can be read. */
export function checkTemplate(source: string): string | undefined {
  try {
    parseTemplate(source);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return `must be a template: ${error.message}`;
    throw error;
  }
}

interface Place {
  readonly depth: number;
  readonly isLoop: boolean;
}

class TemplateParser {
  readonly defined = new Map<string, readonly TemplateNode[]>();
  readonly #pieces: readonly Piece[];
  readonly #named = new Set<string>();
  #at = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  checkNames(): void {
    for (const name of this.#named)
      if (!this.defined.has(name)) throw new TemplateError(`template "${name}" not defined`);
  }

  /** Nodes up to an `end` or `else`, whose code is given back. */
  list(variables: string[], place: Place): { nodes: TemplateNode[]; end: string | undefined } {
    if (place.depth > maxDepth) throw new TemplateError(`actions are ${place.depth} deep, must be at most ${maxDepth}`);
    const nodes: TemplateNode[] = [];
    for (;;) {
      const piece = this.#pieces[this.#at];
      if (piece === undefined) return { nodes, end: undefined };
      this.#at++;
      if (piece.kind === 'text') {
        nodes.push(piece);
        continue;
      }
      const word = /^[a-z]+\b/.exec(piece.code)?.[0] ?? '';
      if (word === 'end' || word === 'else') return { nodes, end: piece.code };
      const node = this.#action(piece.code, word, { variables, ...place });
      if (node !== undefined) nodes.push(node);
    }
  }

  #action(code: string, word: string, o: Place & { variables: string[] }): TemplateNode | undefined {
    const rest = code.slice(word.length);
    switch (word) {
      case 'if':
      case 'with':
      case 'range':
        return this.#control(word, rest, o);
      case 'break':
      case 'continue':
        if (!o.isLoop) throw new TemplateError(`{{${word}}} outside {{range}}`);
        return { kind: word };
      case 'define':
      case 'block':
      case 'template':
        return this.#named1(word, rest, o);
      default:
        if (code === '') throw new TemplateError('missing value for command');
        return { kind: 'action', pipe: parsePipe(code, o.variables) };
    }
  }

  #control(kind: 'if' | 'with' | 'range', code: string, o: Place & { variables: string[] }): TemplateNode {
    const branches: Branch[] = [];
    const place = { depth: o.depth + 1, isLoop: o.isLoop || kind === 'range' };
    let pipeCode = code;
    const sight = [...o.variables];
    for (;;) {
      const pipe = this.#condition(pipeCode, sight, kind);
      const { nodes, end } = this.list([...sight], place);
      branches.push({ pipe, body: nodes });
      if (end === undefined) throw new TemplateError(`{{${kind}}} without {{end}}`);
      if (end === 'end') return { kind, branches, otherwise: [] };
      const chained = /^else\s+(if|with)\b(.*)$/s.exec(end);
      if (chained === null) {
        if (end !== 'else') throw new TemplateError(`unexpected {{${end}}}`);
        const last = this.list([...sight], { depth: place.depth, isLoop: o.isLoop });
        if (last.end !== 'end') throw new TemplateError(`{{else}} without {{end}}`);
        return { kind, branches, otherwise: last.nodes };
      }
      if (chained[1] !== kind) throw new TemplateError(`unexpected {{${end}}} in {{${kind}}}`);
      pipeCode = chained[2]!;
    }
  }

  #condition(code: string, variables: string[], kind: string): Pipe {
    if (code.trim() === '') throw new TemplateError(`missing value for ${kind}`);
    return parsePipe(code, variables, { isRange: kind === 'range' });
  }

  #named1(word: string, code: string, o: Place & { variables: string[] }): TemplateNode | undefined {
    const found = /^\s*(?:"([^"\\]*)"|`([^`]*)`)\s*(.*)$/s.exec(code);
    if (found === null) throw new TemplateError(`unexpected ${JSON.stringify(code.trim())} in ${word} clause`);
    const name = found[1] ?? found[2] ?? '';
    const rest = found[3]!;
    const pipe = rest === '' ? undefined : parsePipe(rest, o.variables);
    if (word !== 'template') {
      const { nodes, end } = this.list(['$'], { depth: o.depth + 1, isLoop: false });
      if (end !== 'end') throw new TemplateError(`{{${word}}} without {{end}}`);
      this.defined.set(name, nodes);
    }
    if (word === 'define') return undefined;
    this.#named.add(name);
    return { kind: 'template', name, pipe };
  }
}
