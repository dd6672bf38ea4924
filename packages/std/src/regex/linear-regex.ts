/**
 * Regular expressions from outside, matched in time linear in the text: a set of states walks over it (Thompson 1968;
 * Cox, "Regular Expression Matching Can Be Simple And Fast", 2007). Nothing backtracks, so no pattern can hang the
 * process, which JavaScript's own RegExp cannot promise. The whole text must match. Where groups matched: capture-regex.ts.
 */
import { LazyDfa } from './lazy-dfa.ts';
import { type Assertion, isWordCharacter, parseRegex, type RegexNode, RegexSyntaxError } from './regex-syntax.ts';

/** Longer patterns and greater programs are refused. */
const maxPatternLength = 16_384;
const maxProgramLength = 20_000;

export type LinearRegex =
  | { readonly ok: true; readonly matches: (text: string) => boolean }
  | { readonly ok: false; readonly error: string };

/** Compiles a pattern in RE2's syntax to a test of whole texts (as if between `^(?s:` and `)$`). */
export function compileLinearRegex(pattern: string): LinearRegex {
  if (pattern.length > maxPatternLength) {
    return {
      ok: false,
      error: `error parsing regexp: expression too long: ${pattern.length} characters, must be at most ${maxPatternLength}`,
    };
  }
  const quick = quickMatch(pattern);
  if (quick !== undefined) return { ok: true, matches: quick };
  try {
    const program = compile(parseRegex(pattern), pattern);
    const automaton = LazyDfa.of(program);
    return { ok: true, matches: (text) => automaton?.matches(text) ?? run(program, text) };
  } catch (error) {
    if (error instanceof RegexSyntaxError) return { ok: false, error: error.message };
    throw error;
  }
}

/** The texts that a pattern of plain alternatives (`a|b|c`) stands for; `undefined` for any other pattern. */
export function literalAlternatives(pattern: string): readonly string[] | undefined {
  return /[\\.+*?()[\]{}^$]/.test(pattern) ? undefined : pattern.split('|');
}

/** Patterns that need no program: alternatives, `.*`, `.+`, `prefix.*`. */
function quickMatch(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === '.*') return () => true;
  if (pattern === '.+') return (text) => text !== '';
  const texts = literalAlternatives(pattern);
  if (texts !== undefined) {
    const set = new Set(texts);
    return (text) => set.has(text);
  }
  const prefix = pattern.endsWith('.*') ? pattern.slice(0, -2) : undefined;
  if (prefix !== undefined && literalAlternatives(prefix)?.length === 1) return (text) => text.startsWith(prefix);
  return undefined;
}

export type Instruction =
  | { readonly op: 'set'; readonly has: (codePoint: number) => boolean }
  | { readonly op: 'split'; a: number; b: number }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'match' };

/** Each instruction goes on to the next, but a split, which goes on to both its targets. */
function compile(root: RegexNode, pattern: string): Instruction[] {
  const program: Instruction[] = [];
  const emit = (instruction: Instruction): number => {
    if (program.length >= maxProgramLength) throw new RegexSyntaxError('expression too large', pattern.slice(0, 100));
    return program.push(instruction) - 1;
  };
  const visit = (node: RegexNode): void => {
    switch (node.kind) {
      case 'empty':
        return;
      case 'set':
        emit({ op: 'set', has: withTable(node.has) });
        return;
      case 'assert':
        emit({ op: 'assert', what: node.what });
        return;
      case 'sequence':
        for (const item of node.items) visit(item);
        return;
      case 'choice':
        visitChoice(node.items);
        return;
      case 'group':
        visit(node.item);
        return;
      case 'repeat':
        visitRepeat(node);
    }
  };
  const visitChoice = (items: readonly RegexNode[]): void => {
    const jumps: { op: 'split'; a: number; b: number }[] = [];
    items.forEach((item, i) => {
      if (i === items.length - 1) {
        visit(item);
        return;
      }
      const split = { op: 'split' as const, a: program.length + 1, b: 0 };
      emit(split);
      visit(item);
      const jump = { op: 'split' as const, a: 0, b: 0 };
      emit(jump);
      jumps.push(jump);
      split.b = program.length;
    });
    for (const jump of jumps) jump.a = jump.b = program.length;
  };
  const visitRepeat = (node: RegexNode & { kind: 'repeat' }): void => {
    for (let i = 0; i < node.min; i++) visit(node.item);
    if (node.max === Number.POSITIVE_INFINITY) {
      const split = { op: 'split' as const, a: 0, b: 0 };
      const at = emit(split);
      split.a = program.length;
      visit(node.item);
      emit({ op: 'split', a: at, b: at });
      split.b = program.length;
      return;
    }
    const splits: { op: 'split'; a: number; b: number }[] = [];
    for (let i = node.min; i < node.max; i++) {
      const split = { op: 'split' as const, a: program.length + 1, b: 0 };
      emit(split);
      splits.push(split);
      visit(node.item);
    }
    for (const split of splits) split.b = program.length;
  };
  visit(root);
  emit({ op: 'match' });
  return program;
}

/** Looks ASCII up in a table: most text is ASCII, and a set may be a long list of parts. */
function withTable(has: (codePoint: number) => boolean): (codePoint: number) => boolean {
  const table = new Uint8Array(128);
  for (let i = 0; i < 128; i++) table[i] = has(i) ? 1 : 0;
  return (codePoint) => (codePoint < 128 ? table[codePoint] === 1 : has(codePoint));
}

function run(program: readonly Instruction[], text: string): boolean {
  const length = program.length;
  let states = new Uint32Array(length);
  let next = new Uint32Array(length);
  let count = 0;
  // The step in which a state was last entered, so that none is entered twice in one.
  const entered = new Int32Array(length).fill(-1);
  const stack: number[] = [];
  let matched = false;
  const follow = (
    start: number,
    into: Uint32Array,
    used: number,
    position: { at: number; before: number; after: number },
  ): number => {
    let size = used;
    stack.push(start);
    while (stack.length > 0) {
      const pc = stack.pop()!;
      if (entered[pc] === position.at) continue;
      entered[pc] = position.at;
      const instruction = program[pc]!;
      if (instruction.op === 'split') stack.push(instruction.b, instruction.a);
      else if (instruction.op === 'assert') {
        if (holds(instruction.what, position.before, position.after)) stack.push(pc + 1);
      } else if (instruction.op === 'match') {
        if (position.after === -1) matched = true;
      } else into[size++] = pc;
    }
    return size;
  };
  let at = 0;
  let after = at < text.length ? text.codePointAt(at)! : -1;
  count = follow(0, states, 0, { at, before: -1, after });
  while (after !== -1 && count > 0) {
    const before = after;
    at += before > 0xffff ? 2 : 1;
    after = at < text.length ? text.codePointAt(at)! : -1;
    const position = { at, before, after };
    let size = 0;
    for (let i = 0; i < count; i++) {
      const pc = states[i]!;
      const instruction = program[pc]!;
      if (instruction.op === 'set' && instruction.has(before)) size = follow(pc + 1, next, size, position);
    }
    [states, next] = [next, states];
    count = size;
  }
  return matched;
}

export function holds(what: Assertion, before: number, after: number): boolean {
  switch (what) {
    case 'text-start':
      return before === -1;
    case 'text-end':
      return after === -1;
    case 'line-start':
      return before === -1 || before === 10;
    case 'line-end':
      return after === -1 || after === 10;
    case 'word':
      return isWord(before) !== isWord(after);
    case 'not-word':
      return isWord(before) === isWord(after);
  }
}

function isWord(codePoint: number): boolean {
  return codePoint !== -1 && isWordCharacter(codePoint);
}
